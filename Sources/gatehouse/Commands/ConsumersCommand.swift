import ArgumentParser
import GatehouseClient
import GatehouseModel
import GatehouseRuntime

struct ConsumersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consumers", abstract: "Who must not lose an event to retention, and how far each has got.",
        discussion: """
            Example: gatehouse consumers confirm payroll 4711

            Retention removes no event that a named consumer has not confirmed.
            """,
        subcommands: [List.self, Confirm.self, Forget.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List them.", discussion: "Example: gatehouse consumers list --json")

        @OptionGroup var connection: Connection

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws { try await ConsumersCommand.send([:], over: connection, json: json) }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note that a consumer has everything up to a sequence.",
            discussion: "Example: gatehouse consumers confirm payroll 4711")

        @OptionGroup var connection: Connection

        @Argument(help: "The consumer's name.")
        var name: String

        @Argument(help: "The sequence.")
        var sequence: Int64

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws {
            try await ConsumersCommand.send(
                ["consumer": .string(name), "through": .integer(sequence)], over: connection, json: json)
        }
    }

    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let go of a consumer that will not come back.",
            discussion: "Example: gatehouse consumers forget payroll")

        @OptionGroup var connection: Connection

        @Argument(help: "The consumer's name.")
        var name: String

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws {
            try await ConsumersCommand.send(["consumer": .string(name), "forget": true], over: connection, json: json)
        }
    }

    private static func send(_ arguments: JSONValue, over connection: Connection, json: Bool) async throws {
        let client = try connection.client()
        do throws(ClientError) {
            let answer = try await client.command(
                ConsumerDesk.command, device: ConsumerDesk.device, arguments: arguments.bytes)
            guard !json else { return Console.line(answer) }
            show((try? JSONValue(parsing: answer))?["consumers"]?.elements ?? [])
        } catch {
            throw error.failure
        }
    }

    private static func show(_ consumers: [JSONValue]) {
        let rows = consumers.map { row in
            [row["consumer"]?.text ?? "", "\(row["confirmed"]?.integer ?? 0)", row["updated"]?.text ?? ""]
        }
        Console.table([["CONSUMER", "CONFIRMED", "UPDATED"]] + rows)
    }
}
