import Synchronization

/// An answer that several may give and one awaits: the first counts, and each giver learns whether it was
/// the first.
final class OneShot<Answer: Sendable>: Sendable {
    private enum State: Sendable {
        case open
        case awaited(CheckedContinuation<Answer, Never>)
        case settled(Answer)
    }

    private let state = Mutex(State.open)

    /// - Returns: Whether this answer is the one that counts.
    @discardableResult
    func settle(_ answer: Answer) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Answer, Never>?) in
            switch state {
            case .settled:
                return (false, nil)
            case .open:
                state = .settled(answer)
                return (true, nil)
            case .awaited(let waiter):
                state = .settled(answer)
                return (true, waiter)
            }
        }
        waiter?.resume(returning: answer)
        return isFirst
    }

    /// The answer that counts. Cancelling the task gives `fallback` as one more answer.
    func value(ifCancelled fallback: Answer) async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Answer? in
                    switch state {
                    case .settled(let answer): return answer
                    case .awaited: preconditionFailure("an answer is awaited once")
                    case .open:
                        state = .awaited(continuation)
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            settle(fallback)
        }
    }
}
