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
    private let port: Port

    init(port: Port, failed: @escaping @Sendable (PortError) async -> Void) {
        self.port = port
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
        // A message that is stuck must not be waited for: closing the port ends it.
        let patience = Task { [port] in
            try? await Task.sleep(for: Self.farewellPatience)
            if !Task.isCancelled { await port.close() }
        }
        await sending.value
        patience.cancel()
    }
}
