public import GatehouseModel
public import GatehouseRules

/// A whole number: the smaller, the shorter.
extension Packed where Self: FixedWidthInteger {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.number(Int64(self))
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        guard let number = Self(exactly: try unpacker.number()) else { throw .unreadable("a number") }
        self = number
    }
}

extension Int: Packed {}
extension Int64: Packed {}
extension Int32: Packed {}
extension Int8: Packed {}
extension UInt32: Packed {}
extension UInt16: Packed {}
extension UInt8: Packed {}

/// Of all its bits: what takes 64 of them is a mark, in which no digit is more likely than another.
extension UInt64: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        for shift in stride(from: 0, to: 64, by: 8) { packer.pending.append(UInt8(truncatingIfNeeded: self >> shift)) }
    }

    @inlinable
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self = try unpacker.raw(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension Double: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(bitPattern)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        self.init(bitPattern: try unpacker.next())
    }
}

extension Bool: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.number(self ? 1 : 0)
    }

    @inlinable
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

extension Moment: Packed {
    @inlinable
    public func pack(into packer: inout Packer) {
        packer.number(milliseconds)
    }

    @inlinable
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

/// A case by its number or name, a set of options by its bits.
extension Packed where Self: RawRepresentable, RawValue: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(rawValue)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        guard let value = Self(rawValue: try unpacker.next()) else { throw .unreadable("\(Self.self)") }
        self = value
    }
}
