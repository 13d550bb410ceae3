public import GatehouseModel

/// What a module found out: an event to be appended, and what other modules may read of it.
public struct Finding: Sendable {
    public var topic: Topic
    public var subject: String
    /// When it became so: the receipt of the event that led to it, or the deadline that was reached.
    public var time: Moment
    /// The sequence of the event that led to it, or whose arrival showed that a deadline had been reached.
    public var cause: Int64
    /// Which of those of this topic, subject and cause it is, from 1.
    var number: Int
    /// What other modules may read of it without its JSON.
    public var content: Fact.Content
    /// For evaluate, which prints alerts without having a journal.
    public var alert: AlertTurn?
    /// The event's data, made when it is needed.
    public var data: @Sendable () -> JSONValue

    /// Unique within the module: topic, subject and cause, and a number where one cause has several of them.
    public var id: String { Self.id(topic, subject: subject, cause: cause, number: number) }

    /// An id has 256 bytes at most; a subject that long is cut, and told apart by its number.
    static func cut(_ subject: String) -> String { subject.utf8.count <= 160 ? subject : String(subject.prefix(40)) }

    static func id(_ topic: Topic, subject: String, cause: Int64, number: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(topic.rawValue.utf8.count + subject.utf8.count + 32)
        bytes.append(contentsOf: topic.rawValue.utf8)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: cut(subject).utf8)
        bytes.append(UInt8(ascii: "/"))
        bytes.appendDecimal(Int(max(0, cause)), width: 20)
        if number > 1 {
            bytes.append(UInt8(ascii: "/"))
            bytes.appendDecimal(number)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

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
    /// How many there have been of each topic and subject.
    private var counts: [Name: Int] = [:]

    private struct Name: Hashable {
        var topic: Topic
        var subject: String
    }

    public init(cause: Int64, clock: Moment) {
        self.cause = cause
        self.clock = clock
    }

    /// Says something. `time` is the clock's unless it is said otherwise.
    public mutating func say(
        _ topic: Topic, subject: String, time: Moment? = nil, content: Fact.Content = .other,
        alert: AlertTurn? = nil, _ data: @escaping @Sendable () -> JSONValue
    ) {
        let number = count(topic, subject) + 1
        counts[Name(topic: topic, subject: Finding.cut(subject))] = number
        list.append(
            Finding(
                topic: topic, subject: subject, time: time ?? clock, cause: cause, number: number, content: content,
                alert: alert, data: data))
    }

    /// Takes out what has been found so far; what follows of the same cause is still told apart from it.
    public mutating func drain() -> [Finding] {
        let found = list
        list = []
        return found
    }

    /// The id that the next finding of this topic and subject will have.
    public func id(ofNext topic: Topic, subject: String) -> String {
        Finding.id(topic, subject: subject, cause: cause, number: count(topic, subject) + 1)
    }

    private func count(_ topic: Topic, _ subject: String) -> Int {
        counts.isEmpty ? 0 : counts[Name(topic: topic, subject: Finding.cut(subject))] ?? 0
    }
}
