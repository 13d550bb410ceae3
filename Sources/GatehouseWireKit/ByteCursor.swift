/// Reads fixed-size fields from bytes that may be too short: every read says nil rather than trap.
public struct ByteCursor: Sendable {
    /// What has not been read yet.
    public private(set) var rest: ArraySlice<UInt8>

    public init(_ bytes: some Sequence<UInt8>) {
        rest = ArraySlice(bytes)
    }

    public init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// How many bytes are left.
    public var count: Int { rest.count }

    /// The next `count` bytes, or nil (and nothing read) when fewer are left.
    public mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Passes over `count` bytes; false (and nothing passed) when fewer are left.
    @discardableResult
    public mutating func skip(_ count: Int) -> Bool {
        bytes(count) != nil
    }

    public mutating func u8() -> UInt8? {
        bytes(1)?.first
    }

    /// A little-endian integer of the size of `Integer`. Inlinable like the others: a clock's log is a million of
    /// these, and one that is not made for its type where it is used takes ten times as long.
    @inlinable
    public mutating func little<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        guard let field = bytes(Integer.bitWidth / 8) else { return nil }
        var value: Integer = 0
        for byte in field.reversed() { value = value << 8 | Integer(truncatingIfNeeded: byte) }
        return value
    }

    /// A big-endian integer of the size of `Integer`.
    @inlinable
    public mutating func big<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        guard let field = bytes(Integer.bitWidth / 8) else { return nil }
        var value: Integer = 0
        for byte in field { value = value << 8 | Integer(truncatingIfNeeded: byte) }
        return value
    }
}

extension [UInt8] {
    /// Appends an integer, least significant byte first.
    @inlinable
    public mutating func appendLittle<Integer: FixedWidthInteger>(_ value: Integer) {
        for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }

    /// Appends an integer, most significant byte first.
    @inlinable
    public mutating func appendBig<Integer: FixedWidthInteger>(_ value: Integer) {
        for shift in stride(from: Integer.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }
}
