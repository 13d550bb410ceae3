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
    private static let attributes: Set<String> = [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "sequence",
        "recordedtime", "causation", "data",
    ]

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
        guard let members = json.members else {
            throw EventProblem(field: "event", reason: "must be one JSON object")
        }
        guard json["specversion"]?.text == "1.0" else {
            throw EventProblem(field: "specversion", reason: "must be \"1.0\"")
        }
        id = try Self.text("id", in: json, atMost: 256)
        source = try Self.text("source", in: json, atMost: 256)
        let type = try Self.text("type", in: json, atMost: 128)
        guard type.hasPrefix("gatehouse.") else {
            throw EventProblem(field: "type", reason: "must be gatehouse.<topic>, for example gatehouse.leave.granted")
        }
        topic = Topic(rawValue: String(type.dropFirst("gatehouse.".count)))
        subject = json["subject"] == nil ? "" : try Self.text("subject", in: json, atMost: 256)
        time = json["time"] == nil ? now : try Self.time(in: json)
        if let type = json["datacontenttype"], type.text != "application/json" {
            throw EventProblem(field: "datacontenttype", reason: "must be application/json")
        }
        guard let payload = json["data"], payload.members != nil else {
            throw EventProblem(field: "data", reason: "must be a JSON object")
        }
        data = payload.bytes
        causation = try Self.causation(in: json)
        extensions = try Self.extensions(members)
    }

    private static func text(_ field: String, in json: JSONValue, atMost limit: Int) throws(EventProblem) -> String {
        guard let text = json[field]?.text, !text.isEmpty, text.utf8.count <= limit else {
            throw EventProblem(field: field, reason: "must be a string of 1 to \(limit) bytes")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw EventProblem(field: field, reason: "must not hold control characters")
        }
        return text
    }

    private static func time(in json: JSONValue) throws(EventProblem) -> Timestamp {
        guard let text = json["time"]?.text, let time = Timestamp(text) else {
            throw EventProblem(field: "time", reason: "must be RFC 3339, for example 2026-11-22T08:30:00+08:00")
        }
        return time
    }

    private static func causation(in json: JSONValue) throws(EventProblem) -> Int64? {
        guard let value = json["causation"] else { return nil }
        guard let sequence = value.text.flatMap({ Int64($0) }) ?? value.integer.map({ Int64($0) }), sequence > 0 else {
            throw EventProblem(field: "causation", reason: "must be a sequence, for example \"00000000000000000042\"")
        }
        return sequence
    }

    private static func extensions(_ members: [JSONValue.Member]) throws(EventProblem) -> [JSONValue.Member] {
        let extensions = members.filter { !attributes.contains($0.name) }
        for member in extensions {
            let wellNamed = member.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            guard wellNamed, (1...20).contains(member.name.utf8.count) else {
                throw EventProblem(
                    field: member.name, reason: "an attribute's name is 1 to 20 lower-case letters and digits")
            }
            switch member.value {
            case .bool, .string: break
            case .number where member.value.integer.map({ Int32(exactly: $0) != nil }) == true: break
            case .array, .object, .null, .number:
                throw EventProblem(
                    field: member.name, reason: "an attribute is a string, a whole number or a truth value")
            }
        }
        return extensions
    }
}
