public import GatehouseDriverKit
public import GatehouseModel
import HIDPOSWire

/// What a HID POS scanner's `settings:` in the site file say.
public struct HIDPOSSettings: Hashable, Sendable {
    /// What the scanner puts behind each code, by its own setting.
    public enum Suffix: String, Hashable, Sendable, CaseIterable {
        /// A CR, or a CR and an LF; they are taken off where they come.
        case cr
        /// Nothing: every byte is the code's.
        case none
    }

    /// When the report by which Honeywell's scanners are made to send is sent.
    public enum EnableReport: String, Hashable, Sendable, CaseIterable {
        /// Where the descriptor has it.
        case auto
        /// Whatever the descriptor says.
        case always, never
    }

    public var suffix: Suffix
    public var enableReport: EnableReport
    /// How long after a report the next one of the same scan may come.
    public var timeout: Duration
    /// The longest scan in bytes.
    public var longest: Int

    /// Each key with its explanation, for the documentation and for `gatehouse check`.
    public static let explanations = [
        "suffix": "what the scanner puts behind each code: cr (taken off where it comes) or none",
        "enable_report": "whether Honeywell's enable report is sent: auto (where the device has it), always or never",
        "timeout": "how long the next report of a long code may take before the code counts as broken off, as 500ms",
        "longest": "the longest code that is a scan, in bytes, at most 8192",
    ]

    /// Reads the settings; every key may be left out.
    public init(_ settings: JSONValue) throws(SettingsProblem) {
        for member in settings.members ?? [] where Self.explanations[member.name] == nil {
            let known = Self.explanations.keys.sorted().joined(separator: ", ")
            throw SettingsProblem(key: member.name, reason: "no such setting; a HID POS scanner has \(known)")
        }
        suffix = try Self.choice(settings, "suffix", default: .cr)
        enableReport = try Self.choice(settings, "enable_report", default: .auto)
        timeout = try Self.timeout(settings["timeout"])
        longest = try Self.longest(settings["longest"])
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ settings: JSONValue, _ key: String, default usual: Choice
    ) throws(SettingsProblem) -> Choice {
        guard let value = settings[key] else { return usual }
        guard let choice = value.text.flatMap({ Choice(rawValue: $0) }) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsProblem(key: key, reason: "must be one of \(known)")
        }
        return choice
    }

    /// Generous: reports of one scan are milliseconds apart, but the gateway may be busy.
    private static func timeout(_ value: JSONValue?) throws(SettingsProblem) -> Duration {
        guard let value else { return .milliseconds(500) }
        guard let timeout = value.text.flatMap(duration), (.milliseconds(50)...(.seconds(60))).contains(timeout) else {
            throw SettingsProblem(key: "timeout", reason: "must be from 50ms to 60s, for example \"500ms\"")
        }
        return timeout
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

    private static func longest(_ value: JSONValue?) throws(SettingsProblem) -> Int {
        guard let value else { return 4096 }
        guard let longest = value.integer, (1...HIDPOSFramer.longestLimit).contains(longest) else {
            throw SettingsProblem(
                key: "longest", reason: "must be a whole number of bytes from 1 to \(HIDPOSFramer.longestLimit)")
        }
        return longest
    }
}
