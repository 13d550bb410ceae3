public import GatehouseModel

/// What a subscriber needs to lose nothing: tells for each live event whether it is new, known already, or shows
/// that something before it was missed. Used on the receiving side; it keeps no events.
///
/// Without a filter every sequence is expected, one after the other. With a filter the numbers in between belong to
/// others, so each topic is followed through its `previous`; and since a missed event that nothing follows shows
/// nowhere, a heartbeat whose head has moved asks for what lies between.
public struct Continuity: Hashable, Sendable {
    public enum Verdict: Hashable, Sendable {
        /// It is new and nothing before it is missing.
        case deliver
        /// It has been delivered already.
        case duplicate
        /// Something may be missing: replay `from` to `through`, and give the event to `receive` again afterwards.
        case gap(from: Int64, through: Int64)
    }

    /// Everything wanted up to here has been delivered, and nothing of it is expected any more.
    public private(set) var covered: Int64
    private let isFiltered: Bool
    /// The last sequence delivered of each topic, beyond `covered`.
    private var lastOfTopic: [Topic: Int64] = [:]

    /// `covered`: the last sequence that the subscriber has stored, 0 at the very start.
    public init(covered: Int64, isFiltered: Bool) {
        precondition(covered >= 0, "a sequence is never negative")
        self.covered = covered
        self.isFiltered = isFiltered
    }

    /// Judges a live event. With `deliver` it counts as delivered.
    public mutating func receive(_ event: Recorded) -> Verdict {
        let known = lastOfTopic[event.topic] ?? covered
        guard event.sequence > known else { return .duplicate }
        let isNext = isFiltered ? event.previous <= known : event.sequence == covered + 1
        guard isNext else { return .gap(from: covered + 1, through: event.sequence - 1) }
        if event.sequence == covered + 1 {
            covered = event.sequence
        } else {
            lastOfTopic[event.topic] = event.sequence
        }
        return .deliver
    }

    /// Judges a heartbeat. The gap is nil when everything up to the journal's head is known to be there.
    public func heartbeat(head: Int64) -> (from: Int64, through: Int64)? {
        head > covered ? (covered + 1, head) : nil
    }

    /// Judges an event of a replay that began at `covered + 1`: `deliver` or `duplicate`. It settles all before it.
    public mutating func replayed(_ event: Recorded) -> Verdict {
        let known = lastOfTopic[event.topic] ?? covered
        settle(through: event.sequence)
        return event.sequence > known ? .deliver : .duplicate
    }

    /// A replay that began at `covered + 1` has ended: nothing up to `through` is missing.
    public mutating func settle(through: Int64) {
        guard through > covered else { return }
        covered = through
        lastOfTopic = lastOfTopic.filter { $0.value > through }
    }
}
