import GatehouseModel
import GatehouseModuleKit
import Testing

@Suite("What a snapshot carries")
struct PackingTests {
    /// Tables, arrays, ranges and options, one in the other.
    typealias Nested = [String: [Int32: [Range<Moment>?]]]

    static let nested: Nested = [
        "night": [7: [Moment(milliseconds: -5)..<Moment(milliseconds: 9), nil], -1: []], "": [:],
    ]

    @Test("what is packed comes back, however deep it lies")
    func nested() throws {
        #expect(try again(Self.nested) == Self.nested)
    }

    @Test("a table may hold nil under a key")
    func nilInTable() throws {
        let table: [Int: String?] = [1: nil, 2: "two"]
        let read = try again(table)
        #expect(read == table)
        #expect(read.keys.contains(1))
    }

    @Test("the same knowledge is the same bytes, in whatever order it was gathered")
    func order() {
        let numbers = (0..<100).map { Int32($0) }
        let one = Dictionary(uniqueKeysWithValues: numbers.map { ($0, $0) })
        let other = Dictionary(uniqueKeysWithValues: numbers.reversed().map { ($0, $0) })
        #expect(packed(one) == packed(other))
        #expect(packed(Set(numbers)) == packed(Set(numbers.reversed())))
    }

    @Test("the largest numbers come back too", arguments: [Int64.min, -1, 0, 63, 64, .max])
    func numbers(_ number: Int64) throws {
        #expect(try again(number) == number)
        #expect(try again(UInt64(bitPattern: number)) == UInt64(bitPattern: number))
        #expect(try again(Double(number)) == Double(number))
    }

    @Test("a number that is too large for its place is none")
    func tooLarge() {
        #expect(throws: PackProblem.self) { try again(Int64(Int32.max) + 1, as: Int32.self) }
        #expect(throws: PackProblem.self) { try again(Int64(-1), as: UInt16.self) }
        #expect(throws: PackProblem.self) { try again(Int64(4), as: Deadline.Phase.self) }
    }

    @Test("cut short anywhere it is an error", arguments: 0..<14)
    func cutShort(at cut: Int) {
        let bytes = packed(Self.nested)
        #expect(bytes.count > 13)
        var unpacker = Unpacker(Array(bytes.prefix(cut)))
        #expect(throws: PackProblem.self) { try unpacker.next(Nested.self) }
    }

    @Test("whatever the bytes are, reading them ends", arguments: 0..<64 as Range<UInt64>)
    func anyBytes(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        let bytes = (0..<200).map { _ in UInt8(truncatingIfNeeded: chance.next() & 0x0F) }
        var unpacker = Unpacker(bytes)
        let read = try? unpacker.next(Nested.self)
        #expect(read.map { $0.count <= bytes.count } ?? true)
    }

    private func packed(_ value: some Packed) -> [UInt8] {
        var packer = Packer()
        packer.add(value)
        return packer.bytes
    }

    private func again<Value: Packed>(_ value: Value) throws(PackProblem) -> Value { try again(value, as: Value.self) }

    private func again<Value: Packed>(_ value: some Packed, as type: Value.Type) throws(PackProblem) -> Value {
        var unpacker = Unpacker(packed(value))
        let read: Value = try unpacker.next()
        #expect(unpacker.isAtEnd)
        return read
    }
}
