import GatehousePorts
import Synchronization

/// Listens at an open port and keeps what it says until somebody takes it.
final class PortEar: Sendable {
    /// More than this at once is a flood, and its beginning says what is there as well as all of it.
    private static let limit = 1 << 16

    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    let port: Port
    private let state = Mutex(State())
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ port: Port) {
        self.port = port
        let listening = Task { [weak self] in
            for await chunk in port.chunks { self?.keep(chunk) }
            self?.state.withLock { $0.hasEnded = true }
        }
        task.withLock { $0 = listening }
    }

    /// Whether the port is gone. What it said before may still wait.
    var hasEnded: Bool { state.withLock(\.hasEnded) }

    /// What came since the last time.
    func take() -> [UInt8] {
        state.withLock { state in
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    func close() async {
        task.withLock { $0 }?.cancel()
        await port.close()
    }

    private func keep(_ chunk: [UInt8]) {
        state.withLock { state in state.bytes += chunk.prefix(Self.limit - state.bytes.count) }
    }
}
