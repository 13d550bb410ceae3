public import GatehouseModel

/// What a module found out: an event to be appended, and what other modules may read of it.
public struct Finding: Sendable {
    public var topic: Topic
    public var subject: String
    /// When it became so: the receipt of the event that led to it, or the deadline that was reached.
    public var time: Moment
    /// The sequence of the event that led to it, or whose arrival showed that a deadline had been reached.
    public var cause: Int64
    /// Unique within the module: topic, subject and cause, and a number where one cause has several of them.
    public var id: String
    /// What other modules may read of it without its JSON.
    public var content: Fact.Content
    /// For evaluate, which prints alerts without having a journal.
    public var alert: AlertTurn?
    /// The event's data, made when it is needed.
    public var data: @Sendable () -> JSONValue

    /// The event as it is appended.
    public func event(site: String, module: String, zone: Zone) -> Event {
        Event(
            source: "/sites/\(site)/modules/\(module)", id: id, topic: topic, subject: subject,
            time: Timestamp(time, in: zone), data: data().bytes, causation: cause > 0 ? cause : nil)
    }
}

/// Collects what a module says of one event, or of the deadlines that were reached with it.
public struct Findings: Sendable {
    /// The sequence of the event that is being heard, or that has moved the time on.
    public let cause: Int64
    /// The time by the gateway's clock: the deadline being reached, else the latest receipt so far.
    public var clock: Moment
    /// In the order in which they were found.
    public private(set) var list: [Finding] = []
    private var counts: [String: Int] = [:]

    public init(cause: Int64, clock: Moment) {
        self.cause = cause
        self.clock = clock
    }

    /// Says something, and gives the id of its event. `time` is the clock's unless it is said otherwise.
    @discardableResult
    public mutating func say(
        _ topic: Topic, subject: String, time: Moment? = nil, content: Fact.Content = .other,
        alert: AlertTurn? = nil, _ data: @escaping @Sendable () -> JSONValue
    ) -> String {
        let id = nextID(topic, subject: subject)
        list.append(
            Finding(
                topic: topic, subject: subject, time: time ?? clock, cause: cause, id: id, content: content,
                alert: alert, data: data))
        return id
    }

    /// Takes out what has been found so far; what follows of the same cause is still told apart from it.
    public mutating func drain() -> [Finding] {
        defer { list.removeAll(keepingCapacity: true) }
        return list
    }

    /// The id that the next finding of this topic and subject will have.
    public func id(ofNext topic: Topic, subject: String) -> String {
        let base = Self.base(topic, subject: subject, cause: cause)
        let count = counts[base, default: 0]
        return count == 0 ? base : "\(base)/\(count + 1)"
    }

    private mutating func nextID(_ topic: Topic, subject: String) -> String {
        let id = id(ofNext: topic, subject: subject)
        counts[Self.base(topic, subject: subject, cause: cause), default: 0] += 1
        return id
    }

    private static func base(_ topic: Topic, subject: String, cause: Int64) -> String {
        // An id has 256 bytes at most; a subject that long is cut, and told apart by its number.
        let place = JSONValue.sequence(cause).text ?? ""
        return "\(topic.rawValue)/\(subject.utf8.count <= 160 ? subject : String(subject.prefix(40)))/\(place)"
    }
}
