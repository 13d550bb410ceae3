public import GatehouseModel

/// What an event that people or other systems append must hold, so that no module ever meets one it cannot read.
public enum PeopleEvents {
    /// What a field may be.
    enum Form: Sendable {
        /// A string that is not empty.
        case text
        /// A person's, checkpoint's, shift's or department's id.
        case id
        /// A hazard's or leave's name: 1 to 256 bytes.
        case name
        /// `<route>@<start>`.
        case round
        /// RFC 3339.
        case time
        /// `YYYY-MM-DD`.
        case date
        /// `2026`, `2026-11`, `2026-Q4` or `2026-W47`.
        case period
        /// A JSON number, or money as a decimal string.
        case amount
        case object
        /// Any of the others, or null.
        indirect case orNull(Form)
    }

    private static let required: [Topic: [(field: String, form: Form)]] = [
        "site.updated": [("site", .object), ("sha256", .text)],
        "schedule.assigned": [("person", .id), ("date", .date), ("shift", .orNull(.id)), ("by", .text)],
        "leave.granted": [
            ("leave", .name), ("person", .id), ("from", .time), ("to", .time), ("kind", .text), ("by", .text),
        ],
        "leave.cancelled": [("leave", .name)],
        "overtime.approved": [("person", .id), ("from", .time), ("to", .time), ("by", .text)],
        "punch.corrected": [("person", .id), ("reason", .text), ("by", .text)],
        "visit.waived": [("round", .round), ("checkpoint", .id), ("reason", .text), ("by", .text)],
        "hazard.reported": [("severity", .id), ("by", .text)],
        "hazard.assigned": [("hazard", .name), ("to", .id), ("by", .text)],
        "hazard.submitted": [("hazard", .name), ("by", .text)],
        "hazard.verified": [("hazard", .name), ("by", .text)],
        "hazard.rejected": [("hazard", .name), ("by", .text), ("reason", .text)],
        "incident.recorded": [("incident", .name)],
        "measure.recorded": [("measure", .name), ("value", .amount)],
        "alert.acknowledged": [("alert", .name), ("by", .text)],
    ]

    /// What a field that may be left out is when it is there, whatever the topic.
    private static let optional: [String: Form] = [
        "by": .text, "checkpoint": .id, "place": .id, "condition": .id, "department": .orNull(.id), "hazard": .name,
        "person": .id, "note": .orNull(.text), "unit": .orNull(.text), "kind": .text, "description": .text,
        "reason": .text, "severity": .text, "deadline": .time, "from": .time, "to": .time, "weight": .amount,
        "loss": .orNull(.amount), "period": .period, "add": .time, "void": .text,
    ]

    /// What is wrong with the data of an appended event; nil where nothing is. `ext.<name>` may hold anything.
    public static func problem(in event: Event) -> EventProblem? {
        guard required[event.topic] != nil else { return nil }
        return problem(in: (try? JSONValue(parsing: event.data)) ?? .null, of: event.topic)
    }

    /// The same of data that has been parsed.
    public static func problem(in data: JSONValue, of topic: Topic) -> EventProblem? {
        guard let fields = required[topic] else { return nil }
        guard let members = data.members else {
            return EventProblem(field: "data", reason: "must be a JSON object")
        }
        for (field, form) in fields {
            guard let value = data[field] else { return EventProblem(field: "data.\(field)", reason: "is missing") }
            if let reason = problem(in: value, form) { return EventProblem(field: "data.\(field)", reason: reason) }
        }
        let named = Set(fields.map(\.field))
        for member in members where !named.contains(member.name) {
            guard let form = optional[member.name], let reason = problem(in: member.value, form) else { continue }
            return EventProblem(field: "data.\(member.name)", reason: reason)
        }
        return problemAcross(data, of: topic)
    }

    private static func problem(in value: JSONValue, _ form: Form) -> String? {
        switch form {
        case .text: value.text?.isEmpty == false ? nil : "must be a string that is not empty"
        case .id:
            value.text.map { Identifier.isValid($0) } == true ? nil : "must be an id: letters, digits, '.', '_', '-'"
        case .name:
            value.text.map { (1...256).contains($0.utf8.count) } == true ? nil : "must be a string of 1 to 256 bytes"
        case .round: value.text.map(isRound) == true ? nil : "must be a round: night-fire@2026-11-22T22:00:00+08:00"
        case .time: time(value) != nil ? nil : "must be RFC 3339: 2026-11-22T08:30:00+08:00"
        case .date: value.text.map(isDate) == true ? nil : "must be a date: 2026-11-22"
        case .period: value.text.map(isPeriod) == true ? nil : "must be a period: 2026, 2026-11, 2026-Q4 or 2026-W47"
        case .amount: isAmount(value) ? nil : "must be a number, or a decimal as a string"
        case .object: value.members != nil ? nil : "must be an object"
        case .orNull(let form): value == .null ? nil : problem(in: value, form).map { "\($0), or null" }
        }
    }

    /// Rules that join two fields.
    private static func problemAcross(_ data: JSONValue, of topic: Topic) -> EventProblem? {
        switch topic {
        case "leave.granted", "overtime.approved":
            guard let from = time(data["from"]), let to = time(data["to"]), from < to else {
                return EventProblem(field: "data.to", reason: "must be later than data.from")
            }
        case "punch.corrected":
            guard (data["add"] == nil) != (data["void"] == nil) else {
                return EventProblem(field: "data.add", reason: "give either add (a time) or void (a punch's id)")
            }
        case "hazard.reported":
            guard data["checkpoint"] != nil || data["place"] != nil else {
                return EventProblem(field: "data.checkpoint", reason: "give the checkpoint or the place")
            }
        default: break
        }
        return nil
    }

    private static func isRound(_ text: String) -> Bool {
        guard let at = text.firstIndex(of: "@") else { return false }
        return Identifier.isValid(text[..<at]) && Timestamp(text[text.index(after: at)...]) != nil
    }

    private static func isDate(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil && LocalTime("\(text) 00:00:00") != nil
    }

    private static func isPeriod(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]|W(0[1-9]|[1-4][0-9]|5[0-3])))?/) != nil
    }

    private static func isAmount(_ value: JSONValue) -> Bool {
        if case .number = value { return true }
        return value.text?.wholeMatch(of: /-?[0-9]{1,18}(\.[0-9]{1,9})?/) != nil
    }

    private static func time(_ value: JSONValue?) -> Moment? {
        value?.text.flatMap { Timestamp($0)?.moment }
    }
}
