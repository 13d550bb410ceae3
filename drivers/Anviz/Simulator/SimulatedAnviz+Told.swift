import AnvizWire
import GatehouseModel
import GatehouseSimulation

/// What a person or a test tells the clock:
///
/// - `{"punch": {"badge": "1234", "state": 0, "backup": 8}}`; only the badge is needed
/// - `{"punches": 100}`: that many at once, of different people
/// - `{"log": 500}`: that many old records that nobody has fetched; with `"fetched": true` somebody has
/// - `{"clock": "+90s"}` or `{"clock": "2000-01-01 00:00:00"}`
/// - `{"fault": "silence" | "noise" | "cut" | "lost-reply" | "lost-command" | "reboot" | "wrong-clock" | "full-log" |
///   "none"}`; `"seconds": 5` says how long a reboot takes
/// - `{"report": true}`: counts
extension SimulatedAnviz {
    static let understood =
        "{\"punch\": {\"badge\": \"1234\"}}, {\"punches\": 100}, {\"log\": 500}, {\"clock\": \"+90s\"}, "
        + "{\"fault\": \"silence\"}, {\"report\": true}"

    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        switch first.name {
        case "punch": return toldPunch(first.value, at: now)
        case "punches": return toldPunches(first.value, at: now)
        case "log": return toldLog(command, at: now)
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
        guard let user = badge.flatMap({ UInt64($0) }), user <= 0xFF_FFFF_FFFF else {
            return Self.refuse("punch needs a badge, a number of at most 40 bits")
        }
        guard let state = UInt8(exactly: value["state"]?.integer ?? 0), state <= 15,
            let backup = UInt8(exactly: value["backup"]?.integer ?? 1)
        else { return Self.refuse("state is a number from 0 to 15, backup from 0 to 255") }
        guard !memory.isFull else { return Self.refuse("the memory is full") }
        let live = punch(user: user, state: state, backup: backup, at: now)
        return live + [.answered(["punch": .string(identity(of: memory.made)), "live": .bool(!live.isEmpty)])]
    }

    private mutating func punch(user: UInt64, state: UInt8, backup: UInt8, at now: Now) -> [SimulatedEffect] {
        let record = AnvizRecord(
            user: user, seconds: seconds(shown(at: now)), backup: backup, type: 0x80 | state)
        memory.store(record)
        guard setup.isLive, isOpen, awayUntil == nil else { return [] }
        return transmit(.reply(to: .record, device: setup.id, data: record.bytes))
    }

    private mutating func toldPunches(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...10_000).contains(count) else {
            return Self.refuse("punches needs a number from 1 to 10000")
        }
        guard memory.entries.count + count <= memory.capacity else { return Self.refuse("the memory is full") }
        var effects: [SimulatedEffect] = []
        for _ in 0..<count {
            effects += punch(user: UInt64(10_001 + memory.made % 10_000), state: 0, backup: 1, at: now)
        }
        return effects + [.answered(["punches": value])]
    }

    private mutating func toldLog(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = command["log"]?.integer, (1...memory.capacity).contains(count) else {
            return Self.refuse("log needs a number from 1 to \(memory.capacity)")
        }
        fillMemory(count, isNew: command["fetched"]?.bool != true, at: now)
        return [.answered(["log": .integer(memory.entries.count), "capacity": .integer(memory.capacity)])]
    }

    /// Old records up to a minute ago, half a minute apart, as far as there is room.
    mutating func fillMemory(_ count: Int, isNew: Bool = true, at now: Now) {
        let last = seconds(shown(at: now)) &- 60
        for index in 0..<min(count, memory.capacity - memory.entries.count) {
            memory.store(
                AnvizRecord(
                    user: UInt64(10_001 + index % 20), seconds: last &- UInt32(count - index) &* 30, backup: 1,
                    type: 0x80 | UInt8(index / 20 % 2)), isNew: isNew)
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
        case "lost-command": fault = .lostCommand
        case "reboot": effects = reboot(away: .seconds(seconds), at: now)
        case "wrong-clock": setClock(to: LocalTime(secondsSince1970: 946_857_600), at: now)
        case "full-log": fillMemory(memory.capacity, at: now)
        default:
            return Self.refuse(
                "fault is one of silence, noise, cut, lost-reply, lost-command, reboot, wrong-clock, full-log, none")
        }
        return effects + [.answered(["fault": command["fault"] ?? .null])]
    }

    private func report(at now: Now) -> JSONValue {
        [
            "serial": .string(setup.serial), "id": .integer(setup.id), "log": .integer(memory.entries.count),
            "new": .integer(memory.newCount), "capacity": .integer(memory.capacity), "punched": .integer(memory.made),
            "acknowledged": .integer(memory.clearedCount), "erased": .integer(memory.erased.count),
            "heartbeats": .integer(heartbeatsHeard), "connected": .bool(isOpen),
            "clock": .string(shown(at: now).text),
        ]
    }
}
