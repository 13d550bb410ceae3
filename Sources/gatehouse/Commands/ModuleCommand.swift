import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseModel
import GatehouseModules
import GatehouseRuntime
import Logging

struct ModuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "module", abstract: "Run one module in a process of its own, beside a running gateway.",
        discussion: """
            Example: gatehouse run --site site.yaml --data /var/lib/gatehouse --apart patrol
                     gatehouse module patrol --data /var/lib/gatehouse

            It follows the bus as any subscriber does, has gaps replayed, and appends what it finds. Its snapshot lies \
            in the state folder; without one it begins with the first event.
            """)

    @Argument(help: "attendance, patrol, hazards, alerts or incentives.")
    var name: String

    @Option(help: "The gateway's request address, where its data folder is not on this machine.")
    var connect: String?

    @Option(help: "The gateway's event address, beside --connect.")
    var events: String?

    @Option(help: "The data folder of the gateway.")
    var data: String?

    @Option(help: "The gateway's modules.pass, where it is not in --data.")
    var pass: String?

    @Option(help: "A client key file made by `gatehouse keys new` with the role publisher.")
    var keys: String?

    @Option(help: "Where the snapshot is kept; the data folder unless said otherwise.")
    var state: String?

    func validate() throws {
        guard ModuleHouse.names.contains(name) else {
            throw ValidationError("the modules are \(ModuleHouse.names.joined(separator: ", "))")
        }
        guard connect == nil || events != nil else { throw ValidationError("--connect needs --events beside it") }
    }

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "gatehouse", level: .info)
        let folder = data ?? DataFolder.standard
        let arguments = ["--data", folder] + option("--requests", connect) + option("--events", events)
        let connection = try Connection.parse(arguments + option("--keys", keys))
        let pass: ModulePass
        do throws(BusError) {
            let path = self.pass ?? ModulePass.path(in: folder)
            guard let found = try ModulePass.existing(at: path) else {
                throw BusError("\(path) is missing: name the gateway's folder with --data, or the file with --pass")
            }
            pass = found
        } catch {
            throw Failure(.usage, error.message)
        }
        let apart = ModuleApart(
            name: name, client: try connection.client(), pass: pass, state: state ?? folder, version: Gatehouse.version,
            logger: logger)
        do {
            try await apart.run { logger.notice("\(name) follows the bus", metadata: ["after": "\($0)"]) }
        } catch let error as ClientError {
            throw error.failure
        } catch let error as BusError {
            throw Failure(.unreachable, error.message)
        }
    }

    private func option(_ name: String, _ value: String?) -> [String] {
        value.map { [name, $0] } ?? []
    }
}
