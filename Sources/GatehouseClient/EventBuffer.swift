import GatehouseModel
import Synchronization

/// Between the thread that receives events and the task that uses them. When it is full the thread stops
/// reading its sockets.
final class EventBuffer: Sendable {
    typealias Batch = Result<[Recorded], ClientError>

    private struct State {
        var events: [Recorded] = []
        var isFinished = false
        var failure: ClientError?
        var reader: CheckedContinuation<Batch, Never>?
    }

    static let limit = 4_096
    private let state = Mutex(State())

    var isFull: Bool { state.withLock { $0.events.count >= Self.limit } }

    /// Puts events in, in their order.
    func put(_ events: [Recorded]) {
        guard !events.isEmpty else { return }
        let reader = state.withLock { state -> CheckedContinuation<Batch, Never>? in
            guard !state.isFinished else { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            state.events.append(contentsOf: events)
            return nil
        }
        reader?.resume(returning: .success(events))
    }

    /// No more will come; what lies in the buffer is still handed out. The first reason counts.
    func finish(_ failure: ClientError? = nil) {
        let reader = state.withLock { state -> CheckedContinuation<Batch, Never>? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            state.failure = failure
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: failure.map { .failure($0) } ?? .success([]))
    }

    /// Everything there is, or the next that comes; empty when no more will.
    func take() async -> Batch {
        await withCheckedContinuation { reader in
            let batch = state.withLock { state -> Batch? in
                if !state.events.isEmpty {
                    defer { state.events = [] }
                    return .success(state.events)
                }
                if state.isFinished { return state.failure.map { .failure($0) } ?? .success([]) }
                precondition(state.reader == nil, "a feed of events is read by one task")
                state.reader = reader
                return nil
            }
            if let batch { reader.resume(returning: batch) }
        }
    }
}
