import FCARDWire
import GatehouseModel
import GatehouseSimulation

/// What a person or a test tells the wand:
///
/// - `{"checkpoint": 43981}`: it touches a checkpoint's card
/// - `{"staff": 8257794}`: a member of staff shows a card
/// - `{"checkpoints": 100}`: a round of so many checkpoints, one a second up to now
/// - `{"clock": "+90s"}`: its clock is moved
/// - `{"fault": …}`: see `Fault`
/// - `{"report": true}`
extension SimulatedFCARD {
    /// The most records that one command makes.
    private static let roundLimit = 100_000
    private static let understood =
        "{\"checkpoint\": 43981}, {\"staff\": 8257794}, {\"checkpoints\": 100}, {\"clock\": \"+90s\"}, "
        + "{\"fault\": \"gap\"}, {\"report\": true}"

    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return refuse("a command is an object") }
        switch first.name {
        case "checkpoint": return toldCard(first, state: 0, at: now)
        case "staff": return toldCard(first, state: 1, at: now)
        case "checkpoints": return toldRound(first.value, at: now)
        case "clock": return toldClock(first.value, at: now)
        case "fault": return toldFault(first.value, at: now)
        case "report": return [.answered(report)]
        default: return refuse("\"\(first.name)\" is not understood")
        }
    }

    private mutating func toldCard(_ member: JSONValue.Member, state: UInt8, at now: Now) -> [SimulatedEffect] {
        guard let card = member.value.integer, (0...0xFF_FFFF).contains(card) else {
            return refuse("\(member.name) needs a card number to 16777215")
        }
        let sent = touch(UInt32(card), state: state, at: now)
        return (sent ?? []) + [.answered(.object([member, .init("stored", .bool(sent != nil))]))]
    }

    private mutating func toldRound(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...Self.roundLimit).contains(count) else {
            return refuse("checkpoints needs a number from 1 to \(Self.roundLimit)")
        }
        var stored = 0
        for number in 0..<count {
            let earlier = Now(wall: now.wall - .seconds(count - 1 - number), uptime: now.uptime)
            if touch(UInt32(1000 + number % 50), state: 0, at: earlier) != nil { stored += 1 }
        }
        return [.answered(["checkpoints": value, "stored": .integer(stored)])]
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

    /// `records` is how many were ever made, `unread` how many the index has not been moved past.
    private var report: JSONValue {
        [
            "open": .bool(isOpen), "records": .integer(memory.made.count), "unread": .integer(memory.counts.unread),
            "readIndex": .integer(memory.read), "writeIndex": .integer(memory.write), "beeps": .integer(beeps),
            "fault": .string(fault.rawValue),
        ]
    }

    private func refuse(_ reason: String) -> [SimulatedEffect] {
        [.answered(["error": .string("\(reason); understood: \(Self.understood)")])]
    }
}
