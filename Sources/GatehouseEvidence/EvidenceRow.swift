public import GatehouseModel

/// One event of the journal as the evidence of a figure: where it stands, and what was read.
public struct EvidenceRow: Hashable, Sendable {
    public var sequence: Int64
    public var topic: Topic
    /// False where the journal does not hold it any more.
    public var isStored: Bool
    /// When it happened, as the event has it.
    public var time: String
    /// When the gateway stored it.
    public var recorded: String
    public var source: String
    /// The device that gave it; nil for what people and modules say.
    public var device: String?
    /// What it is here: the first punch, a repeat, the rules in force.
    public var role: String?
    /// What was read, as it was read: badge or code, the device's own time, its own record.
    public var reading: [Explanation.Part]
    /// All that the event says; of a site file only its digest.
    public var data: JSONValue

    init(_ event: StoredEvent, role: String? = nil) {
        sequence = event.sequence
        topic = event.topic
        isStored = true
        time = event.json["time"]?.text ?? ""
        recorded = event.json["recordedtime"]?.text ?? ""
        source = event.source
        device = event.topic.origin == .device ? event.data["device"]?.text : nil
        self.role = role
        // A site file may be a megabyte, and its digest names it.
        data =
            event.topic == "site.updated"
            ? .object((event.data.members ?? []).filter { $0.name != "site" }) : event.data
        reading = (data.members ?? []).filter { $0.name != "device" && $0.value != .null }.map { member in
            .init(member.name, member.value.text ?? member.value.jsonText)
        }
    }

    /// An event that is named as evidence and is not in the journal any more.
    init(missing sequence: Int64, topic: Topic, role: String? = nil) {
        self.sequence = sequence
        self.topic = topic
        self.role = role
        isStored = false
        (time, recorded, source, reading, data) = ("", "", "", [], .null)
    }

    /// The row as JSON.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("sequence", .integer(sequence)), .init("topic", .string(topic.rawValue)),
            .init("stored", .bool(isStored)),
        ]
        if let role { members.append(.init("role", .string(role))) }
        guard isStored else { return .object(members) }
        members += [
            .init("time", .string(time)), .init("recordedtime", .string(recorded)), .init("source", .string(source)),
            .init("device", .optional(device)), .init("data", data),
        ]
        return .object(members)
    }
}
