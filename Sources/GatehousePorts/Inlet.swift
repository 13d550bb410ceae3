import Synchronization

/// Where a channel's event loop and one consuming task meet: an `Intake` under a lock, and the consumer
/// while it waits.
final class Inlet: Sendable {
    private struct State {
        var intake: Intake
        var waiter: CheckedContinuation<[UInt8]?, Never>?
    }

    private let state: Mutex<State>

    init(_ grain: Intake.Grain) {
        state = Mutex(State(intake: Intake(grain)))
    }

    func offer(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { $0.intake.offer(bytes) }
    }

    func mayRead() -> Bool {
        state.withLock { $0.intake.mayRead() }
    }

    var reason: PortEnding? {
        state.withLock { $0.intake.reason }
    }

    /// Hands what was offered to a waiting consumer. Called once after a round of reads, so that a burst is
    /// one chunk.
    /// - Returns: Whether a read that was held back is due.
    func deliver() -> Bool {
        let (waiter, chunk, resumes) = state.withLock {
            state -> (CheckedContinuation<[UInt8]?, Never>?, [UInt8]?, Bool) in
            guard state.waiter != nil else { return (nil, nil, false) }
            let (taken, resumes) = state.intake.take()
            switch taken {
            case .nothingYet: return (nil, nil, false)
            case .ended: return (state.waiter.take(), nil, resumes)
            case .chunk(let chunk): return (state.waiter.take(), chunk, resumes)
            }
        }
        waiter?.resume(returning: chunk)
        return resumes
    }

    func end(_ reason: PortEnding) {
        state.withLock { $0.intake.end(reason) }
        _ = deliver()
    }

    /// The next chunk; nil at the end, or when the task is cancelled. `resume` is called when reading may
    /// go on.
    func next(resume: @Sendable () -> Void) async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    precondition(state.waiter == nil, "a port has one reader")
                    state.waiter = continuation
                }
                // Cancelled before there was anybody to wake: `cancel` found nothing then.
                if Task.isCancelled { cancel() }
                if deliver() { resume() }
            }
        } onCancel: {
            cancel()
        }
    }

    private func cancel() {
        let waiter = state.withLock { $0.waiter.take() }
        waiter?.resume(returning: nil)
    }
}
