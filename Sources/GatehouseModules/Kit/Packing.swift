public import GatehouseModel
public import GatehouseRules

/// Why a snapshot cannot be used. Nothing is lost: the journal is folded from its beginning instead.
public enum PackProblem: Error, Hashable, Sendable {
    /// The bytes end too early.
    case tooShort
    /// What stands there is none of what was looked for.
    case unreadable(String)
}

/// Something that a snapshot can hold. What is packed and unpacked is the same in the same order.
public protocol Packed {
    func pack(into packer: inout Packer)
    init(from unpacker: inout Unpacker) throws(PackProblem)
}

/// Writes a snapshot: numbers of variable length, texts with their length. It is read by the version of Gatehouse that
/// wrote it, and by no other.
public struct Packer: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func add<each Value: Packed>(_ values: repeat each Value) {
        repeat (each values).pack(into: &self)
    }

    /// LEB128 of the zigzag form: small numbers take few bytes, negative ones too.
    mutating func number(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func raw(_ more: some Collection<UInt8>) {
        bytes.append(contentsOf: more)
    }
}

/// Reads a snapshot. Whatever the bytes are, it gives a value or an error, and makes no room for more than there is.
public struct Unpacker: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var isAtEnd: Bool { position == bytes.count }

    public mutating func next<Value: Packed>(_ type: Value.Type = Value.self) throws(PackProblem) -> Value {
        try Value(from: &self)
    }

    mutating func number() throws(PackProblem) -> Int64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            guard position < bytes.count else { throw .tooShort }
            let byte = bytes[position]
            position += 1
            guard shift < 64 else { throw .unreadable("a number") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count of things that take at least a byte each.
    mutating func count() throws(PackProblem) -> Int {
        let count = try number()
        guard count >= 0, count <= Int64(bytes.count - position) else { throw .tooShort }
        return Int(count)
    }

    mutating func raw(_ count: Int) throws(PackProblem) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw .tooShort }
        position += count
        return bytes[position - count..<position]
    }
}

/// Two values beside each other.
public struct PackedPair<First: Packed, Second: Packed>: Packed {
    public var first: First
    public var second: Second

    public init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    public func pack(into packer: inout Packer) {
        packer.add(first, second)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        first = try unpacker.next()
        second = try unpacker.next()
    }
}

extension Int64: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(self)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self = try unpacker.number()
    }
}

extension Int: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(Int64(self))
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self = Int(try unpacker.number())
    }
}

extension Int32: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(Int64(self))
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        guard let number = Int32(exactly: try unpacker.number()) else { throw .unreadable("a number") }
        self = number
    }
}

extension Double: Packed {
    public func pack(into packer: inout Packer) {
        packer.raw((0..<8).map { UInt8(truncatingIfNeeded: bitPattern >> UInt64($0 * 8)) })
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init(bitPattern: try unpacker.raw(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension Bool: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(self ? 1 : 0)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self = try unpacker.number() != 0
    }
}

extension String: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(Int64(utf8.count))
        packer.raw(utf8)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        guard let text = String(validating: try unpacker.raw(try unpacker.count()), as: UTF8.self) else {
            throw .unreadable("a text")
        }
        self = text
    }
}

extension Array: Packed where Element: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(Int64(count))
        for element in self { element.pack(into: &packer) }
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let count = try unpacker.count()
        self.init()
        reserveCapacity(Swift.min(count, 1 << 16))
        for _ in 0..<count { append(try unpacker.next()) }
    }
}

extension Optional: Packed where Wrapped: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(self == nil ? 0 : 1)
        if let self { self.pack(into: &packer) }
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self = try unpacker.number() == 0 ? nil : try unpacker.next(Wrapped.self)
    }
}

extension Dictionary: Packed where Key: Packed & Comparable, Value: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(Int64(count))
        for (key, value) in sorted(by: { $0.key < $1.key }) { packer.add(key, value) }
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let count = try unpacker.count()
        self.init()
        for _ in 0..<count {
            let key: Key = try unpacker.next()
            self[key] = try unpacker.next(Value.self)
        }
    }
}

extension Set: Packed where Element: Packed & Comparable {
    public func pack(into packer: inout Packer) {
        packer.add(sorted())
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let elements: [Element] = try unpacker.next()
        self.init(elements)
    }
}

extension Moment: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(milliseconds)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init(milliseconds: try unpacker.number())
    }
}

extension CalendarDay: Packed {
    public func pack(into packer: inout Packer) {
        packer.number(Int64(number))
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let number = try unpacker.number()
        guard (-719_162...2_932_896).contains(number) else { throw .unreadable("a date") }
        self.init(number: Int(number))
    }
}

extension JSONValue: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(jsonText)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        let text: String = try unpacker.next()
        guard let value = try? JSONValue(parsing: text.utf8) else { throw .unreadable("a JSON text") }
        self = value
    }
}
