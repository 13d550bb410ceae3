public import GatehouseModel

/// The journal of a simulated site: it survives the gateway's crashes, and it may be full for a while. What its
/// rows say is checked by somebody else, so it takes no care to be right where a test breaks it on purpose.
public struct MemoryJournal: Sendable {
    /// A stored event, and whether any gateway got as far as publishing it.
    public struct Row: Hashable, Sendable {
        public var recorded: Recorded
        public var event: Event
        public var isPublished = false
    }

    /// What makes an event the same event.
    public struct Identity: Hashable, Sendable {
        public var source: String
        public var id: String

        public init(source: String, id: String) {
            self.source = source
            self.id = id
        }
    }

    /// What a test breaks on purpose, to see the invariants fail.
    enum Flaw: Hashable, Sendable {
        /// Every so many rows one is confirmed and not kept.
        case losesRow(every: Int64)
        /// The same event twice is two rows.
        case keepsDuplicates
        /// Rows point to the row before them, whatever its topic.
        case mixesTopics
    }

    public fileprivate(set) var rows: [Row] = []
    /// While it is full nothing is appended; whoever waits goes on waiting.
    public internal(set) var isFull = false
    var flaw: Flaw?
    /// The sequence that each event was given, whether or not its row is still there.
    private var places: [Identity: Int64] = [:]
    /// The last sequence of each topic.
    private var newest: [Topic: Int64] = [:]

    /// An empty journal.
    public init() {}

    /// The last sequence given, 0 for none.
    public private(set) var head: Int64 = 0

    /// Where the event stands; nil where it does not.
    public func place(of identity: Identity) -> Int64? {
        guard let sequence = places[identity], let row = row(at: sequence) else { return nil }
        return row.event.id == identity.id && row.event.source == identity.source ? sequence : nil
    }

    /// The row with that sequence.
    public func row(at sequence: Int64) -> Row? {
        let index = Int(sequence) - 1
        return rows.indices.contains(index) && rows[index].recorded.sequence == sequence ? rows[index] : nil
    }

    /// One transaction: every event that is not there yet becomes a row.
    mutating func append(_ events: [Event], at moment: Moment) {
        precondition(!isFull, "a full journal takes nothing")
        for event in events {
            let identity = Identity(source: event.source, id: event.id)
            guard places[identity] == nil || flaw == .keepsDuplicates else { continue }
            let previous = flaw == .mixesTopics ? head : newest[event.topic] ?? 0
            head += 1
            let sequence = head
            places[identity] = sequence
            newest[event.topic] = sequence
            if case .losesRow(let every) = flaw, sequence % every == 0 { continue }
            let recorded = Recorded(
                sequence: sequence, previous: previous, recorded: moment, topic: event.topic, body: event.data)
            rows.append(Row(recorded: recorded, event: event))
        }
    }

    /// Some gateway got as far as publishing the row.
    mutating func markPublished(_ sequence: Int64) {
        rows[Int(sequence) - 1].isPublished = true
    }
}

extension MemoryJournal {
    /// Loses a committed row, as a damaged disk would. For tests that show that it is noticed.
    mutating func forget(_ sequence: Int64) {
        rows.remove(at: Int(sequence) - 1)
    }
}
