import GatehouseModel

/// The attributes that a stored body repeats from its row, read back without parsing the whole. Only the form that
/// `Event.encoded` writes is known; whatever differs from it did not come from the journal.
struct EventBodyReader {
    /// What the body says about its row.
    struct Attributes: Hashable {
        var id: String
        var source: String
        var topic: String
        var sequence: Int64
        var recorded: Moment
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Reads the attributes; nil for a body in any other form.
    static func attributes(of body: UnsafeRawBufferPointer) -> Attributes? {
        var reader = EventBodyReader(bytes: body)
        return reader.attributes()
    }

    private init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private mutating func attributes() -> Attributes? {
        guard take(#"{"specversion":"1.0","id":"#), let id = string(),
            take(#","source":"#), let source = string(),
            take(#","type":"gatehouse."#), let topic = plain(),
            !take(#","subject":"#) || skipString(),
            take(#","time":""#), plain() != nil,
            take(#","datacontenttype":"application/json","dataschema":"urn:gatehouse:"#), plain() != nil,
            take(#","sequence":""#), let sequence = plain().flatMap({ Int64($0) }),
            take(#","recordedtime":""#), let recorded = plain().flatMap({ Timestamp($0) })
        else { return nil }
        return Attributes(id: id, source: source, topic: topic, sequence: sequence, recorded: recorded.moment)
    }

    private mutating func take(_ literal: StaticString) -> Bool {
        let end = position + literal.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        let expected = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        guard bytes[position..<end].elementsEqual(expected) else { return false }
        position = end
        return true
    }

    /// The text up to a closing quote, in a place where nothing is ever escaped.
    private mutating func plain() -> String? {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    private mutating func string() -> String? {
        let start = position
        guard let hasEscapes = passString() else { return nil }
        guard hasEscapes else { return String(decoding: bytes[start + 1..<position - 1], as: UTF8.self) }
        return try? JSONValue(parsing: bytes[start..<position]).text
    }

    private mutating func skipString() -> Bool {
        passString() != nil
    }

    /// Moves past a quoted string; whether something in it is escaped, or nil when it is no string.
    private mutating func passString() -> Bool? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
        var hasEscapes = false
        var index = position + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                position = index + 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index += 2
            default:
                index += 1
            }
        }
        return nil
    }
}
