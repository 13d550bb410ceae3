public import GatehouseDriverKit
public import GatehouseModel
public import LineScanWire

/// What a line scanner's `settings:` in the site file say.
public struct LineScannerSettings: Hashable, Sendable {
    public var format: LineScanFormat
    /// How long the line is quiet before what is under way is ended or dropped.
    public var silence: Duration
    /// Which of the two.
    public var onSilence: LineScanFramer.Silence

    /// Each key with its explanation, for the documentation and for `gatehouse check`.
    public static let explanations = [
        "terminator": "what ends a scan: auto (CR, LF or both), cr, lf, crlf, tab, none (only silence) or stx-etx",
        "aim": "true when the scanner is set up to send AIM identifiers, such as ]Q1, before each code",
        "silence": "how long the line must be quiet for a scan to count as broken off, for example 200ms",
        "on_silence": "drop a scan that breaks off (and say so), or take it as the whole (end)",
        "longest": "the longest code that is a scan, in bytes, at most 8192",
    ]

    /// Reads the settings; every key may be left out.
    public init(_ settings: JSONValue) throws(SettingsProblem) {
        for member in settings.members ?? [] where Self.explanations[member.name] == nil {
            let known = Self.explanations.keys.sorted().joined(separator: ", ")
            throw SettingsProblem(key: member.name, reason: "no such setting; a line scanner has \(known)")
        }
        format = try Self.format(settings)
        silence = try Self.silence(settings["silence"])
        onSilence = try Self.onSilence(settings["on_silence"], terminator: format.terminator)
    }

    private static func format(_ settings: JSONValue) throws(SettingsProblem) -> LineScanFormat {
        var format = LineScanFormat()
        if let value = settings["terminator"] {
            guard let terminator = value.text.flatMap({ LineScanFormat.Terminator(rawValue: $0) }) else {
                let known = LineScanFormat.Terminator.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsProblem(key: "terminator", reason: "must be one of \(known)")
            }
            format.terminator = terminator
        }
        if let value = settings["aim"] {
            guard let aim = value.bool else { throw SettingsProblem(key: "aim", reason: "must be true or false") }
            format.aim = aim
        }
        if let value = settings["longest"] {
            guard let longest = value.integer, (1...LineScanFormat.longestLimit).contains(longest) else {
                throw SettingsProblem(
                    key: "longest", reason: "must be a whole number of bytes from 1 to \(LineScanFormat.longestLimit)")
            }
            format.longest = longest
        }
        return format
    }

    private static func silence(_ value: JSONValue?) throws(SettingsProblem) -> Duration {
        guard let value else { return .milliseconds(200) }
        guard let silence = value.text.flatMap(duration), (.milliseconds(10)...(.seconds(60))).contains(silence) else {
            throw SettingsProblem(key: "silence", reason: "must be from 10ms to 60s, for example \"200ms\"")
        }
        return silence
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

    private static func onSilence(
        _ value: JSONValue?, terminator: LineScanFormat.Terminator
    ) throws(SettingsProblem) -> LineScanFramer.Silence {
        switch value?.text {
        case nil where value == nil: return terminator == .none ? .ends : .drops
        case "end": return .ends
        case "drop" where terminator == .none:
            throw SettingsProblem(
                key: "on_silence", reason: "must be end where terminator is none: nothing else ends a scan")
        case "drop": return .drops
        default: throw SettingsProblem(key: "on_silence", reason: "must be drop or end")
        }
    }
}
