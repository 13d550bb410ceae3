import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// What the site file says about one clock, checked.
struct HanvonSettings: Hashable, Sendable {
    /// Who begins to speak.
    enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Whoever does so first: the clock within a second and a half, or else the gateway.
        case auto
        /// The gateway asks.
        case pull
        /// The clock delivers.
        case push
    }

    /// What tells coming from going.
    enum Direction: String, Hashable, Sendable, CaseIterable {
        case cardType = "card_type"
        case status
        case ignore
    }

    /// Which command sets the clock.
    enum ClockCommand: String, Hashable, Sendable, CaseIterable {
        case deviceInfo = "device_info"
        case dateTime = "date_time"
    }

    var mode = Mode.auto
    var key: HanvonKey?
    var endsLines = false
    var direction = Direction.cardType
    var method = PunchReading.Method.unknown
    var clockCommand = ClockCommand.deviceInfo
    /// How often new records are asked for.
    var poll = Duration.seconds(10)
    /// How far before the last read the next one begins.
    var overlap = Duration.seconds(600)
    /// How often everything is read again; nil for never.
    var fullRead: Duration? = .seconds(86_400)
    /// Whether the model can delete its records up to a time.
    var deletesUpTo = false
    /// How many records the memory takes; nil where the site does not say.
    var capacity: Int?

    static let explained = [
        "mode": "auto (default), pull: the gateway asks, or push: the clock is set up to deliver its records",
        "line_end": "none (default) or crlf: what the gateway's commands end with",
        "direction":
            "card_type (default): the record's card_type says in or out where it has one; status: 0 is in and 1 out; "
            + "or ignore",
        "method": "how the clock recognises people, since its records do not say: unknown (default), face, card, …",
        "set_clock": "device_info (default) or date_time: which command the model's clock is set with",
        "poll": "how often new records are asked for, from 1s to 3600s; 10s if left out",
        "overlap": "how far before the last read the next one begins, from 1m to 1440m; 10m if left out",
        "full_read": "how often everything is read again, from 1h to 720h (24h if left out), or never",
        "delete_up_to": "true where the model's DeleteAllRecord takes a time (S7150A); needed for clear_log: when_full",
        "capacity": "how many records the clock's memory takes; needed for clear_log: when_full",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard let members = context.settings.members else {
            throw SettingsProblem(key: "settings", reason: "must be a map of \(Self.known)")
        }
        for member in members { try take(member) }
        if let secret = context.secret {
            // The key itself never shows in a message.
            guard let key = HanvonKey(digits: secret) else {
                throw SettingsProblem(key: "secret", reason: "must be the clock's communication key, 1 to 8 digits")
            }
            self.key = key
        }
        guard context.clearLog == .whenFull else { return }
        guard deletesUpTo else {
            throw SettingsProblem(
                key: "delete_up_to",
                reason: "must be true where clear_log is when_full: other models delete what was never read, too")
        }
        guard capacity != nil else {
            throw SettingsProblem(
                key: "capacity", reason: "must say how many records the clock takes where clear_log is when_full")
        }
    }

    private mutating func take(_ member: JSONValue.Member) throws(SettingsProblem) {
        switch member.name {
        case "mode": mode = try Self.choice(member)
        case "line_end":
            guard let text = member.value.text, text == "none" || text == "crlf" else {
                throw SettingsProblem(key: member.name, reason: "must be none or crlf")
            }
            endsLines = text == "crlf"
        case "direction": direction = try Self.choice(member)
        case "method": method = try Self.choice(member)
        case "set_clock": clockCommand = try Self.choice(member)
        case "poll": poll = try Self.duration(member, in: 1...3600, unit: "s", seconds: 1)
        case "overlap": overlap = try Self.duration(member, in: 1...1440, unit: "m", seconds: 60)
        case "full_read":
            fullRead =
                member.value.text == "never"
                ? nil : try Self.duration(member, in: 1...720, unit: "h", seconds: 3600)
        case "delete_up_to":
            guard let bool = member.value.bool else {
                throw SettingsProblem(key: member.name, reason: "must be true or false")
            }
            deletesUpTo = bool
        case "capacity":
            guard let capacity = member.value.integer, (1...10_000_000).contains(capacity) else {
                throw SettingsProblem(key: member.name, reason: "must be a whole number from 1 to 10000000")
            }
            self.capacity = capacity
        default: throw SettingsProblem(key: member.name, reason: "is not known; known are \(Self.known)")
        }
    }

    private static var known: String { explained.keys.sorted().joined(separator: ", ") }

    private static func choice<Value: RawRepresentable & CaseIterable>(
        _ member: JSONValue.Member
    ) throws(SettingsProblem) -> Value where Value.RawValue == String {
        guard let value = member.value.text.flatMap({ Value(rawValue: $0) }) else {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsProblem(key: member.name, reason: "must be one of \(names)")
        }
        return value
    }

    private static func duration(
        _ member: JSONValue.Member, in range: ClosedRange<Int>, unit: String, seconds: Int
    ) throws(SettingsProblem) -> Duration {
        let number = member.value.text.flatMap { $0.hasSuffix(unit) ? Int($0.dropLast(unit.count)) : nil }
        guard let number, range.contains(number) else {
            throw SettingsProblem(
                key: member.name, reason: "must be from \(range.lowerBound)\(unit) to \(range.upperBound)\(unit)")
        }
        return .seconds(number * seconds)
    }
}
