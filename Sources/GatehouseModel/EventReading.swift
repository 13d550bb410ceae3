/// A CloudEvent that has been parsed and is one that Gatehouse takes; its data is not written out again.
public struct EventReading: Sendable {
    public var source: String
    public var id: String
    public var topic: Topic
    /// Empty where it is about nothing.
    public var subject: String
    /// Nil where it does not say when it happened.
    public var time: Timestamp?
    /// An object.
    public var data: JSONValue
    public var causation: Int64?
    public var extensions: [JSONValue.Member]

    /// By the length of the name.
    private static let attributes: [[String]] = {
        let names = [
            "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "sequence",
            "recordedtime", "causation", "data",
        ]
        return (0...16).map { length in names.filter { $0.utf8.count == length } }
    }()

    public init(_ json: JSONValue) throws(EventProblem) {
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
        topic = Topic(rawValue: String(type.utf8.dropFirst("gatehouse.".utf8.count)) ?? "")
        subject = json["subject"] == nil ? "" : try Self.text("subject", in: json, atMost: 256)
        time = try Self.time(in: json)
        if let type = json["datacontenttype"], type.text != "application/json" {
            throw EventProblem(field: "datacontenttype", reason: "must be application/json")
        }
        guard let payload = json["data"], payload.members != nil else {
            throw EventProblem(field: "data", reason: "must be a JSON object")
        }
        data = payload
        causation = try Self.causation(in: json)
        extensions = try Self.extensions(members)
    }

    private static func text(_ field: String, in json: JSONValue, atMost limit: Int) throws(EventProblem) -> String {
        guard let text = json[field]?.text, !text.isEmpty, text.utf8.count <= limit else {
            throw EventProblem(field: field, reason: "must be a string of 1 to \(limit) bytes")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw EventProblem(field: field, reason: "must not hold control characters")
        }
        return text
    }

    private static func time(in json: JSONValue) throws(EventProblem) -> Timestamp? {
        guard let value = json["time"] else { return nil }
        guard let text = value.text, let time = Timestamp(text) else {
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

    private static func isAttribute(_ name: String) -> Bool {
        name.utf8.count < attributes.count && attributes[name.utf8.count].contains(name)
    }

    private static func extensions(_ members: [JSONValue.Member]) throws(EventProblem) -> [JSONValue.Member] {
        let extensions = members.filter { !isAttribute($0.name) }
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
