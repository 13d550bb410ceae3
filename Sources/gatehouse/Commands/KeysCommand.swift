import ArgumentParser
import GatehouseBus
import GatehouseModel
import GatehouseRuntime
import Glibc

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, list and revoke the keys of bus clients.",
        discussion: """
            Example: gatehouse keys new board --role subscriber --data /var/lib/gatehouse

            Keys are asked for where the site file says `gateway: { curve: on }`.
            """,
        subcommands: [New.self, List.self, Revoke.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the keys of a new client.",
            discussion: "Example: gatehouse keys new canteen --role publisher")

        @Argument(help: "The client's name: letters, digits, '.', '_' and '-'.")
        var name: String

        @Option(help: "subscriber (reads), publisher (also appends) or operator (also commands devices).")
        var role: Role

        @Option(help: "The data folder.")
        var data: String?

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() throws {
            let entry = try refusable { () throws(BusError) in try store(data).makeClient(name, role: role.bus) }
            letDaemonKnow(data)
            if json {
                Console.json(entry.json)
            } else {
                Console.line(
                    "\(name) is let in as \(role.rawValue) from now on; give it the file \(entry.secretKeyFile)")
                Console.line("server key: \(entry.serverKey)")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who is let in.", discussion: "Example: gatehouse keys list --json")

        @Option(help: "The data folder.")
        var data: String?

        @Flag(help: "Print a JSON list.")
        var json = false

        func run() throws {
            let entries = try refusable { () throws(BusError) in try store(data).entries() }
            if json {
                Console.json(.array(entries.map(\.json)))
            } else {
                Console.table(
                    [["NAME", "ROLE", "PUBLIC KEY"]] + entries.map { [$0.name, $0.role.rawValue, $0.publicKey] })
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a client in no more, also where it is connected now.",
            discussion: "Example: gatehouse keys revoke board")

        @Argument(help: "The client's name.")
        var name: String

        @Option(help: "The data folder.")
        var data: String?

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() throws {
            let entry = try refusable { () throws(BusError) in try store(data).entries() }.first { $0.name == name }
            let wasListed = try refusable { () throws(BusError) in try store(data).revoke(name) }
            guard wasListed, let entry else {
                throw Failure(.notInOrder, "\(name) has no keys; `gatehouse keys list` shows who has")
            }
            letDaemonKnow(data)
            if json {
                Console.json(entry.json)
            } else {
                Console.line("\(name) is out")
            }
        }
    }

    /// Returns when a running daemon has looked at the keys again: a client that tried earlier would be turned away,
    /// and some libraries do not try twice.
    private static func letDaemonKnow(_ data: String?) {
        guard RunFile(in: data ?? DataFolder.standard) != nil else { return }
        usleep(UInt32(2 * Caretaker.keysInterval.wholeMilliseconds) * 1000)
    }

    private static func store(_ data: String?) -> KeyStore {
        KeyStore(path: "\(data ?? DataFolder.standard)/keys")
    }

    private static func refusable<Result>(_ work: () throws(BusError) -> Result) throws -> Result {
        do throws(BusError) {
            return try work()
        } catch {
            throw Failure(.notInOrder, error.message)
        }
    }
}

/// What a client may do, as it is written on the command line.
enum Role: String, ExpressibleByArgument, CaseIterable {
    case subscriber, publisher, `operator`

    var bus: ClientRole {
        switch self {
        case .subscriber: .subscriber
        case .publisher: .publisher
        case .operator: .operator
        }
    }
}
