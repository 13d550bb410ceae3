/// The card layouts that have their parity in them. None is named on the wire: the count of bits tells 26 and 34 apart,
/// and of 37 there are two.
public enum OSDPWiegand: String, Hashable, Sendable, CaseIterable {
    /// 26 bits: facility 8, card 16.
    case h10301 = "H10301"
    /// 34 bits: facility 16, card 16.
    case bits34 = "34"
    /// 37 bits: card 35, no facility.
    case h10302 = "H10302"
    /// 37 bits: facility 16, card 19.
    case h10304 = "H10304"

    /// What a card of a layout says.
    public struct Content: Hashable, Sendable {
        /// Nil where the layout has none.
        public var facility: UInt64?
        public var card: UInt64
        /// Everything between the two parity bits, as one number.
        public var number: UInt64
        /// Whether both parity bits are as they should be.
        public var hasRightParity: Bool
    }

    /// How many bits a card has, parity included.
    public var bitCount: Int {
        switch self {
        case .h10301: 26
        case .bits34: 34
        case .h10302, .h10304: 37
        }
    }

    /// How many bits the facility has, behind the first parity bit.
    private var facilityBits: Int {
        switch self {
        case .h10301: 8
        case .bits34, .h10304: 16
        case .h10302: 0
        }
    }

    /// How many bits each parity bit guards, itself included. In 37 bits the middle one is guarded twice.
    private var half: Int { (bitCount + 1) / 2 }

    /// Reads a card; nil where its bits are not as many as the layout has.
    public func content(of card: OSDPCard) -> Content? {
        guard card.bitCount == bitCount else { return nil }
        let split = 1 + facilityBits
        let end = bitCount - 1
        guard let number = card.number(1..<end), let cardNumber = card.number(split..<end) else { return nil }
        let isEven = (0..<half).count { card[$0] }.isMultiple(of: 2)
        let isOdd = !(bitCount - half..<bitCount).count { card[$0] }.isMultiple(of: 2)
        return Content(
            facility: facilityBits == 0 ? nil : card.number(1..<split), card: cardNumber, number: number,
            hasRightParity: isEven && isOdd)
    }

    /// The card of such a layout, with its parity; what is too large for its place is cut.
    public func card(facility: UInt64 = 0, card number: UInt64, reader: UInt8 = 0) -> OSDPCard {
        let cardBits = bitCount - 2 - facilityBits
        var bits = Self.bits(facility, facilityBits) + Self.bits(number, cardBits)
        let even = bits.prefix(half - 1).count { $0 }.isMultiple(of: 2)
        let odd = bits.suffix(half - 1).count { $0 }.isMultiple(of: 2)
        bits = [!even] + bits + [odd]
        var bytes = [UInt8](repeating: 0, count: (bitCount + 7) / 8)
        for (place, bit) in bits.enumerated() where bit { bytes[place / 8] |= 0x80 >> UInt8(place % 8) }
        return OSDPCard(reader: reader, format: 1, bitCount: bitCount, bits: bytes)
    }

    private static func bits(_ number: UInt64, _ count: Int) -> [Bool] {
        (0..<count).reversed().map { number >> UInt64($0) & 1 != 0 }
    }
}
