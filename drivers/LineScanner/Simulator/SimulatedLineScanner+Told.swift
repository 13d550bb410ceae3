import GatehouseModel
import GatehouseSimulation

extension SimulatedLineScanner {
    /// The most codes that one command makes.
    static let scansLimit = 1_000_000

    mutating func told(_ command: JSONValue) -> [SimulatedEffect] {
        guard let members = command.members, let first = members.first else {
            return Self.refuse("a command is an object")
        }
        switch first.name {
        case "scan": return toldScan(first.value)
        case "scans": return toldScans(first.value)
        case "fault": return toldFault(first.value)
        case "report": return [.answered(report)]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    private mutating func toldScan(_ value: JSONValue) -> [SimulatedEffect] {
        let code = value.text.map { Array($0.utf8) } ?? value["hex"]?.text.flatMap(Self.bytes)
        guard let code, !code.isEmpty else { return Self.refuse("scan needs a text, or {\"hex\": \"…\"}") }
        let before = sent
        return scan(code) + [.answered(["scan": value, "sent": .bool(sent > before)])]
    }

    private mutating func toldScans(_ value: JSONValue) -> [SimulatedEffect] {
        guard let count = value.integer, (1...Self.scansLimit).contains(count) else {
            return Self.refuse("scans needs a number from 1 to \(Self.scansLimit)")
        }
        let before = sent
        var burst: [UInt8] = []
        var effects: [SimulatedEffect] = []
        for _ in 0..<count {
            for case .send(let line) in scan(Array("\(setup.series)\(made + 1)".utf8)) { burst += line }
            // Sends of a sensible size: a USB scanner does not send a megabyte at once either.
            if burst.count >= 4096 {
                effects.append(.send(burst))
                burst = []
            }
        }
        if !burst.isEmpty { effects.append(.send(burst)) }
        return effects + [.answered(["scans": value, "sent": .integer(sent - before)])]
    }

    private mutating func toldFault(_ value: JSONValue) -> [SimulatedEffect] {
        guard let fault = value.text.flatMap({ Fault(rawValue: $0) }) else {
            return Self.refuse("fault is one of \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.fault = fault
        let answer = SimulatedEffect.answered(["fault": value])
        switch fault {
        case .none, .silence, .cut: return [answer]
        case .noise: return once(.send(random.bytes(64)), answer)
        case .overlong: return once(.send(Array(repeating: UInt8(ascii: "#"), count: 20_000) + setup.suffix), answer)
        case .reboot: return once(.close, answer)
        }
    }

    private mutating func once(_ effect: SimulatedEffect, _ answer: SimulatedEffect) -> [SimulatedEffect] {
        fault = .none
        return isOpen ? [effect, answer] : [answer]
    }

    /// `scans` is how many codes were held under it, `sent` how many went out whole.
    private var report: JSONValue {
        ["open": .bool(isOpen), "scans": .integer(made), "sent": .integer(sent), "fault": .string(fault.rawValue)]
    }

    private static func bytes(_ hex: String) -> [UInt8]? {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func refuse(_ reason: String) -> [SimulatedEffect] {
        let understood = "{\"scan\": \"XF-0001\"}, {\"scans\": 100}, {\"fault\": \"noise\"}, {\"report\": true}"
        return [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }
}
