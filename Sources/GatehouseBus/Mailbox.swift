import Synchronization

/// How other threads and tasks talk to a thread that owns sockets: a bounded list of letters and a signal to
/// poll for.
package final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var weight = 0
        var isClosed = false
        var blocked: [Signal] = []
    }

    /// Raised while letters lie in the box.
    package let signal: Signal
    private let weightLimit: Int
    private let state = Mutex(State())

    /// `weightLimit`: how much `put` lets lie in the box before it makes its caller wait.
    package init(weightLimit: Int) throws(BusError) {
        precondition(weightLimit > 0, "a mailbox must hold something")
        self.weightLimit = weightLimit
        signal = try Signal()
    }

    /// Puts a letter in, blocking the calling thread while the box is full; a letter heavier than the limit
    /// goes in alone. Once the box is closed the letter is thrown away. Not for tasks: they must not block.
    package func put(_ letter: Letter, weight: Int) {
        precondition(weight >= 0, "a letter weighs something or nothing")
        while let full = blocked(by: letter, weight: weight) { full.wait() }
        signal.raise()
    }

    /// Puts a letter in at once, whatever lies there. For letters whose number is bounded by other means, such
    /// as the answers to a limited number of questions. False when the box is closed and the letter thrown
    /// away.
    @discardableResult
    package func post(_ letter: Letter) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isClosed { state.letters.append(letter) }
            return !state.isClosed
        }
        signal.raise()
        return isTaken
    }

    /// Takes everything out and lets those who wait go on.
    package func takeAll() -> [Letter] {
        signal.lower()
        let (letters, blocked) = state.withLock { state in
            let taken = (state.letters, state.blocked)
            state.letters = []
            state.blocked = []
            state.weight = 0
            return taken
        }
        for waiting in blocked { waiting.raise() }
        return letters
    }

    /// From now on letters are thrown away, and nobody waits any more. Returns what still lay in the box.
    @discardableResult
    package func close() -> [Letter] {
        state.withLock { $0.isClosed = true }
        return takeAll()
    }

    /// Nil when the letter is in, or thrown away; otherwise what to wait for before trying again.
    private func blocked(by letter: Letter, weight: Int) -> Signal? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            if state.weight > 0, state.weight + weight > weightLimit, let signal = try? Signal() {
                state.blocked.append(signal)
                return signal
            }
            state.weight += weight
            state.letters.append(letter)
            return nil
        }
    }
}
