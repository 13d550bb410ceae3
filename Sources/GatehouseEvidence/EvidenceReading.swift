public import GatehouseModel
import GatehouseModuleKit
public import GatehouseRules

/// How an explanation reads the journal: two questions that a file answers as well as a copy in memory.
public struct EvidenceReading: Sendable {
    private let stored: @Sendable (Int64) throws(EvidenceProblem) -> Recorded?
    private let last: @Sendable (Topic) throws(EvidenceProblem) -> Recorded?
    private let readSite: @Sendable (JSONValue) -> Site?

    /// `event` gives the event with a sequence, nil where there is none; `last` the newest of a topic, from which each
    /// event's `previous` leads on. `readSite` reads the site of a `site.updated`, which is not this target's business.
    public init(
        event: @escaping @Sendable (Int64) throws(EvidenceProblem) -> Recorded?,
        last: @escaping @Sendable (Topic) throws(EvidenceProblem) -> Recorded?,
        readSite: @escaping @Sendable (JSONValue) -> Site?
    ) {
        self.stored = event
        self.last = last
        self.readSite = readSite
    }

    func event(at sequence: Int64) throws(EvidenceProblem) -> StoredEvent? {
        guard sequence > 0 else { return nil }
        return try stored(sequence).map { StoredEvent($0) }
    }

    /// The events of a topic from the newest back, of those before a sequence.
    func walk(_ topic: Topic, before: Int64 = .max) -> EventWalk {
        EventWalk(reading: self, topic: topic, before: before)
    }

    func site(of event: StoredEvent) -> Site? { event.data["site"].flatMap(readSite) }

    fileprivate func newest(_ topic: Topic) throws(EvidenceProblem) -> StoredEvent? {
        try last(topic).map { StoredEvent($0) }
    }
}

/// Why nothing can be explained.
public enum EvidenceProblem: Error, Hashable, Sendable {
    /// There is no such figure; says which ones there are.
    case unknown(String)
    /// The journal cannot be read.
    case unreadable(String)
}

/// Goes back over the events of one topic.
struct EventWalk {
    private let reading: EvidenceReading
    private let topic: Topic
    private let before: Int64
    private var following: StoredEvent?
    private var hasBegun = false

    init(reading: EvidenceReading, topic: Topic, before: Int64) {
        self.reading = reading
        self.topic = topic
        self.before = before
    }

    /// The next older one; nil after the oldest that the journal holds.
    mutating func next() throws(EvidenceProblem) -> StoredEvent? {
        repeat {
            if let event = following {
                following = try reading.event(at: event.previous)
            } else if !hasBegun {
                hasBegun = true
                following = try reading.newest(topic)
            }
        } while following.map { $0.sequence >= before } ?? false
        return following
    }
}

/// An event of the journal, parsed.
struct StoredEvent: Sendable {
    let sequence: Int64
    let previous: Int64
    let recorded: Moment
    let topic: Topic
    let json: JSONValue
    let data: JSONValue

    init(_ recorded: Recorded) {
        sequence = recorded.sequence
        previous = recorded.previous
        self.recorded = recorded.recorded
        topic = recorded.topic
        json = (try? JSONValue(parsing: recorded.body)) ?? .null
        data = json["data"] ?? .null
    }

    var id: String { json["id"]?.text ?? "" }
    var source: String { json["source"]?.text ?? "" }
    var subject: String { json["subject"]?.text ?? "" }
    var time: Moment { json["time"]?.text.flatMap { Timestamp($0)?.moment } ?? recorded }
    /// Of a derived event, the event that led to it.
    var cause: Int64? { json["causation"]?.sequence }

    /// A text of the data.
    func text(_ name: String) -> String? { data[name]?.text }

    /// A time of the data.
    func moment(_ name: String) -> Moment? { text(name).flatMap { Timestamp($0)?.moment } }

    /// The texts of a list of the data.
    func list(_ name: String) -> [String] { data[name]?.elements?.compactMap(\.text) ?? [] }
}
