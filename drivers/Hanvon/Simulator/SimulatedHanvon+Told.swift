import GatehouseModel
import GatehouseSimulation

/// What a person or a test tells the clock:
///
/// - `{"punch": {"badge": "120", "status": "1"}}`; only the badge is needed
/// - `{"punches": 100}`: that many at once, of different people
/// - `{"log": 500}`: that many old records
/// - `{"clock": "+90s"}` or `{"clock": "2000-01-01 00:00:00"}`
/// - `{"fault": "silence" | "noise" | "cut" | "lost-reply" | "reboot" | "wrong-clock" | "full-log" | "none"}`;
///   `"seconds": 5` says how long a reboot takes
/// - `{"report": true}`: counts
extension SimulatedHanvon {
    static let understood =
        "{\"punch\": {\"badge\": \"120\"}}, {\"punches\": 100}, {\"log\": 500}, {\"clock\": \"+90s\"}, "
        + "{\"fault\": \"silence\"}, {\"report\": true}"

    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        switch first.name {
        case "punch": return toldPunch(first.value, at: now)
        case "punches": return toldPunches(first.value, at: now)
        case "log":
            guard let count = first.value.integer, (1...memory.capacity).contains(count) else {
                return Self.refuse("log needs a number from 1 to \(memory.capacity)")
            }
            fillMemory(count, at: now)
            return deliverNext() + [.answered(["log": .integer(memory.entries.count)])]
        case "clock": return toldClock(first.value, at: now)
        case "fault": return toldFault(command, at: now)
        case "report": return [.answered(report(at: now))]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    static func refuse(_ reason: String) -> [SimulatedEffect] {
        [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }

    private mutating func toldPunch(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        let badge = value["badge"]?.text ?? value["badge"]?.integer.map { String($0) }
        guard let badge, (1...20).contains(badge.utf8.count), badge.utf8.allSatisfy({ (0x30...0x7A).contains($0) })
        else { return Self.refuse("punch needs a badge of 1 to 20 digits or letters") }
        guard !memory.isFull else { return Self.refuse("the memory is full") }
        memory.store(id: badge, time: shown(at: now), status: value["status"]?.text ?? "0")
        return deliverNext() + [.answered(["punch": .string(identity(of: memory.made))])]
    }

    private mutating func toldPunches(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...10_000).contains(count) else {
            return Self.refuse("punches needs a number from 1 to 10000")
        }
        guard memory.entries.count + count <= memory.capacity else { return Self.refuse("the memory is full") }
        for _ in 0..<count {
            memory.store(id: "\(10_001 + memory.made % 10_000)", time: shown(at: now), status: "0")
        }
        return deliverNext() + [.answered(["punches": value])]
    }

    /// Old records up to a minute ago, half a minute apart, as far as there is room.
    mutating func fillMemory(_ count: Int, at now: Now) {
        let last = shown(at: now).secondsSince1970 - 60
        for index in 0..<min(count, memory.capacity - memory.entries.count) {
            memory.store(
                id: "\(10_001 + index % 20)", time: LocalTime(secondsSince1970: last - Int64(count - index) * 30),
                status: "\(index / 20 % 2)")
        }
    }

    private mutating func toldClock(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let text = value.text else { return Self.refuse("clock needs a text") }
        if let local = LocalTime(text) {
            setClock(to: local, at: now)
        } else if let shift = Self.shift(text) {
            clockOffset += shift
        } else {
            return Self.refuse("clock is +90s, -2h or 2000-01-01 00:00:00")
        }
        return [.answered(["clock": .string(shown(at: now).text)])]
    }

    /// `+90s`, `-5m`, `+2h`, `-1d`.
    private static func shift(_ text: String) -> Duration? {
        let seconds = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let sign = text.first, sign == "+" || sign == "-", let unit = text.last.flatMap({ seconds[String($0)] }),
            let number = UInt32(text.dropFirst().dropLast())
        else { return nil }
        return .seconds((sign == "-" ? -1 : 1) * Int64(number) * Int64(unit))
    }

    private mutating func toldFault(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        let seconds = command["seconds"]?.integer ?? 5
        guard (0...86_400).contains(seconds) else { return Self.refuse("seconds are from 0 to 86400") }
        var effects: [SimulatedEffect] = []
        switch command["fault"]?.text {
        case "none": fault = .none
        case "silence": fault = .silence
        case "noise": fault = .noise
        case "cut": fault = .cut
        case "lost-reply": fault = .lostReply
        case "reboot": effects = reboot(away: .seconds(seconds), at: now)
        case "wrong-clock": setClock(to: LocalTime(secondsSince1970: 946_684_800), at: now)
        case "full-log": fillMemory(memory.capacity, at: now)
        default:
            return Self.refuse(
                "fault is one of silence, noise, cut, lost-reply, reboot, wrong-clock, full-log, none")
        }
        return effects + [.answered(["fault": command["fault"] ?? .null])]
    }

    private func report(at now: Now) -> JSONValue {
        [
            "serial": .string(setup.serial), "log": .integer(memory.entries.count),
            "capacity": .integer(memory.capacity), "punched": .integer(memory.made),
            "acknowledged": .integer(memory.deliveredCount), "erased": .integer(memory.erased.count),
            "connected": .bool(isOpen), "clock": .string(shown(at: now).text),
        ]
    }
}
