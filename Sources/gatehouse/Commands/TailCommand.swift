import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseModel

struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Follow the events as they happen, or from any place in the journal.",
        discussion: "Example: gatehouse tail --from 1 --topic punch. --json")

    @OptionGroup var connection: Connection

    @Option(help: "Begin with this sequence; without it, with the next event.")
    var from: Int64?

    @Option(name: .customLong("topic"), help: "Only topics that begin like this; may be given again.")
    var topics: [String] = []

    @Option(help: "End after that many events.")
    var count: Int?

    @Flag(help: "Print one CloudEvent a line.")
    var json = false

    func validate() throws {
        if let from, from < 1 { throw ValidationError("--from takes a sequence, from 1") }
        if let count, count < 1 { throw ValidationError("--count takes a number from 1") }
    }

    func run() async throws {
        let client = try connection.client()
        do {
            let stored: Int64
            if let from { stored = from - 1 } else { stored = try await client.head() }
            var left = count ?? .max
            for try await event in try client.events(after: stored, topics: topics) {
                Console.line(json ? event.body : EventLine.bytes(of: event))
                left -= 1
                if left == 0 { break }
            }
        } catch let error as ClientError {
            throw error.failure
        } catch let error as BusError {
            throw Failure(.unreachable, error.message)
        }
    }
}

/// An event in one line for people.
enum EventLine {
    static func bytes(of event: Recorded) -> [UInt8] {
        Array(text(of: event).utf8)
    }

    static func text(of event: Recorded) -> String {
        let json = try? JSONValue(parsing: event.body)
        let time = json?["time"]?.text.map { $0.prefix(19).replacing("T", with: " ") } ?? ""
        let members = json?["data"]?.members ?? []
        let details = members.filter { !["native", "site"].contains($0.name) && $0.value != .null }
            .map { "\($0.name)=\($0.value.text ?? $0.value.jsonText)" }
        let topic = event.topic.rawValue
        let padding = String(repeating: " ", count: max(1, 20 - topic.count))
        return Console.coloured("\(event.sequence)", .grey) + "  \(Console.shown(String(time)))  "
            + Console.coloured(topic, colour(of: topic)) + padding + Console.shown(details.joined(separator: "  "))
    }

    static func colour(of topic: String) -> Console.Colour {
        switch topic.prefix(while: { $0 != "." }) {
        case "punch", "scan": .green
        case "alert": .red
        case "device": topic == "device.faulted" || topic == "device.disconnected" ? .yellow : .blue
        default: .blue
        }
    }
}
