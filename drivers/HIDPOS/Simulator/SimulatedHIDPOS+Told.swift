import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit

extension SimulatedHIDPOS {
    mutating func told(_ command: JSONValue) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        switch first.name {
        case "scan": return toldScan(first.value)
        case "fault": return toldFault(first.value)
        case "report": return [.answered(report)]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    /// Somebody holds a code under it. A fault that befalls one code ends with it.
    private mutating func toldScan(_ value: JSONValue) -> [SimulatedEffect] {
        let code = value.text.map { Array($0.utf8) } ?? value["hex"]?.text.flatMap { Hex.bytes($0) }
        guard let code, (1...20_000).contains(code.count) else {
            return Self.refuse("scan needs a text, or {\"hex\": \"…\"}")
        }
        made += 1
        guard isOpen, isEnabled, fault != .silence else { return [.answered(["scan": value, "sent": false])] }
        var reports = reports(of: code + suffix)
        let isWhole = fault == .none
        if fault == .cut { reports.removeLast() }
        if fault == .short, let first = reports.first { reports[0] = Array(first.prefix(first.count / 2)) }
        fault = .none
        if isWhole { sent += 1 }
        return reports.map { .send($0) } + [.answered(["scan": value, "sent": .bool(isWhole)])]
    }

    /// Something goes wrong with it from now on.
    private mutating func toldFault(_ value: JSONValue) -> [SimulatedEffect] {
        guard let fault = value.text.flatMap({ Fault(rawValue: $0) }) else {
            return Self.refuse("fault is one of \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.fault = fault
        let answer = SimulatedEffect.answered(["fault": value])
        guard fault == .unplugged else { return [answer] }
        self.fault = .none
        return isOpen ? [.close, answer] : [answer]
    }

    /// `scans` is how many codes were held under it, `sent` how many went out whole.
    private var report: JSONValue {
        [
            "open": .bool(isOpen), "enabled": .bool(isEnabled), "scans": .integer(made), "sent": .integer(sent),
            "fault": .string(fault.rawValue),
        ]
    }

    private static func refuse(_ reason: String) -> [SimulatedEffect] {
        let understood = "{\"scan\": \"XF-0001\"}, {\"fault\": \"cut\"}, {\"report\": true}"
        return [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }
}
