import GatehouseDriverKit
import GatehouseModel
import GatehouseWireKit
import OSDPWire

/// How the bits of a card become the badge by which a person is known.
struct BadgeFormat: Hashable, Sendable {
    /// How the number is written.
    enum Form: String, Hashable, Sendable, CaseIterable {
        /// Facility and card where the layout has both, the card alone where it has one, else hexadecimal.
        case auto
        case facilityCard = "facility-card"
        case card
        case decimal
        case hex
        case bits
    }

    /// What is done with the parity bits of 26, 34 and 37 bits.
    enum Parity: String, Hashable, Sendable, CaseIterable {
        /// They must be right, and are not part of the number.
        case check
        /// They are not looked at, and not part of the number.
        case strip
        /// They are part of the number, as is everything.
        case keep
    }

    var form = Form.auto
    var parity = Parity.check
    var layout37 = OSDPWiegand.h10302
    /// Whether serial numbers are read from their last byte on.
    var isReversed = false

    /// A card as it was understood.
    struct Reading: Hashable, Sendable {
        /// Nil where a parity bit is wrong: no badge can be trusted then.
        var badge: String?
        /// The card's own fields.
        var native: JSONValue
    }

    /// Refuses forms that no card could be written in.
    func check() throws(SettingsProblem) {
        if parity == .keep, form == .facilityCard || form == .card {
            throw SettingsProblem(
                key: "parity", reason: "must be check or strip where the badge is \(form.rawValue): keep has no parts")
        }
    }

    /// Reads a card.
    func reading(of card: OSDPCard) -> Reading {
        var native: [JSONValue.Member] = [
            .init("reader", .integer(card.reader)), .init("format", card.format == 1 ? "wiegand" : "unspecified"),
            .init("bits", .integer(card.bitCount)), .init("hex", .string(Hex.text(card.bits))),
        ]
        guard let content = content(of: card) else {
            return Reading(badge: serialNumber(card), native: .object(native))
        }
        if let facility = content.facility { native.append(.init("facility", .integer(facility))) }
        native.append(.init("card", .integer(content.card)))
        native.append(.init("parity", content.hasRightParity ? "right" : "wrong"))
        let isTrusted = content.hasRightParity || parity != .check
        return Reading(badge: isTrusted ? text(content) : nil, native: .object(native))
    }

    private func content(of card: OSDPCard) -> OSDPWiegand.Content? {
        guard parity != .keep else { return nil }
        let layouts: [OSDPWiegand] = [.h10301, .bits34, layout37]
        return layouts.lazy.compactMap { $0.content(of: card) }.first
    }

    private func text(_ content: OSDPWiegand.Content) -> String {
        switch form {
        case .auto, .facilityCard: content.facility.map { "\($0)-\(content.card)" } ?? "\(content.card)"
        case .card: "\(content.card)"
        case .decimal: "\(content.number)"
        case .hex: String(content.number, radix: 16, uppercase: true)
        case .bits: String(content.number, radix: 2)
        }
    }

    /// The number of a card without a layout. Turned round only where it has whole bytes; in decimal only where it
    /// fits into 64 bits, else in hexadecimal.
    private func serialNumber(_ card: OSDPCard) -> String {
        let isWhole = card.bitCount.isMultiple(of: 8)
        var card = card
        if isReversed, isWhole { card.bits.reverse() }
        switch form {
        case .bits: return card.text
        case .decimal, .card, .facilityCard:
            if let number = card.number(0..<card.bitCount) { return "\(number)" }
        case .auto, .hex: break
        }
        if !isWhole, let number = card.number(0..<card.bitCount) {
            return String(number, radix: 16, uppercase: true)
        }
        return Hex.text(card.bits).uppercased()
    }
}
