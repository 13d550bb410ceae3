import GatehouseModel
import GatehouseSimulation
import OPN2001Wire

/// What a person or a test tells the scanner:
///
/// - `{"scan": "CP-0007"}`, `"symbology": 3` if wanted: somebody scans a code
/// - `{"scans": 100}`: somebody scans so many codes, ten a second
/// - `{"clock": "+90s"}`: its clock is moved
/// - `{"fault": …}`: see `Fault`
/// - `{"report": true}`
extension SimulatedMemoryScanner {
    /// The most codes that one command makes.
    private static let scansLimit = 20_000
    private static let understood =
        "{\"scan\": \"CP-0007\"}, {\"scans\": 100}, {\"clock\": \"+90s\"}, {\"fault\": \"away\"}, {\"report\": true}"

    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return refuse("a command is an object") }
        switch first.name {
        case "scan": return toldScan(command, at: now)
        case "scans": return toldScans(first.value, at: now)
        case "clock": return toldClock(first.value, at: now)
        case "fault": return toldFault(first.value, at: now)
        case "report": return [.answered(report)]
        default: return refuse("\"\(first.name)\" is not understood")
        }
    }

    private mutating func toldScan(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        let symbology = command["symbology"].map { $0.integer ?? -1 } ?? 3
        guard let code = command["scan"]?.text.map({ Array($0.utf8) }), (1...250).contains(code.count),
            let number = UInt8(exactly: symbology)
        else { return refuse("scan needs a text of 1 to 250 bytes, and symbology a number to 255") }
        let isStored = !isTalking(at: now) && scan(code, symbology: number, at: now)
        return [.answered(["scan": command["scan"] ?? .null, "stored": .bool(isStored)])]
    }

    private mutating func toldScans(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...Self.scansLimit).contains(count) else {
            return refuse("scans needs a number from 1 to \(Self.scansLimit)")
        }
        // The last of them now, the others before it.
        var stored = 0
        for number in 0..<(isTalking(at: now) ? 0 : count) {
            let earlier = Now(wall: now.wall - .milliseconds((count - 1 - number) * 100), uptime: now.uptime)
            if scan(Array("C-\(memory.made.count + 1)".utf8), symbology: 3, at: earlier) { stored += 1 }
        }
        return [.answered(["scans": value, "stored": .integer(stored)])]
    }

    private mutating func toldClock(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let text = value.text, text.utf8.count <= 12, text.last == "s", let seconds = Int(text.dropLast()) else {
            return refuse("clock is +90s or -3600s")
        }
        moveClock(by: .seconds(seconds))
        return [.answered(["clock": .string(shown(at: now).text)])]
    }

    private mutating func toldFault(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let fault = value.text.flatMap({ Fault(rawValue: $0) }) else {
            return refuse("fault is one of \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.fault = fault
        if fault == .wrongClock {
            self.fault = .none
            setClock(to: LocalTime(secondsSince1970: 946_684_800), at: now)
        }
        return [.answered(["fault": value])]
    }

    /// `scans` is how many were ever stored, `held` how many are in the memory.
    private var report: JSONValue {
        [
            "open": .bool(isOpen), "scans": .integer(memory.made.count), "held": .integer(memory.held.count),
            "erased": .integer(memory.erasedCount), "fault": .string(fault.rawValue),
        ]
    }

    private func refuse(_ reason: String) -> [SimulatedEffect] {
        [.answered(["error": .string("\(reason); understood: \(Self.understood)")])]
    }
}
