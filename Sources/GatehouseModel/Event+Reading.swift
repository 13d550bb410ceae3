/// Why bytes are no event that Gatehouse takes.
public struct EventProblem: Error, Hashable, Sendable {
    /// The CloudEvents attribute at fault; `event` for the whole.
    public var field: String
    /// What is wrong and what would be right.
    public var reason: String

    public init(field: String, reason: String) {
        self.field = field
        self.reason = reason
    }
}

extension Event {
    /// Reads a CloudEvent in JSON form. `sequence` and `recordedtime` are passed over; an event without a `time`
    /// happened `now`, one without a `subject` is about nothing (an empty subject).
    public init(cloudEvent bytes: some Collection<UInt8>, now: Timestamp) throws(EventProblem) {
        guard bytes.count <= Self.sizeLimit else {
            throw EventProblem(field: "event", reason: "\(bytes.count) bytes; at most \(Self.sizeLimit)")
        }
        let json: JSONValue
        do throws(JSONProblem) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw EventProblem(field: "event", reason: "no JSON at byte \(error.offset): \(error.reason)")
        }
        try self.init(cloudEvent: json, now: now)
    }

    /// Reads a CloudEvent that has already been parsed; see the other initialiser.
    public init(cloudEvent json: JSONValue, now: Timestamp) throws(EventProblem) {
        let read = try EventReading(json)
        self.init(
            source: read.source, id: read.id, topic: read.topic, subject: read.subject, time: read.time ?? now,
            data: read.data.bytes, causation: read.causation, extensions: read.extensions)
    }
}
