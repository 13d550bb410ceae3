public import EvdevWire
public import GatehouseDriverKit
public import GatehouseModel

/// What a keyboard-mode scanner's `settings:` in the site file say.
public struct KeyboardWedgeSettings: Hashable, Sendable {
    /// What the codes become.
    public enum Reading: String, Hashable, Sendable, CaseIterable {
        case scan, punch
    }

    public var manner: KeyboardManner
    public var format: WedgeFormat
    /// Whether scans begin with an AIM identifier, `]` and two characters (ISO/IEC 15424).
    public var aim: Bool
    public var reading: Reading

    /// Each key with its explanation, for the documentation and for `gatehouse check`.
    public static let explanations = [
        "layout": "the country that the scanner is set to: us, de, fr, es, it or uk",
        "terminator": "what ends a scan besides a pause: auto (Enter or Tab), enter, tab or none",
        "pause": "how long no key goes down before a scan counts as over, for example 100ms",
        "on_pause": "take what came before a pause as the whole scan (end), or drop it and say so (drop)",
        "shortest": "the fewest characters that are a scan, so that a person's typing makes none",
        "longest": "the longest code that is a scan, in bytes, at most 8192",
        "caps_lock": "follow the scanner's own Caps Lock key, ignore it, or invert: it types as if Caps Lock were on",
        "dead_keys": "false when the scanner is set to a layout without dead keys: accents do not wait for a letter",
        "alt_codes": "what Alt and a number on the keypad mean: unicode (with code pages 1252 and 437) or gbk bytes",
        "aim": "true when the scanner is set up to send AIM identifiers, such as ]Q1, before each code",
        "reading": "what a code is: scan, or punch for a card reader at a time clock; by default after the role",
    ]

    /// Reads the settings; every key may be left out. What the device's readings are follows from its role, unless the
    /// settings say otherwise.
    public init(_ settings: JSONValue, role: DriverContext.Role = .both) throws(SettingsProblem) {
        for member in settings.members ?? [] where Self.explanations[member.name] == nil {
            let known = Self.explanations.keys.sorted().joined(separator: ", ")
            throw SettingsProblem(key: member.name, reason: "no such setting; a keyboard-mode scanner has \(known)")
        }
        manner = KeyboardManner(
            layout: try settings.choice("layout", default: .us), capsLock: try Self.capsLock(settings["caps_lock"]),
            altCodes: try settings.choice("alt_codes", default: .unicode),
            hasDeadKeys: try settings.flag("dead_keys", default: true))
        format = WedgeFormat(
            terminator: try settings.choice("terminator", default: .auto), pause: try Self.pause(settings["pause"]),
            onPause: try Self.onPause(settings), shortest: try settings.number("shortest", in: 1...64, default: 3),
            longest: try settings.number("longest", in: 1...WedgeFormat.longestLimit, default: 4096))
        aim = try settings.flag("aim", default: false)
        reading = try settings.choice("reading", default: role == .clock ? .punch : .scan)
    }

    /// Imperatives in the site file, as it tells the gateway what to do.
    private static func capsLock(_ value: JSONValue?) throws(SettingsProblem) -> KeyboardManner.CapsLock {
        switch value?.text {
        case nil where value == nil: return .followed
        case "follow": return .followed
        case "ignore": return .ignored
        case "invert": return .inverted
        default: throw SettingsProblem(key: "caps_lock", reason: "must be follow, ignore or invert")
        }
    }

    /// Below 20 ms a full-speed bus alone would tear scans; above 10 s nobody waits.
    private static func pause(_ value: JSONValue?) throws(SettingsProblem) -> Duration {
        guard let value else { return .milliseconds(100) }
        guard let pause = value.text.flatMap(duration), (.milliseconds(20)...(.seconds(10))).contains(pause) else {
            throw SettingsProblem(key: "pause", reason: "must be from 20ms to 10s, for example \"100ms\"")
        }
        return pause
    }

    private static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard digits.count <= 6, let number = Int(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        default: return nil
        }
    }

    /// Without a terminator a pause must end scans, or nothing would.
    private static func onPause(_ settings: JSONValue) throws(SettingsProblem) -> WedgeFormat.PauseMeaning {
        guard let value = settings["on_pause"] else { return .ends }
        switch value.text {
        case "end": return .ends
        case "drop" where settings["terminator"]?.text == "none":
            throw SettingsProblem(
                key: "on_pause", reason: "must be end where terminator is none: nothing else ends a scan")
        case "drop": return .drops
        default: throw SettingsProblem(key: "on_pause", reason: "must be end or drop")
        }
    }
}

extension JSONValue {
    /// One of a few words.
    fileprivate func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default usual: Choice
    ) throws(SettingsProblem) -> Choice {
        guard let value = self[key] else { return usual }
        guard let choice = value.text.flatMap({ Choice(rawValue: $0) }) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsProblem(key: key, reason: "must be one of \(known)")
        }
        return choice
    }

    fileprivate func flag(_ key: String, default usual: Bool) throws(SettingsProblem) -> Bool {
        guard let value = self[key] else { return usual }
        guard let flag = value.bool else { throw SettingsProblem(key: key, reason: "must be true or false") }
        return flag
    }

    fileprivate func number(
        _ key: String, in range: ClosedRange<Int>, default usual: Int
    ) throws(SettingsProblem) -> Int {
        guard let value = self[key] else { return usual }
        guard let number = value.integer, range.contains(number) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw SettingsProblem(key: key, reason: "must be a whole number from \(bounds)")
        }
        return number
    }
}
