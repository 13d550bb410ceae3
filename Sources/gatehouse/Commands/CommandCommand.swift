import ArgumentParser
import GatehouseClient
import GatehouseModel

struct CommandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "command", abstract: "Have a device do something: sync-clock, read-log, identify, message.",
        discussion: "Example: gatehouse command gate-1-clock sync-clock")

    @OptionGroup var connection: Connection

    @Argument(help: "The device's id.")
    var device: String

    @Argument(help: "sync-clock, read-log, identify or message.")
    var name: String

    @Option(help: "What to show, for message.")
    var text: String?

    @Flag(help: "Print the result as JSON, which is what it prints anyway.")
    var json = false

    func run() async throws {
        let arguments: JSONValue = text.map { ["text": .string($0)] } ?? .object([])
        let client = try connection.client()
        do throws(ClientError) {
            Console.line(
                try await client.command(name, device: device, arguments: arguments.bytes, patience: .seconds(90)))
        } catch {
            throw error.failure
        }
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.", discussion: "Example: gatehouse version --json")

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() {
        if json { Console.json(["version": .string(Gatehouse.version)]) } else { Console.line(Gatehouse.version) }
    }
}
