import GatehouseModel

/// Somebody who must get every event once and in order, although what is published may be missed: the rule of the bus,
/// written a second time so that neither is checked by itself.
struct Subscriber: Sendable {
    /// The one topic it wants; nil for all.
    let topic: Topic?
    /// Whether a replay has been asked for and not been answered.
    private(set) var awaitsReplay = false
    /// Every event delivered, by sequence.
    private(set) var delivered: [Int64] = []
    /// Nothing wanted up to here is missing.
    private var covered: Int64 = 0

    init(topic: Topic? = nil) {
        self.topic = topic
    }

    /// From where a replay is asked.
    var wanted: Int64 { covered + 1 }
    /// Nothing up to here is new.
    private var known: Int64 { max(covered, delivered.last ?? 0) }

    /// Takes a live event. True when it shows that something was missed: then a replay must be asked for.
    mutating func hear(_ event: Recorded) -> Bool {
        guard !awaitsReplay, topic == nil || topic == event.topic, event.sequence > known else { return false }
        let isNext = topic == nil ? event.sequence == covered + 1 : event.previous <= known
        guard isNext else {
            awaitsReplay = true
            return true
        }
        deliver(event.sequence)
        if topic == nil { covered = event.sequence }
        return false
    }

    /// Takes a heartbeat. True when the journal holds more than was heard of.
    mutating func heartbeat(head: Int64) -> Bool {
        guard !awaitsReplay, head > covered else { return false }
        awaitsReplay = true
        return true
    }

    /// Takes the answer to the replay it asked for: all rows from `wanted` to `head`.
    mutating func replayed(_ events: [Recorded], head: Int64) {
        let before = known
        for event in events where (topic == nil || topic == event.topic) && event.sequence > before {
            deliver(event.sequence)
        }
        covered = max(covered, head)
        awaitsReplay = false
    }

    /// It starts anew with what it had stored: the last event and nothing else. A replay that was under way is void.
    mutating func restart() {
        covered = known
        awaitsReplay = false
    }

    private mutating func deliver(_ sequence: Int64) {
        delivered.append(sequence)
    }
}
