/// The ways in which people write a card's 24-bit number. All of them are zero-padded.
public enum FCARDNumber: String, Hashable, Sendable, CaseIterable {
    /// Decimal, eight digits: `06547886`.
    case dec8
    /// Decimal, ten digits: `0006547886`.
    case dec10
    /// Hexadecimal, six digits, capitals: `63E9AE`.
    case hex6
    /// Facility and number, 3 + 5 digits: `09959822`.
    case facility
    /// The same with a comma, as it is printed: `099,59822`.
    case facilityComma = "facility-comma"

    /// A card's number in this form.
    public func text(of card: UInt32) -> String {
        let card = card & 0xFF_FFFF
        return switch self {
        case .dec8: Self.padded(String(card), 8)
        case .dec10: Self.padded(String(card), 10)
        case .hex6: Self.padded(String(card, radix: 16, uppercase: true), 6)
        case .facility: Self.padded(String(card >> 16), 3) + Self.padded(String(card & 0xFFFF), 5)
        case .facilityComma: Self.padded(String(card >> 16), 3) + "," + Self.padded(String(card & 0xFFFF), 5)
        }
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}
