import EvdevWire
import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit

extension SimulatedKeyboardWedge {
    /// The longest code that it types, in bytes.
    static let codeLimit = 10_000

    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        switch first.name {
        case "scan": return toldScan(first.value, at: now)
        case "type": return toldType(first.value, at: now)
        case "fault": return toldFault(first.value)
        case "report": return [.answered(report)]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    /// Somebody holds a code under it. Nobody listening, or a silent scanner: the code is lost, as with the real thing.
    private mutating func toldScan(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        let code = value.text.map { Array($0.utf8) } ?? value["hex"]?.text.flatMap { Hex.bytes($0) }
        guard let code, (1...Self.codeLimit).contains(code.count) else {
            return Self.refuse("scan needs a text, or {\"hex\": \"…\"}")
        }
        guard let strokes = typist.strokes(for: code) else {
            return Self.refuse("a character of this code can be typed neither by key nor by Alt code")
        }
        made += 1
        guard isOpen, fault != .silence else { return [.answered(["scan": value, "sent": false])] }
        let isWhole = fault != .cut && fault != .lost
        queue(framed(strokes), step: fault == .slow ? .milliseconds(100) : setup.step, at: now)
        if fault == .cut || fault == .lost { fault = .none }
        if isWhole { sent += 1 }
        return type(at: now) + [.answered(["scan": value, "sent": .bool(isWhole)])]
    }

    /// A person types at it, 200 ms a key.
    private mutating func toldType(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let text = value.text, (1...Self.codeLimit).contains(text.utf8.count),
            let strokes = typist.strokes(for: Array(text.utf8))
        else { return Self.refuse("type needs a text that the layout has") }
        guard isOpen else { return [.answered(["type": value, "sent": false])] }
        queue(strokes, step: .milliseconds(100), at: now)
        return type(at: now) + [.answered(["type": value, "sent": true])]
    }

    /// The code with Caps Lock around it, where it is set up so, and the suffix after it.
    private func framed(_ strokes: [KeyTypist.Stroke]) -> [KeyTypist.Stroke] {
        let suffix = typist.strokes(for: Array(setup.suffix.utf8)) ?? []
        guard setup.togglesCaps else { return strokes + suffix }
        let caps = KeyTypist.Stroke([KeyCode.capsLock])
        return [caps] + typist.turnedRound(strokes) + [caps] + suffix
    }

    /// Puts a code behind what is still being typed.
    private mutating func queue(_ strokes: [KeyTypist.Stroke], step: Duration, at now: Now) {
        let step = max(step.components.attoseconds / 1_000_000_000_000 + step.components.seconds * 1_000_000, 1)
        let start = max(Self.microseconds(now), (waiting.last?.time).map { $0 &+ step } ?? 0)
        var events = KeyTypist.events(of: strokes, from: start, step: step)
        switch fault {
        case .cut: events.removeLast(events.count / 6 * 3)
        case .lost:
            // Three events a key: a third of the keys is lost, and the kernel says so before the next one.
            let keys = events.count / 3
            let gap = keys / 3 * 3..<keys / 3 * 6
            events.replaceSubrange(gap, with: [.dropped(at: events[gap.upperBound - 1].time)])
        default: break
        }
        waiting += events
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
        waiting = []
        return isOpen ? [.close, answer] : [answer]
    }

    /// `scans` is how many codes were held under it, `sent` how many were typed whole.
    private var report: JSONValue {
        ["open": .bool(isOpen), "scans": .integer(made), "sent": .integer(sent), "fault": .string(fault.rawValue)]
    }

    private static func refuse(_ reason: String) -> [SimulatedEffect] {
        let understood = "{\"scan\": \"XF-0001\"}, {\"type\": \"abc\"}, {\"fault\": \"lost\"}, {\"report\": true}"
        return [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }
}
