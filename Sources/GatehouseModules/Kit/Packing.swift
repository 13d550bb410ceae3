/// Why a snapshot cannot be used. Nothing is lost: the journal is folded from its beginning instead.
public enum PackProblem: Error, Hashable, Sendable {
    /// The bytes end too early.
    case tooShort
    /// What stands there is none of what was looked for.
    case unreadable(String)
}

/// Something that a snapshot can hold. What is packed and unpacked is the same in the same order: numbers, texts and
/// moments, and arrays, tables, sets, ranges and optionals of whatever is packed itself, one in the other.
public protocol Packed {
    func pack(into packer: inout Packer)
    init(from unpacker: inout Unpacker) throws(PackProblem)
}

/// Writes a snapshot: numbers of variable length, texts with their length. It is read by the version of Gatehouse that
/// wrote it, and by no other.
///
/// What is inlinable here is so because a year of a large site is some millions of numbers.
public struct Packer {
    @usableFromInline static let portion = 1 << 20

    @usableFromInline var pending: [UInt8] = []
    private let drain: (([UInt8]) -> Void)?

    public init() { drain = nil }

    /// Hands on what has been packed whenever it is about a megabyte, so that a large snapshot is never in memory as a
    /// whole. `flush` hands on the rest.
    public init(draining drain: @escaping ([UInt8]) -> Void) {
        self.drain = drain
        pending.reserveCapacity(Self.portion + 65_536)
    }

    /// What has been packed; with a drain what it has not been handed yet.
    public var bytes: [UInt8] { pending }

    @inlinable
    public mutating func add<each Value: Packed>(_ values: repeat each Value) {
        repeat (each values).pack(into: &self)
        if pending.count >= Self.portion { flush() }
    }

    /// Hands on what is there, where there is a drain.
    public mutating func flush() {
        guard let drain else { return }
        drain(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// LEB128 of the zigzag form: small numbers take few bytes, negative ones too.
    @inlinable
    public mutating func number(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            pending.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        pending.append(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    mutating func raw(_ more: some Collection<UInt8>) {
        pending.append(contentsOf: more)
    }
}

/// Reads a snapshot. Whatever the bytes are, it gives a value or an error, and makes no room for more than there is.
public struct Unpacker: Sendable {
    @usableFromInline let bytes: [UInt8]
    @usableFromInline var position = 0

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var isAtEnd: Bool { position == bytes.count }

    @inlinable
    public mutating func next<Value: Packed>(_ type: Value.Type = Value.self) throws(PackProblem) -> Value {
        try Value(from: &self)
    }

    /// The next values, in the order in which they were added: `(time, sequence) = try unpacker.values()`.
    @inlinable
    public mutating func values<each Value: Packed>() throws(PackProblem) -> (repeat each Value) {
        (repeat try (each Value)(from: &self))
    }

    @inlinable
    public mutating func number() throws(PackProblem) -> Int64 {
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
    @inlinable
    mutating func count() throws(PackProblem) -> Int {
        let count = try number()
        guard count >= 0, count <= Int64(bytes.count - position) else { throw .tooShort }
        return Int(count)
    }

    @inlinable
    mutating func raw(_ count: Int) throws(PackProblem) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw .tooShort }
        position += count
        return bytes[position - count..<position]
    }
}
