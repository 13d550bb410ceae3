/// Something that happened, before it has a place in the journal. With a place it is a `Recorded`.
public struct Event: Hashable, Sendable {
    /// The largest event in its JSON form.
    public static let sizeLimit = 64 * 1024

    /// Who says so: `/sites/<site>/devices/<device>`, `…/modules/<module>` or `…/clients/<client>`.
    public var source: String
    /// Unique within `source` for ever: the same record read twice has the same id.
    public var id: String
    public var topic: Topic
    /// What it is about: person, checkpoint, device, hazard, round.
    public var subject: String
    /// When it happened, with the site's UTC offset.
    public var time: Timestamp
    /// What happened, as compact JSON text.
    public var data: [UInt8]
    /// For a derived event, the sequence of the event that led to it.
    public var causation: Int64?
    /// CloudEvents extension attributes that a client sent along, kept as they came.
    public var extensions: [JSONValue.Member]

    public init(
        source: String, id: String, topic: Topic, subject: String, time: Timestamp, data: [UInt8],
        causation: Int64? = nil, extensions: [JSONValue.Member] = []
    ) {
        self.source = source
        self.id = id
        self.topic = topic
        self.subject = subject
        self.time = time
        self.data = data
        self.causation = causation
        self.extensions = extensions
    }

    /// The CloudEvent as it is stored and published: one JSON object, the two attributes that the journal decides put
    /// in.
    public func encoded(sequence: Int64, recorded: Timestamp) -> [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(data.count + 480)
        json.append(contentsOf: #"{"specversion":"1.0","id":"#.utf8)
        json.appendJSONString(id)
        json.append(contentsOf: #","source":"#.utf8)
        json.appendJSONString(source)
        json.append(contentsOf: #","type":"gatehouse."#.utf8)
        json.append(contentsOf: topic.rawValue.utf8)
        json.append(UInt8(ascii: "\""))
        // CloudEvents has no empty subject: an event about nothing goes without.
        if !subject.isEmpty {
            json.append(contentsOf: #","subject":"#.utf8)
            json.appendJSONString(subject)
        }
        json.append(contentsOf: #","time":""#.utf8)
        json.appendTimestamp(time)
        json.append(contentsOf: #"","datacontenttype":"application/json","dataschema":"urn:gatehouse:"#.utf8)
        json.append(contentsOf: topic.rawValue.utf8)
        json.append(contentsOf: #":1","sequence":""#.utf8)
        json.appendDecimal(Int(sequence), width: 20)
        json.append(contentsOf: #"","recordedtime":""#.utf8)
        json.appendTimestamp(recorded)
        json.append(UInt8(ascii: "\""))
        if let causation {
            json.append(contentsOf: #","causation":""#.utf8)
            json.appendDecimal(Int(causation), width: 20)
            json.append(UInt8(ascii: "\""))
        }
        for member in extensions {
            json.append(UInt8(ascii: ","))
            json.appendJSONString(member.name)
            json.append(UInt8(ascii: ":"))
            json.appendJSON(member.value)
        }
        json.append(contentsOf: #","data":"#.utf8)
        json.append(contentsOf: data)
        json.append(UInt8(ascii: "}"))
        return json
    }
}

/// An event that is on disk: its place in the journal, and the exact bytes that every subscriber gets.
public struct Recorded: Hashable, Sendable {
    /// Place in the journal: from 1, without gaps.
    public var sequence: Int64
    /// The sequence of the event before it with the same topic; 0 for the first.
    public var previous: Int64
    /// When the gateway stored it.
    public var recorded: Moment
    public var topic: Topic
    /// The CloudEvent, JSON.
    public var body: [UInt8]

    public init(sequence: Int64, previous: Int64, recorded: Moment, topic: Topic, body: [UInt8]) {
        self.sequence = sequence
        self.previous = previous
        self.recorded = recorded
        self.topic = topic
        self.body = body
    }
}
