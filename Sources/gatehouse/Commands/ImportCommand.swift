import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseDriverKit
import GatehouseModel
import GatehouseRuntime

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take a device's punches from a file: a USB stick's attlog.dat, CSV or JSON lines.",
        discussion: """
            Example: gatehouse import 1_attlog.dat --device gate-1-clock

            A punch that the device has delivered already, or that was imported before, is known and changes nothing. \
            Without a running daemon the file goes straight into the journal of --data; --site says whose rules hold.
            """)

    @OptionGroup var connection: Connection

    @Argument(help: "The file; - is standard input.")
    var file: String

    @Option(help: "The device whose punches these are.")
    var device: String

    @Option(help: "attlog, csv or jsonl; without it, by the file's name.")
    var kind: PunchFile.Kind?

    @Option(help: "The site file, where no daemon runs.")
    var site: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard Identifier.isValid(device) else { throw ValidationError("--device takes a device's id") }
        guard kind != nil || PunchFile.Kind(name: file) != nil else {
            throw ValidationError("say what the file is with --kind attlog, csv or jsonl")
        }
    }

    func run() async throws {
        guard let kind = kind ?? PunchFile.Kind(name: file) else { return }
        let content = try PunchFile(try Lines.read(file), kind: kind)
        var outcome = ImportDesk.Outcome()
        if connection.hasDaemon {
            try await send(content.punches, into: &outcome)
        } else {
            do {
                outcome = try await OfflineImport.store(
                    content.punches, device: device, site: site, folder: connection.folder,
                    families: DriverCatalogue.families)
            } catch let problem as StartProblem {
                throw Failure(.notInOrder, "\(problem)")
            }
        }
        report(content, outcome)
    }

    private func send(_ punches: [PunchReading], into outcome: inout ImportDesk.Outcome) async throws {
        let client = try connection.client(patience: .seconds(60))
        var rest = punches[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(ImportDesk.limit))
            rest = rest.dropFirst(batch.count)
            do throws(ClientError) {
                let answer = try await client.command(
                    ImportDesk.command, device: device, arguments: ImportDesk.arguments(batch).bytes)
                let result = try? JSONValue(parsing: answer)
                outcome.new += result?["new"]?.integer ?? 0
                outcome.known += result?["known"]?.integer ?? 0
            } catch {
                throw error.failure
            }
            Console.progress("\(punches.count - rest.count) of \(punches.count)")
        }
        Console.progress("")
    }

    private func report(_ content: PunchFile, _ outcome: ImportDesk.Outcome) {
        guard !json else {
            let refused = content.refused.map { row -> JSONValue in
                ["line": .integer(row.line), "reason": .string(row.reason)]
            }
            Console.json([
                "read": .integer(content.read), "new": .integer(outcome.new), "known": .integer(outcome.known),
                "refused": .array(refused),
            ])
            return
        }
        Console.table([
            ["read", "\(content.read)"], ["new", "\(outcome.new)"], ["known", "\(outcome.known)"],
            ["refused", "\(content.refused.count)"],
        ])
        for row in content.refused { Console.line("\(file):\(row.line): \(row.reason)") }
    }
}
