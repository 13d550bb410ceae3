import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseModel

struct AppendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append", abstract: "Append CloudEvents, one a line.",
        discussion: """
            Example: gatehouse append leave.jsonl

            Each line is stored with the ones around it, in order. A line that was appended before is a duplicate and \
            changes nothing, so the same file may be sent again after an error.
            """)

    /// Lines sent as one request: all of them are stored or none.
    private static let batch = 100

    @OptionGroup var connection: Connection

    @Argument(help: "A file of CloudEvents; - is standard input.")
    var file: String

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func run() async throws {
        let lines = try Lines.read(file)
        let client = try connection.client()
        var pending: [Lines.Line] = []
        var size = 0
        for line in lines where !line.isBlank {
            if pending.count == Self.batch || size + line.bytes.count > 900_000 {
                try await send(pending, through: client)
                (pending, size) = ([], 0)
            }
            pending.append(line)
            size += line.bytes.count
        }
        try await send(pending, through: client)
    }

    private func send(_ lines: [Lines.Line], through client: GatehouseClient) async throws {
        guard let first = lines.first, let last = lines.last else { return }
        do throws(ClientError) {
            let results = try await client.append(lines.map(\.bytes))
            for (line, result) in zip(lines, results) { report(line, result) }
        } catch {
            let place = lines.count == 1 ? "line \(first.number)" : "lines \(first.number) to \(last.number)"
            throw Failure(error.failure.kind, "\(file): \(place): \(error); none of them is stored")
        }
    }

    private func report(_ line: Lines.Line, _ result: AppendResult) {
        let id = (try? JSONValue(parsing: line.bytes))?["id"]?.text ?? ""
        if json {
            Console.json([
                "id": .string(id), "sequence": .integer(result.sequence), "duplicate": .bool(result.isDuplicate),
            ])
        } else {
            Console.line("\(result.sequence)  \(Console.shown(id))\(result.isDuplicate ? "  (was there already)" : "")")
        }
    }
}
