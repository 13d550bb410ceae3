import FCARDWire
import GatehouseDriverKit
import GatehouseModel

/// What the site file says about one wand, checked.
struct FCARDSettings: Hashable, Sendable {
    /// The wand's number, which its packets are addressed with.
    var address: UInt8 = 1
    /// How card numbers are written.
    var format = FCARDNumber.dec8
    /// The pause between two visits.
    var poll = Duration.seconds(10)
    /// Whether the wand is asked to send cards as it reads them.
    var live = false
    /// Below this the battery is told to be low, in per cent; 0 for never.
    var batteryWarning: UInt8 = 10

    static let explanations = [
        "address": "the number that the wand's packets are addressed with, 0 to 255; 1 by default",
        "format": "how card numbers are written: dec8 (default), dec10, hex6, facility (3 + 5 digits), facility-comma",
        "poll": "how often a wand on its cable is asked for new records, 1s to 3600s; 10s by default",
        "live": "true: the wand says at once when it reads a card while it is on its cable",
        "battery_warning": "the battery's percentage below which that is a fault, 0 to 100; 10 by default",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard context.secret == nil else {
            throw SettingsProblem(key: "secret", reason: "a patrol wand has no key: leave the secret out")
        }
        for member in context.settings.members ?? [] {
            switch member.name {
            case "address": address = try Self.number(member, upTo: 255)
            case "battery_warning": batteryWarning = try Self.number(member, upTo: 100)
            case "format":
                guard let format = member.value.text.flatMap({ FCARDNumber(rawValue: $0) }) else {
                    let known = FCARDNumber.allCases.map(\.rawValue).joined(separator: ", ")
                    throw SettingsProblem(key: "format", reason: "must be one of \(known)")
                }
                self.format = format
            case "poll": poll = try Self.seconds(member.value)
            case "live":
                guard let live = member.value.bool else {
                    throw SettingsProblem(key: "live", reason: "must be true or false")
                }
                self.live = live
            default:
                let known = Self.explanations.keys.sorted().joined(separator: ", ")
                throw SettingsProblem(key: member.name, reason: "no such setting; a patrol wand has \(known)")
            }
        }
    }

    private static func number(_ member: JSONValue.Member, upTo limit: Int) throws(SettingsProblem) -> UInt8 {
        guard let number = member.value.integer, (0...limit).contains(number) else {
            throw SettingsProblem(key: member.name, reason: "must be a whole number from 0 to \(limit)")
        }
        return UInt8(number)
    }

    private static func seconds(_ value: JSONValue) throws(SettingsProblem) -> Duration {
        guard let text = value.text, text.last == "s", text.utf8.count <= 5, let number = Int(text.dropLast()),
            (1...3600).contains(number)
        else { throw SettingsProblem(key: "poll", reason: "must be from 1s to 3600s, for example \"10s\"") }
        return .seconds(number)
    }
}
