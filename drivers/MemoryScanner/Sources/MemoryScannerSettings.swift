import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

/// What the site file says about one scanner, checked.
struct MemoryScannerSettings: Hashable, Sendable {
    /// The pause between two visits.
    var poll = Duration.seconds(30)
    /// Which bytes the data's check is made of.
    var dataCheck = OPNDataCheck.whole
    /// Whether the gateway may turn the scanner's own clearing off.
    var prepare = false
    /// Whether a scanner that does not tell its parameters has those of the factory.
    var assumesFactory = false

    static let explanations = [
        "poll": "the pause between two visits to a scanner in its cradle, 1s to 3600s; 30s by default",
        "data_crc": "what the data's CRC is made of: whole (default) or without-serial, where whole is always wrong",
        "assume_factory": "true: a scanner that does not tell its parameters is read as one that does not erase itself",
        "prepare": "true: turn the scanner's own clearing after an upload (parameter 0F) off where it is on",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard context.secret == nil else {
            throw SettingsProblem(key: "secret", reason: "a memory scanner has no key: leave the secret out")
        }
        for member in context.settings.members ?? [] {
            switch member.name {
            case "poll": poll = try Self.seconds(member.value)
            case "data_crc":
                guard let check = member.value.text.flatMap({ OPNDataCheck(rawValue: $0) }) else {
                    throw SettingsProblem(key: "data_crc", reason: "must be whole or without-serial")
                }
                dataCheck = check
            case "prepare": prepare = try Self.flag(member)
            case "assume_factory": assumesFactory = try Self.flag(member)
            default:
                let known = Self.explanations.keys.sorted().joined(separator: ", ")
                throw SettingsProblem(key: member.name, reason: "no such setting; a memory scanner has \(known)")
            }
        }
    }

    private static func flag(_ member: JSONValue.Member) throws(SettingsProblem) -> Bool {
        guard let flag = member.value.bool else {
            throw SettingsProblem(key: member.name, reason: "must be true or false")
        }
        return flag
    }

    private static func seconds(_ value: JSONValue) throws(SettingsProblem) -> Duration {
        guard let text = value.text, text.last == "s", text.utf8.count <= 5, let number = Int(text.dropLast()),
            (1...3600).contains(number)
        else { throw SettingsProblem(key: "poll", reason: "must be from 1s to 3600s, for example \"30s\"") }
        return .seconds(number)
    }
}
