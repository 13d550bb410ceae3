import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// What the site file says about one terminal that calls in, checked.
struct ZKTecoPushSettings: Hashable, Sendable {
    /// What the status of a punch is worth.
    enum Direction: Hashable, Sendable {
        /// The site's people press the keys: 0 is "in", 1 "out", and so on.
        case device
        /// They do not; most terminals then send 0 for everything.
        case ignore
    }

    /// Which answers carry a `Date`, by which terminals set their clocks.
    enum Dates: Hashable, Sendable {
        /// Those to a terminal whose clock the site wants set.
        case policy
        case always
        case never
    }

    /// Which events of the access flavour are punches.
    enum AccessEvents: Hashable, Sendable {
        /// All that name a person.
        case any
        /// Those that let the person in.
        case granted
    }

    var direction = Direction.ignore
    var dialect = ZKVerifyDialect.new
    /// Between two questions for commands.
    var poll = Duration.seconds(10)
    /// Between two counts; nil: none.
    var verifyEvery: Duration? = .seconds(3600)
    /// How far back a count goes.
    var verifyDays = 3
    var date = Dates.policy
    var accessEvents = AccessEvents.any
    /// What the terminal's handshake must carry as `pushcommkey`; nil: anything.
    var key: String?

    static let explained = [
        "direction": "device: the punch's status key says in, out, break, overtime; ignore (default): it says nothing",
        "verify_codes": "new (default) or old: which of the two tables of verification codes the terminal follows",
        "poll": "how long the terminal waits between its questions for commands, 2s to 60s; 10s",
        "verify_every": "how often the terminal's log is counted against what has come, 1m to 10080m, or never; 60m",
        "verify_days": "how many days back such a count goes, 1 to 31; 3",
        "date": "policy (default): tell the time where clock is sync; always; never",
        "device_number":
            "the number in the terminal's menu, 1 to 254: how a file on a USB stick is known to be this terminal's",
        "access_events": "any (default) or granted: which events of the access-control flavour are punches",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard let members = context.settings.members else {
            throw SettingsProblem(key: "settings", reason: "must be a map of \(Self.known)")
        }
        for member in members { try take(member) }
        if let secret = context.secret {
            guard (1...64).contains(secret.utf8.count) else {
                throw SettingsProblem(key: "secret", reason: "must be 1 to 64 characters, as the terminal sends it")
            }
            key = secret
        }
    }

    private mutating func take(_ member: JSONValue.Member) throws(SettingsProblem) {
        switch member.name {
        case "direction": direction = try Self.choice(member, [("device", .device), ("ignore", .ignore)])
        case "verify_codes":
            // `auto` is for terminals that are dialled, whose records show which table holds.
            dialect = try Self.choice(member, [("new", .new), ("old", .old), ("auto", .new)])
        case "poll": poll = .seconds(try Self.duration(member, in: 2...60, unit: "s"))
        case "verify_every":
            guard member.value.text != "never" else {
                verifyEvery = nil
                break
            }
            verifyEvery = .seconds(try Self.duration(member, in: 1...10_080, unit: "m", or: " or never") * 60)
        case "verify_days": verifyDays = try Self.number(member, in: 1...31, unit: "days")
        case "date": date = try Self.choice(member, [("policy", .policy), ("always", .always), ("never", .never)])
        case "access_events": accessEvents = try Self.choice(member, [("any", .any), ("granted", .granted)])
        // Of the same terminal when it is dialled; says nothing about what it pushes.
        case "layout8": break
        // Only the stick's reader uses it.
        case "device_number": _ = try Self.number(member, in: 1...254, unit: "the terminal's menu")
        default: throw SettingsProblem(key: member.name, reason: "is not known; known are \(Self.known)")
        }
    }

    private static var known: String { explained.keys.sorted().joined(separator: ", ") }

    private static func number(
        _ member: JSONValue.Member, in range: ClosedRange<Int>, unit: String
    ) throws(SettingsProblem) -> Int {
        guard let number = member.value.integer, range.contains(number) else {
            throw SettingsProblem(
                key: member.name,
                reason: "must be a whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func duration(
        _ member: JSONValue.Member, in range: ClosedRange<Int>, unit: String, or other: String = ""
    ) throws(SettingsProblem) -> Int {
        guard let text = member.value.text, text.hasSuffix(unit), text.utf8.count <= 6,
            let number = Int(text.dropLast(unit.count)), range.contains(number)
        else {
            let limits = "\(range.lowerBound)\(unit) to \(range.upperBound)\(unit)"
            throw SettingsProblem(key: member.name, reason: "must be from \(limits)\(other)")
        }
        return number
    }

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
