public import EM4100Wire
public import GatehouseDriverKit
public import GatehouseModel

/// What a reader's `settings:` in the site file say.
public struct EM4100Settings: Hashable, Sendable {
    /// How a card's number is written: as badges and checkpoint codes are registered in the site file.
    public var format = EM4100Number.hex10
    /// How long a card must have been away before it is read anew.
    public var absence = Duration.milliseconds(750)

    /// Each key with its explanation, for the documentation and for `gatehouse check`.
    public static let explanations = [
        "format":
            "how card numbers are written: hex10 (default), dec10, dec8, facility (3 + 5 digits), facility-comma",
        "absence": "how long a card must be away to be read anew, 100ms to 10s; 750ms by default",
    ]

    /// Reads the settings; every key may be left out.
    public init(_ settings: JSONValue) throws(SettingsProblem) {
        for member in settings.members ?? [] where Self.explanations[member.name] == nil {
            let known = Self.explanations.keys.sorted().joined(separator: ", ")
            throw SettingsProblem(key: member.name, reason: "no such setting; an EM4100 reader has \(known)")
        }
        if let value = settings["format"] {
            guard let format = value.text.flatMap({ EM4100Number(rawValue: $0) }) else {
                let known = EM4100Number.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsProblem(key: "format", reason: "must be one of \(known)")
            }
            self.format = format
        }
        if let value = settings["absence"] {
            guard let absence = value.text.flatMap(Self.duration),
                (.milliseconds(100)...(.seconds(10))).contains(absence)
            else {
                throw SettingsProblem(key: "absence", reason: "must be from 100ms to 10s, for example \"750ms\"")
            }
            self.absence = absence
        }
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
}
