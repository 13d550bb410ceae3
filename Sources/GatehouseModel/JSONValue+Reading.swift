/// Why bytes are no JSON document that Gatehouse takes.
public struct JSONProblem: Error, Hashable, Sendable {
    /// What was wrong there, in plain words.
    public var reason: String
    /// How many bytes into the document.
    public var offset: Int
}

extension JSONValue {
    /// How deep arrays and objects may lie in each other.
    public static let depthLimit = 64

    /// Reads one whole document, strictly as RFC 8259 has it: UTF-8, nothing before or after but white space, no name
    /// twice in one object, at most `depthLimit` deep.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONProblem) {
        let inPlace = bytes.withContiguousStorageIfAvailable(Self.read)
        self = try (inPlace ?? Array(bytes).withUnsafeBufferPointer(Self.read)).get()
    }

    private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONProblem> {
        guard bytes.isUTF8 else { return .failure(JSONProblem(reason: "not UTF-8", offset: 0)) }
        var reader = JSONReader(bytes: bytes)
        return Result { () throws(JSONProblem) in try reader.document() }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Nearly every event is ASCII, which is UTF-8; that is seen eight bytes at a time.
    fileprivate var isUTF8: Bool {
        let raw = UnsafeRawBufferPointer(self)
        var (bits, place): (UInt64, Int) = (0, 0)
        while place + 8 <= count {
            bits |= raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            place += 8
        }
        while place < count {
            bits |= UInt64(self[place])
            place += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0 || String(validating: self, as: UTF8.self) != nil
    }
}

/// Reads one document. Every byte is taken through `peek`, which knows where they end.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    /// So many members are compared one by one, more of them through a set.
    private static let fewMembers = 16

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONProblem) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw problem("something follows the document") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", means: .bool(true))
        case UInt8(ascii: "f"): return try word("false", means: .bool(false))
        case UInt8(ascii: "n"): return try word("null", means: .null)
        case nil: throw problem("the document ends too early")
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> JSONValue {
        guard depth < JSONValue.depthLimit else { throw problem("nested too deeply") }
        position += 1
        skipSpace()
        if take("}") { return .object([]) }
        var members: [JSONValue.Member] = []
        members.reserveCapacity(8)
        var names: Set<String> = []
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw problem("a member needs a name in quotes") }
            let name = try string()
            guard isNew(name, among: members, &names) else { throw problem("the name \"\(name)\" comes twice") }
            skipSpace()
            guard take(":") else { throw problem("a colon is missing") }
            members.append(.init(name, try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw problem("a comma or } is missing") }
        return .object(members)
    }

    private func isNew(_ name: String, among members: [JSONValue.Member], _ names: inout Set<String>) -> Bool {
        guard members.count >= Self.fewMembers else { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }

    private mutating func array(depth: Int) throws(JSONProblem) -> JSONValue {
        guard depth < JSONValue.depthLimit else { throw problem("nested too deeply") }
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw problem("a comma or ] is missing") }
        return .array(elements)
    }

    private mutating func string() throws(JSONProblem) -> String {
        position += 1
        let start = position
        // Most strings stand there as they are meant.
        while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
        let plain = bytes[start..<position]
        if take("\"") { return String(decoding: UnsafeBufferPointer(rebasing: plain), as: UTF8.self) }
        var text = Array(plain)
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw problem("a control character in a string must be escaped")
            default: text.append(byte)
            }
        }
        throw problem("a string is not closed")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONProblem) {
        guard let byte = peek else { throw problem("a string is not closed") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default: throw problem("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(JSONProblem) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take("\\"), take("u") else { throw problem("half a surrogate pair") }
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem("half a surrogate pair") }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONProblem) -> UInt32 {
        guard position + 4 <= bytes.count else { throw problem("\\u needs four digits") }
        let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard !text.contains("+"), !text.contains("-"), let value = UInt32(text, radix: 16) else {
            throw problem("\\u needs four digits")
        }
        position += 4
        return value
    }

    private mutating func number() throws(JSONProblem) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { throw problem("no value starts like this") }
        }
        if take(".") {
            guard digits() > 0 else { throw problem("digits are missing after the decimal point") }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() > 0 else { throw problem("digits are missing in the exponent") }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func word(_ word: String, means value: JSONValue) throws(JSONProblem) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw problem("no value starts like this") }
        position += word.utf8.count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D { position += 1 }
    }

    private var peek: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private func problem(_ reason: String) -> JSONProblem {
        JSONProblem(reason: reason, offset: position)
    }
}
