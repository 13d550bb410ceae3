import ArgumentParser
import Foundation
import GatehouseClient
import GatehouseModel
import GatehouseRuntime

struct IdentifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify", abstract: "Find out what device is at a port, and what to write into the site file.",
        discussion: """
            Example: gatehouse identify /dev/ttyUSB0
            Example: gatehouse identify tcp://192.168.1.20:5010

            Listens first (show a scanner a code, or a reader a card), then asks in every known protocol at every \
            usual rate, with questions that change nothing. At most 30 seconds, and never at a port that somebody \
            has open. Ask only where a time clock, reader or scanner is expected: what another machine makes of the \
            questions nobody knows. A running daemon is asked to do it.
            """)

    /// The daemon is given as long as the search takes, and a little more.
    private static let patience: Duration = .seconds(45)

    @OptionGroup var connection: Connection

    @Argument(help: "A serial port, /dev/input/event5, /dev/hidraw2 or tcp://HOST:PORT.")
    var port: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let port = path
        if Console.errorIsTerminal {
            Console.error("listening at \(Console.shown(port)): show the scanner a code, or the reader a card …")
        }
        let report = connection.hasDaemon ? try await ask(port) : try await search(port)
        let found = report["found"]?.elements ?? []
        if json { Console.json(report) } else { show(found) }
        guard found.isEmpty else { return }
        throw Failure(.notInOrder, json ? "" : Self.nextMove(port, heard: report["heard"]?.text ?? ""))
    }

    /// A relative path is one of the folder in which the command was given.
    private var path: String {
        guard !port.contains("://"), !port.hasPrefix("/") else { return port }
        return "\(FileManager.default.currentDirectoryPath)/\(port)"
    }

    private func ask(_ port: String) async throws -> JSONValue {
        let client = try connection.client()
        let answer: [UInt8]
        do throws(ClientError) {
            answer = try await client.command(
                IdentifyDesk.command, device: IdentifyDesk.device,
                arguments: (["port": .string(port)] as JSONValue).bytes, patience: Self.patience)
        } catch {
            throw error.failure
        }
        guard let report = try? JSONValue(parsing: answer) else {
            throw Failure(.unreachable, "the daemon's answer is no JSON; it may be newer than this command")
        }
        return report
    }

    private func search(_ port: String) async throws -> JSONValue {
        do throws(PortSearch.Problem) {
            return try await PortSearch(families: DriverCatalogue.families).run(port).json
        } catch {
            switch error {
            case .noPort: throw Failure(.usage, error.message)
            case .inUse: throw Failure(.refused, error.message)
            case .failed: throw Failure(.notInOrder, error.message)
            }
        }
    }

    private func show(_ found: [JSONValue]) {
        for finding in found {
            let facts = ["vendor", "model", "serial", "firmware"].compactMap { finding["facts"]?[$0]?.text }
            let who = ([finding["driver"]?.text ?? "?"] + facts).map(Console.shown).joined(separator: " ")
            let line = finding["line"]?.text.map { " at \($0)" } ?? ""
            let certainty = finding["certain"]?.bool == true ? "" : ", perhaps"
            Console.line("\(who)\(line)\(certainty); to use it, put this into the site file:")
            Console.line(finding["yaml"]?.text ?? "")
        }
    }

    private static func nextMove(_ port: String, heard: String) -> String {
        if port.hasPrefix("/dev/input/") {
            return
                "\(port): a keyboard, as far as the kernel knows. Where it is a scanner, name it in the site file with "
                + "driver: keyboard-wedge; a person's keyboard is never read unless somebody does that"
        }
        if heard.isEmpty {
            return "\(port): nothing was said or answered. Check that the device has power and that the cable is the "
                + "right one (RS-485: try A and B the other way round); show a scanner a code while it is listened to"
        }
        return "\(port): it said \(heard), which no driver recognises. Check its interface setting (a scanner may have "
            + "to scan a code of its manual for serial mode), or name its driver and line in the site file"
    }
}
