import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// What the site file says about one terminal, checked.
struct ZKTecoSettings: Hashable, Sendable {
    /// What the state key of a punch is worth.
    enum Direction: String, Hashable, Sendable, CaseIterable {
        /// The site's people press the keys: 0 is "in", 1 "out", and so on.
        case device
        /// They do not; most terminals then store 0 for everything.
        case ignore
    }

    var direction = Direction.ignore
    /// Which table the verification codes follow; nil: whichever fits the record layout.
    var dialect: ZKVerifyDialect?
    /// Which eight-byte layout the log has; nil: found out.
    var eight: ZKRecordLayout?
    /// The comm key; 0 is the key of a terminal that has none.
    var commKey: UInt32 = 0

    static let explained = [
        "direction": "device: the punch's state key says in, out, break, overtime; ignore (default): it says nothing",
        "verify_codes":
            "auto (default), old or new: which of the two tables of verification codes the terminal follows",
        "layout8": "auto (default), A or B: the layout of logs with 8-byte records",
        "device_number":
            "the number in the terminal's menu, 1 to 254: how a file on a USB stick is known to be this terminal's",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard let members = context.settings.members else {
            throw SettingsProblem(key: "settings", reason: "must be a map of \(Self.known)")
        }
        for member in members {
            switch member.name {
            case "direction":
                direction = try Self.choice(member, [("device", .device), ("ignore", .ignore)])
            case "verify_codes":
                dialect = try Self.choice(member, [("auto", nil), ("old", .old), ("new", .new)])
            case "layout8":
                eight = try Self.choice(member, [("auto", nil), ("A", .eightA), ("B", .eightB)])
            case "device_number":
                // Only the stick's reader uses it; the terminal itself is known by where it is.
                guard let number = member.value.integer ?? member.value.text.flatMap({ Int($0) }), 1...254 ~= number
                else { throw SettingsProblem(key: "device_number", reason: "must be a number from 1 to 254") }
            default:
                throw SettingsProblem(key: member.name, reason: "is not known; known are \(Self.known)")
            }
        }
        if let secret = context.secret {
            // The key itself never shows in a message.
            let isDigits = (1...6).contains(secret.utf8.count) && secret.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isDigits, let key = UInt32(secret) else {
                throw SettingsProblem(
                    key: "secret", reason: "must be the Comm Key of the terminal's menu: a number from 0 to 999999")
            }
            commKey = key
        }
    }

    private static var known: String { explained.keys.sorted().joined(separator: ", ") }

    private static func choice<Value>(
        _ member: JSONValue.Member, _ choices: [(name: String, value: Value)]
    ) throws(SettingsProblem) -> Value {
        guard let choice = choices.first(where: { $0.name == member.value.text }) else {
            let names = choices.map(\.name).joined(separator: ", ")
            throw SettingsProblem(key: member.name, reason: "must be one of \(names)")
        }
        return choice.value
    }
}
