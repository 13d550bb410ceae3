public import GatehouseDriverKit
public import GatehouseModel

/// How a person gets one device of a family onto the bench: `gatehouse simulate KIND --set key=value`.
public struct SimulatedBench: Sendable {
    /// Keys that the setup may hold, each with a line of explanation that ends with what holds without it.
    public var explanations: [String: String]
    /// Makes the device; throws where a value cannot be used.
    public var make: @Sendable (SimulatedSetup) throws(SettingsProblem) -> any SimulatedDevice

    public init(
        _ explanations: [String: String],
        make: @escaping @Sendable (SimulatedSetup) throws(SettingsProblem) -> any SimulatedDevice
    ) {
        self.explanations = explanations
        self.make = make
    }

    /// The device, where every key of the setup is one that the family explains.
    public func device(_ setup: SimulatedSetup) throws(SettingsProblem) -> any SimulatedDevice {
        for name in setup.names where explanations[name] == nil {
            let known = explanations.keys.sorted().joined(separator: ", ")
            throw SettingsProblem(key: name, reason: known.isEmpty ? "it takes no settings" : "known are \(known)")
        }
        return try make(setup)
    }
}

/// What a person asked of a simulated device. A value that is missing is the family's own; one that cannot be used is
/// a `SettingsProblem` that says what would be right.
public struct SimulatedSetup: Sendable {
    /// The zone of the wall it hangs on.
    public var zone: Zone
    /// What its own choices are drawn from.
    public var seed: UInt64
    private var values: [String: String]

    /// - Parameter values: As they were written; later ones replace earlier ones of the same name.
    public init(values: [(name: String, value: String)] = [], zone: Zone = .utc, seed: UInt64 = 1) {
        self.values = Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        self.zone = zone
        self.seed = seed
    }

    /// The names that were given, in order.
    var names: [String] { values.keys.sorted() }

    /// A text as it was written.
    public func text(_ name: String, default standard: String) throws(SettingsProblem) -> String {
        values[name] ?? standard
    }

    /// A whole number within limits.
    public func number<Number: FixedWidthInteger & Sendable>(
        _ name: String, in range: ClosedRange<Number>, default standard: Number
    ) throws(SettingsProblem) -> Number {
        guard let text = values[name] else { return standard }
        guard let number = Number(text), range.contains(number) else {
            throw SettingsProblem(
                key: name, reason: "a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }

    /// `true` or `false`, `on` or `off`.
    public func flag(_ name: String, default standard: Bool) throws(SettingsProblem) -> Bool {
        switch values[name] {
        case nil: return standard
        case "true", "on": return true
        case "false", "off": return false
        default: throw SettingsProblem(key: name, reason: "true or false is expected")
        }
    }

    /// One of an enumeration's words.
    public func choice<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, default standard: Word
    ) throws(SettingsProblem) -> Word {
        guard let text = values[name] else { return standard }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsProblem(key: name, reason: "one of \(words) is expected")
        }
        return word
    }

    /// Bytes in hexadecimal, upper or lower case.
    public func bytes(_ name: String, default standard: [UInt8]) throws(SettingsProblem) -> [UInt8] {
        guard let text = values[name] else { return standard }
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else {
            throw SettingsProblem(key: name, reason: "bytes in hexadecimal are expected, for example 0a1b2c")
        }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
