import GatehouseModel

/// What `gatehouse simulate` does: a device behind a door, commands in, answers out, one JSON document a line.
public enum SimulationRun {
    /// Starts the port, says where it is (`{"kind", "address"}`), then answers each command line until the task is
    /// cancelled.
    ///
    /// The end of the commands is not the end of the simulation: scripts start it with no input at all.
    ///
    /// - Parameters:
    ///   - kind: The device's kind as the ready line says it: `zkteco`, `line-scanner`.
    ///   - commands: Lines, one JSON command each; empty ones are passed over.
    ///   - say: Takes a line without its end.
    public static func run<Commands: AsyncSequence>(
        kind: String, port: SimulatedPort, commands: Commands, say: (String) -> Void
    ) async throws where Commands.Element == String {
        let address = try await port.start()
        say((["kind": .string(kind), "address": .string(address)] as JSONValue).jsonText)
        do {
            for try await line in commands where !line.allSatisfy(\.isWhitespace) {
                say(await answer(line, of: port).jsonText)
            }
        } catch {
            say((["error": .string("the commands cannot be read: \(error)")] as JSONValue).jsonText)
        }
        await untilCancelled()
        await port.stop()
    }

    private static func answer(_ line: String, of port: SimulatedPort) async -> JSONValue {
        let command: JSONValue
        do throws(JSONProblem) {
            command = try JSONValue(parsing: line.utf8)
        } catch {
            return ["error": .string("no JSON at byte \(error.offset): \(error.reason)")]
        }
        return await port.tell(command)
    }

    private static func untilCancelled() async {
        let (never, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
        continuation.finish()
    }
}
