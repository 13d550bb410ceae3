import ArgumentParser
import GatehouseClient
import GatehouseModel

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Show every device: found, claimed by whom, and how it fares.",
        discussion: "Example: gatehouse devices --data /var/lib/gatehouse")

    @OptionGroup var connection: Connection

    @Flag(help: "Print a JSON list.")
    var json = false

    func run() async throws {
        let client = try connection.client()
        let bytes: [UInt8]
        do throws(ClientError) {
            bytes = try await client.devices()
        } catch {
            throw error.failure
        }
        guard !json else {
            Console.line(bytes)
            return
        }
        guard let devices = try? JSONValue(parsing: bytes).elements else {
            throw Failure(.unreachable, "the daemon's answer is no list; it may be newer than this command")
        }
        show(devices)
    }

    private func show(_ devices: [JSONValue]) {
        guard !devices.isEmpty else {
            Console.line("no devices; plug one in, or name it in the site file")
            return
        }
        let header = ["DEVICE", "STATE", "DRIVER", "ADDRESS", "CLOCK", "LOG", "BAD/FRAMES", "LAST EVENT"]
        Console.table([header] + devices.map(row))
        for device in devices {
            guard let name = device["device"]?.text else { continue }
            if let trouble = device["trouble"]?.text {
                Console.line("\n\(Console.shown(name)): \(Console.shown(trouble))")
            }
            if let suggestion = device["suggestion"]?.text {
                Console.line("to use it, put this into the site file:\n\(suggestion)")
            }
        }
    }

    private func row(_ device: JSONValue) -> [String] {
        func text(_ name: String) -> String { device[name]?.text.map(Console.shown) ?? "-" }
        let clock = device["clockOffsetMilliseconds"]?.integer.map { "\($0 > 0 ? "+" : "")\($0) ms" } ?? "-"
        let used = device["logUsed"]?.integer.map { "\($0)" }
        let capacity = device["logCapacity"]?.integer.map { "/\($0)" } ?? ""
        let frames = "\(device["badFrames"]?.integer ?? 0)/\(device["frames"]?.integer ?? 0)"
        return [
            text("device"), text("state"), text("driver"), text("address"), clock, used.map { $0 + capacity } ?? "-",
            frames, text("lastEvent"),
        ]
    }
}
