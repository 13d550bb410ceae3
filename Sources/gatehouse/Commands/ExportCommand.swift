import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseJournal
import GatehouseModel
import GatehouseRuntime

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the journal's events to standard output.",
        discussion: """
            Example: gatehouse export --data /var/lib/gatehouse --topic punch. --format csv > punches.csv

            With --data it reads the journal itself, whether or not a daemon runs; with --requests it asks that daemon.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case jsonl, csv
    }

    @OptionGroup var connection: Connection

    @Option(help: "The first sequence.")
    var from: Int64 = 1

    @Option(help: "The last sequence; without it, the newest.")
    var to: Int64?

    @Option(help: "Only topics that begin like this.")
    var topic: String = ""

    @Option(help: "jsonl or csv.")
    var format: Format = .jsonl

    @Flag(help: "One CloudEvent a line, which is what it writes anyway.")
    var json = false

    func validate() throws {
        guard from >= 1, to ?? from >= 1 else { throw ValidationError("--from and --to take sequences, from 1") }
    }

    func run() async throws {
        if format == .csv { Console.line(EventRow.header) }
        if connection.requests != nil {
            try await exportFromDaemon()
        } else {
            try exportFromFile()
        }
        Console.progress("")
    }

    private func exportFromFile() throws {
        do throws(JournalError) {
            let reader = try JournalReader.open(file: Journal.file(in: connection.folder))
            let last = min(to ?? .max, try reader.head().sequence)
            var next = max(from, try reader.extent().first)
            while next <= last {
                let page = try reader.page(from: next, through: last, topicPrefix: topic)
                for event in page.events { write(event) }
                next = page.scannedThrough + 1
                Console.progress("\(page.scannedThrough) of \(last)")
            }
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
    }

    private func exportFromDaemon() async throws {
        let client = try connection.client()
        do {
            for try await event in try client.replay(from: from, to: to, topics: topic.isEmpty ? [] : [topic]) {
                write(event)
                if event.sequence % 1000 == 0 { Console.progress("\(event.sequence)") }
            }
        } catch let error as ClientError {
            throw error.failure
        } catch let error as BusError {
            throw Failure(.unreachable, error.message)
        }
    }

    private func write(_ event: Recorded) {
        switch format {
        case .jsonl: Console.line(event.body)
        case .csv: Console.line(EventRow.text(of: event))
        }
    }
}

/// An event as a row of a spreadsheet.
enum EventRow {
    static let header = "sequence,time,recordedtime,topic,subject,source,id,data"

    static func text(of event: Recorded) -> String {
        guard let json = try? JSONValue(parsing: event.body) else {
            return "\(event.sequence),,,\(event.topic.rawValue),,,,"
        }
        func text(_ name: String) -> String { cell(json[name]?.text ?? "") }
        let data = cell(json["data"]?.jsonText ?? "")
        let cells =
            ["\(event.sequence)", text("time"), text("recordedtime"), cell(event.topic.rawValue)]
            + [text("subject"), text("source"), text("id"), data]
        return cells.joined(separator: ",")
    }

    /// Quoted as RFC 4180 has it. What a spreadsheet would take for a formula gets an apostrophe in front.
    static func cell(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } == true
        let safe = isFormula ? "'\(text)" : text
        guard safe.contains(where: { ",\"\n\r\r\n".contains($0) }) || isFormula else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}
