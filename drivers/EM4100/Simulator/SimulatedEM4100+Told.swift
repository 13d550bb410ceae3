import EM4100Wire
import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit

extension SimulatedEM4100 {
    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        switch first.name {
        case "card": return toldCard(command, at: now)
        case "fault": return toldFault(first.value)
        case "report": return [.answered(report)]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    private mutating func toldCard(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let tag = command["card"]?.text.flatMap({ Hex.bytes($0) }).flatMap({ EM4100Tag($0) }) else {
            return Self.refuse("card needs ten hexadecimal digits")
        }
        let near = command["near"].map { $0.integer ?? 0 } ?? 200
        guard (1...600_000).contains(near) else { return Self.refuse("near is 1 to 600000 milliseconds") }
        let before = sent
        let effects = present(tag, for: .milliseconds(near), at: now)
        return effects + [.answered(["card": command["card"] ?? .null, "sent": .bool(sent > before)])]
    }

    private mutating func toldFault(_ value: JSONValue) -> [SimulatedEffect] {
        guard let fault = value.text.flatMap({ Fault(rawValue: $0) }) else {
            return Self.refuse("fault is one of \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.fault = fault
        let answer = SimulatedEffect.answered(["fault": value])
        switch fault {
        case .none, .silence, .cut, .checksum: return [answer]
        case .noise: return once(.send(random.bytes(40)), answer)
        case .reboot: return once(.close, answer)
        }
    }

    private mutating func once(_ effect: SimulatedEffect, _ answer: SimulatedEffect) -> [SimulatedEffect] {
        fault = .none
        return isOpen ? [effect, answer] : [answer]
    }

    /// `cards` is how many were presented, `frames` how many whole frames went out for them.
    private var report: JSONValue {
        [
            "open": .bool(isOpen), "cards": .integer(presented), "frames": .integer(sent),
            "fault": .string(fault.rawValue),
        ]
    }

    private static func refuse(_ reason: String) -> [SimulatedEffect] {
        let understood =
            "{\"card\": \"010063E9AE\", \"near\": 200}, {\"fault\": \"noise\"}, {\"report\": true}"
        return [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }
}
