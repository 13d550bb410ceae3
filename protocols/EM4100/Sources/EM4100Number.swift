import GatehouseWireKit

/// The ways in which people write a tag's number. All of them are zero-padded, so that they can be compared as text.
public enum EM4100Number: String, Hashable, Sendable, CaseIterable {
    /// All five bytes in hexadecimal, capitals: `010063E9AE`. The only form that loses nothing.
    case hex10
    /// The last four bytes in decimal, ten digits: `0006547886`, the long number printed on most cards.
    case dec10
    /// The last three bytes in decimal, eight digits: `06547886`.
    case dec8
    /// Facility and number, the last three bytes as 3 + 5 digits: `09959822`.
    case facility
    /// The same with a comma, as it is printed: `099,59822`.
    case facilityComma = "facility-comma"

    /// The tag's number in this form.
    public func text(of tag: EM4100Tag) -> String {
        switch self {
        case .hex10: Hex.text(tag.bytes).uppercased()
        case .dec10: Self.padded(tag.number, 10)
        case .dec8: Self.padded(tag.number & 0xFF_FFFF, 8)
        case .facility: Self.facility(tag) + Self.card(tag)
        case .facilityComma: Self.facility(tag) + "," + Self.card(tag)
        }
    }

    private static func facility(_ tag: EM4100Tag) -> String { padded(tag.number >> 16 & 0xFF, 3) }

    private static func card(_ tag: EM4100Tag) -> String { padded(tag.number & 0xFFFF, 5) }

    private static func padded(_ number: UInt32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}
