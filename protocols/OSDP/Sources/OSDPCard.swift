import GatehouseWireKit

/// A card as a reader read it: bits, and nothing about what they mean.
public struct OSDPCard: Hashable, Sendable {
    /// The most bits that a card may have here.
    public static let bitLimit = 2048

    /// Which of the device's readers.
    public var reader: UInt8
    /// What the device says of the bits: 0 nothing, 1 Wiegand.
    public var format: UInt8
    /// How many bits there are.
    public var bitCount: Int
    /// The bits, the first one the highest of the first byte; the rest of the last byte is 0.
    public var bits: [UInt8]

    public init(reader: UInt8, format: UInt8, bitCount: Int, bits: [UInt8]) {
        precondition((bitCount + 7) / 8 == bits.count, "as many bytes as the bits need")
        self.reader = reader
        self.format = format
        self.bitCount = bitCount
        self.bits = bits
        clearTail()
    }

    /// Reads the data of a `RAW` reply; nil where it is too short for its bits, or has none, or too many.
    init?(_ data: inout ByteCursor) {
        guard let reader = data.u8(), let format = data.u8(), let count = data.little(UInt16.self),
            (1...Self.bitLimit).contains(Int(count)), let bits = data.bytes((Int(count) + 7) / 8)
        else { return nil }
        self.reader = reader
        self.format = format
        bitCount = Int(count)
        self.bits = Array(bits)
        clearTail()
    }

    /// The data of a `RAW` reply.
    public var data: [UInt8] {
        var data = [reader, format]
        data.appendLittle(UInt16(truncatingIfNeeded: bitCount))
        return data + bits
    }

    /// Whether the bit at that place, from 0, is set.
    public subscript(bit: Int) -> Bool {
        bits[bit / 8] & 0x80 >> UInt8(bit % 8) != 0
    }

    /// The bits as noughts and ones.
    public var text: String {
        String(decoding: (0..<bitCount).map { self[$0] ? UInt8(ascii: "1") : UInt8(ascii: "0") }, as: UTF8.self)
    }

    /// The number that the bits of a range make; nil for more than 64 of them.
    public func number(_ range: Range<Int>) -> UInt64? {
        guard range.count <= 64, range.lowerBound >= 0, range.upperBound <= bitCount else { return nil }
        return range.reduce(0) { $0 << 1 | (self[$1] ? 1 : 0) }
    }

    private mutating func clearTail() {
        let used = bitCount % 8
        if used > 0, let last = bits.indices.last { bits[last] &= ~(0xFF >> UInt8(used)) }
    }
}
