import GatehouseDriverKit
import GatehouseModel
import OSDPWire

/// What the site file says about one reader, checked.
struct OSDPSettings: Hashable, Sendable {
    /// The reader's address on its line.
    var address: UInt8 = 0
    var check = OSDPCheck.crc16
    /// Whether an idle byte goes before each frame.
    var hasIdleByte = true
    /// How often the reader is asked.
    var pollPeriod = Duration.milliseconds(100)
    /// How long the beginning of an answer may take.
    var patience = Duration.milliseconds(250)
    /// The key of the secure channel; nil for a reader in plain text.
    var key: OSDPHandshake.Key?
    /// Whether a reader that still has the installation key is given its own.
    var installs = false
    var badge = BadgeFormat()
    /// How long after the last key a number counts as typed.
    var keyPause = Duration.seconds(3)
    /// Whether a number that no enter ended is taken.
    var takesUnended = true
    /// Whether the reader shows and sounds what became of a reading.
    var hasFeedback = true
    /// The LED that it shows it with.
    var led: UInt8 = 0

    static let explained = [
        "address": "the reader's address on its line, 0 to 126 (default 0)",
        "check": "crc (default) or checksum: how frames to the reader are guarded",
        "idle_byte": "true (default): an FF goes before each frame, which settles the line",
        "poll": "how often the reader is asked, from 20ms to 5s (default 100ms)",
        "patience": "how long the beginning of an answer may take, from 50ms to 2s (default 250ms)",
        "key": "own (default): the secret is the reader's key; master: the reader's key is made from it",
        "install": "true: a reader with the installation key is given its own; take it out again afterwards",
        "badge": "how a card becomes a badge: auto (default), facility-card, card, decimal, hex or bits",
        "layout37": "what cards of 37 bits are: H10302 (default, no facility) or H10304",
        "parity":
            "of 26, 34 and 37 bits: check (default) and leave out, strip unchecked, or keep as part of the number",
        "byte_order": "as-is (default) or reversed: the order of the bytes of serial numbers",
        "key_pause": "how long after the last key a typed number is whole, from 500ms to 60s (default 3s)",
        "on_pause": "take (default) a number that no enter ended, or drop it",
        "feedback": "true (default): the reader shows green or red and beeps when a reading is on disk",
        "led": "the number of the LED for that (default 0)",
    ]

    init(_ context: DriverContext) throws(SettingsProblem) {
        guard let members = context.settings.members else {
            throw SettingsProblem(key: "settings", reason: "must be a map of \(Self.known)")
        }
        var isMaster = false
        for member in members {
            if member.name == "key" {
                isMaster = try Self.choice(member, [("own", false), ("master", true)])
            } else {
                try take(member)
            }
        }
        key = try Self.key(context.secret, isMaster: isMaster)
        guard key != nil || !(installs || isMaster) else {
            throw SettingsProblem(
                key: installs ? "install" : "key", reason: "needs the device's secret: the key, 32 hexadecimal digits")
        }
        try badge.check()
    }

    private mutating func take(_ member: JSONValue.Member) throws(SettingsProblem) {
        switch member.name {
        case "address": address = try Self.byte(member, through: OSDPFrame.broadcast - 1)
        case "check": check = try Self.choice(member, [("crc", .crc16), ("checksum", .checksum)])
        case "idle_byte": hasIdleByte = try Self.claim(member)
        case "poll": pollPeriod = try Self.time(member, .milliseconds(20)...(.seconds(5)))
        case "patience": patience = try Self.time(member, .milliseconds(50)...(.seconds(2)))
        case "install": installs = try Self.claim(member)
        case "badge": badge.form = try Self.choice(member, BadgeFormat.Form.allCases.map { ($0.rawValue, $0) })
        case "layout37": badge.layout37 = try Self.choice(member, [("H10302", .h10302), ("H10304", .h10304)])
        case "parity": badge.parity = try Self.choice(member, BadgeFormat.Parity.allCases.map { ($0.rawValue, $0) })
        case "byte_order": badge.isReversed = try Self.choice(member, [("as-is", false), ("reversed", true)])
        case "key_pause": keyPause = try Self.time(member, .milliseconds(500)...(.seconds(60)))
        case "on_pause": takesUnended = try Self.choice(member, [("take", true), ("drop", false)])
        case "feedback": hasFeedback = try Self.claim(member)
        case "led": led = try Self.byte(member, through: 31)
        default: throw SettingsProblem(key: member.name, reason: "is not known; known are \(Self.known)")
        }
    }

    private static var known: String { explained.keys.sorted().joined(separator: ", ") }

    /// The key itself never shows in a message.
    private static func key(_ secret: String?, isMaster: Bool) throws(SettingsProblem) -> OSDPHandshake.Key? {
        guard let secret else { return nil }
        guard let key = bytes(secret), key.count == BlockCipher.size else {
            throw SettingsProblem(key: "secret", reason: "must be the key of the secure channel: 32 hexadecimal digits")
        }
        guard key != OSDPSessionKeys.installationKey else {
            throw SettingsProblem(
                key: "secret", reason: "is the installation key, which everybody knows; make up one of your own")
        }
        return isMaster ? .master(key) : .own(key)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func byte(_ member: JSONValue.Member, through limit: UInt8) throws(SettingsProblem) -> UInt8 {
        guard let number = member.value.integer, (0...Int(limit)).contains(number) else {
            throw SettingsProblem(key: member.name, reason: "must be a whole number from 0 to \(limit)")
        }
        return UInt8(number)
    }

    private static func claim(_ member: JSONValue.Member) throws(SettingsProblem) -> Bool {
        guard let claim = member.value.bool else {
            throw SettingsProblem(key: member.name, reason: "must be true or false")
        }
        return claim
    }

    private static func time(
        _ member: JSONValue.Member, _ range: ClosedRange<Duration>
    ) throws(SettingsProblem) -> Duration {
        guard let time = member.value.text.flatMap(duration), range.contains(time) else {
            let (least, most) = (range.lowerBound.wholeMilliseconds, range.upperBound.wholeMilliseconds / 1000)
            throw SettingsProblem(
                key: member.name, reason: "must be from \(least)ms to \(most)s, for example \"500ms\"")
        }
        return time
    }

    private static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 6, let number = Int(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        default: return nil
        }
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
