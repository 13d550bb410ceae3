import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// What the site file says about one clock, checked.
struct AnvizSettings: Hashable, Sendable {
    /// The communication address; nil: 1 on a serial line, whoever answers on TCP. 0 is whoever answers.
    var id: UInt32?
    var epoch = AnvizEpoch.january2
    /// How often the clock is asked for new records.
    var poll = Duration.seconds(5)
    /// How often the whole memory is read; nil: when asked to, and when nothing of this clock is known.
    var fullRead: Duration?
    /// What the attendance states mean; those that are not named mean nothing.
    var directions: [UInt8: PunchReading.Direction] = [0: .in, 1: .out]
    /// The data of the login, for models that want one.
    var login: [UInt8]? {
        user == nil && password == nil ? nil : AnvizLogin.data(user: user ?? "admin", password: password ?? "")
    }
    /// How many records the memory takes; nil where the site does not say.
    var capacity: Int?
    private var user: String?
    private var password: String?

    static let explained = [
        "id": "the communication address in the clock's menu; on TCP 0 (default) is whoever answers, on a line 1",
        "epoch": "the day from which it counts seconds: 2000-01-02 (default) or 2000-01-01, where dates are a day off",
        "poll": "how often new records are asked for, from 1s to 240s; 5s if left out",
        "full_read": "how often the whole memory is read again, from 1h to 720h, or never (default)",
        "directions":
            "what the attendance states 0 to 15 mean: in, out, break_out, break_in, overtime_in, overtime_out, "
            + "unknown; { \"0\": in, \"1\": out } if left out",
        "user": "the name to log in with, on models that want one; admin if a secret is given and no user",
        "capacity": "how many records the clock's memory takes (its data sheet says); needed for clear_log: when_full",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard let members = context.settings.members else {
            throw SettingsProblem(key: "settings", reason: "must be a map of \(Self.known)")
        }
        for member in members { try take(member) }
        if let secret = context.secret {
            guard (1...AnvizLogin.limit).contains(secret.utf8.count) else {
                throw SettingsProblem(key: "secret", reason: "must be the clock's password, 1 to 12 characters")
            }
            password = secret
        }
        if context.clearLog == .whenFull, capacity == nil {
            throw SettingsProblem(
                key: "capacity", reason: "must say how many records the clock takes where clear_log is when_full")
        }
    }

    private mutating func take(_ member: JSONValue.Member) throws(SettingsProblem) {
        switch member.name {
        case "id": id = UInt32(try Self.number(member, in: 0...0xFFFF_FFFF))
        case "epoch":
            guard let epoch = member.value.text.flatMap({ AnvizEpoch(rawValue: $0) }) else {
                throw SettingsProblem(key: member.name, reason: "must be \"2000-01-02\" or \"2000-01-01\"")
            }
            self.epoch = epoch
        case "poll": poll = try Self.duration(member, in: 1...240, unit: "s")
        case "full_read":
            fullRead = member.value.text == "never" ? nil : try Self.duration(member, in: 1...720, unit: "h") * 3600
        case "directions": directions = try Self.directions(member)
        case "user":
            guard let user = member.value.text, (1...AnvizLogin.limit).contains(user.utf8.count) else {
                throw SettingsProblem(key: member.name, reason: "must be a name of 1 to 12 characters")
            }
            self.user = user
        case "capacity": capacity = try Self.number(member, in: 1...AnvizNumber.limit)
        default: throw SettingsProblem(key: member.name, reason: "is not known; known are \(Self.known)")
        }
    }

    private static var known: String { explained.keys.sorted().joined(separator: ", ") }

    private static func number(
        _ member: JSONValue.Member, in range: ClosedRange<Int>
    ) throws(SettingsProblem) -> Int {
        guard let number = member.value.integer, range.contains(number) else {
            throw SettingsProblem(
                key: member.name, reason: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A whole number with its unit, as so many seconds.
    private static func duration(
        _ member: JSONValue.Member, in range: ClosedRange<Int>, unit: String
    ) throws(SettingsProblem) -> Duration {
        let digits = member.value.text.flatMap { $0.hasSuffix(unit) ? Int($0.dropLast(unit.count)) : nil }
        guard let digits, range.contains(digits) else {
            throw SettingsProblem(
                key: member.name, reason: "must be from \(range.lowerBound)\(unit) to \(range.upperBound)\(unit)")
        }
        return .seconds(digits)
    }

    private static func directions(
        _ member: JSONValue.Member
    ) throws(SettingsProblem) -> [UInt8: PunchReading.Direction] {
        var directions: [UInt8: PunchReading.Direction] = [:]
        guard let states = member.value.members else {
            throw SettingsProblem(key: member.name, reason: "must be a map such as { \"0\": in, \"1\": out }")
        }
        for state in states {
            guard let number = UInt8(state.name), number <= 15 else {
                throw SettingsProblem(key: member.name, reason: "\(state.name) is no attendance state from 0 to 15")
            }
            guard let direction = state.value.text.flatMap({ PunchReading.Direction(rawValue: $0) }) else {
                let names = PunchReading.Direction.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsProblem(key: member.name, reason: "state \(number) must mean one of \(names)")
            }
            directions[number] = direction
        }
        return directions
    }
}
