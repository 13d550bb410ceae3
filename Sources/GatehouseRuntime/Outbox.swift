import GatehousePorts

/// Sends what a driver says, in order, one message after the other.
///
/// A driver answers what it hears and never talks ahead, so few messages ever wait; a device that takes none of them
/// is cut off rather than waited for.
final class Outbox: Sendable {
    /// How many messages may wait for a device that takes nothing.
    static let limit = 256

    /// How long the last messages may take once the link is to be closed.
    static let farewellPatience: Duration = .milliseconds(500)

    private let messages: AsyncStream<[UInt8]>.Continuation
    private let sending: Task<Void, Never>

    init(port: Port, failed: @escaping @Sendable (PortError) async -> Void) {
        let (stream, messages) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.limit))
        self.messages = messages
        sending = Task {
            for await message in stream {
                do throws(PortError) {
                    try await port.send(message)
                } catch {
                    await failed(error)
                    return
                }
            }
        }
    }

    /// False when too much waits.
    func send(_ bytes: [UInt8]) -> Bool {
        if case .enqueued = messages.yield(bytes) { true } else { false }
    }

    /// Takes no more, and returns when what waits has gone out or has had its time.
    func close() async {
        messages.finish()
        await withTaskGroup { group in
            group.addTask { [sending] in await sending.value }
            group.addTask { try? await Task.sleep(for: Self.farewellPatience) }
            await group.next()
            group.cancelAll()
            // A message that is stuck must not be waited for: closing the port ends it.
            sending.cancel()
        }
    }
}
