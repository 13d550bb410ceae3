import ArgumentParser
import GatehouseClient
import GatehouseModel

struct CommandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "command", abstract: "Have a device do something: sync-clock, read-log, identify, message.",
        discussion: """
            Example: gatehouse command gate-1-clock sync-clock
            Example: gatehouse command gate-1-clock message "Fire drill at 10"

            sync-clock sets the device's time, read-log reads its whole memory, identify has it blink or beep, message \
            shows a text. What a device cannot do it refuses, exit code 4. Prints what came of it as a JSON object.
            """)

    /// A device has a minute to answer; a whole log takes its time.
    private static let patience: Duration = .seconds(90)

    @OptionGroup var connection: Connection

    @Argument(help: "The device's id.")
    var device: String

    @Argument(help: "sync-clock, read-log, identify or message.")
    var name: Name

    @Argument(help: "What to show, for message.")
    var words: [String] = []

    @Option(help: "The same as an option.")
    var text: String?

    @Flag(help: "Print the result as JSON, which is what it prints anyway.")
    var json = false

    /// What may be asked.
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case syncClock = "sync-clock"
        case readLog = "read-log"
        case identify
        case message
    }

    func validate() throws {
        let given = (text == nil ? 0 : 1) + (words.isEmpty ? 0 : 1)
        guard given == (name == .message ? 1 : 0) else {
            throw ValidationError(
                name == .message
                    ? "message needs one text, for example: message \"Fire drill at 10\""
                    : "\(name.rawValue) takes no text")
        }
    }

    func run() async throws {
        let shown = text ?? words.joined(separator: " ")
        let arguments: JSONValue = name == .message ? ["text": .string(shown)] : .object([])
        let client = try connection.client()
        do throws(ClientError) {
            Console.line(
                try await client.command(
                    name.rawValue, device: device, arguments: arguments.bytes, patience: Self.patience))
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
