import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import IClockWire

/// What people do at the device, and what a test asks of it.
///
/// | told | does |
/// | --- | --- |
/// | `{"punch": {"badge": "007", "state": 0, "verify": 15}}` | one punch; `time` for another than now |
/// | `{"punches": 100}` | as many, of ten thousand badges in turn |
/// | `{"forgotten": 3}` | punches that it never sends by itself |
/// | `{"operation": 23}` | an entry of the operation log |
/// | `{"clock": "+90s"}` | moves its clock |
/// | `{"fault": "cut"}` | `silence`, `noise`, `cut`, `lost-answer`, `reboot` with `seconds`, `wrong-clock`, `none` |
/// | `{"report": true}` | counts, and with `"list": "all"` the punches |
extension SimulatedPushClock {
    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let name = command.members?.first?.name, let value = command[name] else {
            return Self.refuse("an object with one of punch, punches, forgotten, operation, clock, fault, report")
        }
        switch name {
        case "punch": return punch(value, at: now)
        case "punches": return punches(value, isForgotten: false, at: now)
        case "forgotten": return punches(value, isForgotten: true, at: now)
        case "operation": return operation(value, at: now)
        case "clock": return clock(value, at: now)
        case "fault": return fault(command, at: now)
        case "report": return [.answered(report(command["list"]?.text, at: now))]
        default: return Self.refuse("\(name) is none of punch, punches, forgotten, operation, clock, fault, report")
        }
    }

    static func refuse(_ reason: String) -> [SimulatedEffect] {
        [.answered(["error": .string(reason)])]
    }

    private mutating func punch(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let badge = value["badge"]?.text, (1...24).contains(badge.utf8.count),
            badge.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return Self.refuse("punch needs a badge of 1 to 24 bytes without spaces") }
        var time = shown(at: now)
        if let text = value["time"] {
            guard let given = text.text.flatMap({ LocalTime($0) }) else {
                return Self.refuse("time is written 2026-11-22 08:30:00")
            }
            time = given
        }
        let (state, verify) = (value["state"]?.integer ?? 0, value["verify"]?.integer ?? 1)
        guard (0...255).contains(state), (0...255).contains(verify) else {
            return Self.refuse("state and verify are numbers from 0 to 255")
        }
        let entry = memory.store(badge, at: time, status: state, verify: verify, isForgotten: false)
        return [.answered(["punch": Self.describe(entry)])]
    }

    private mutating func punches(_ value: JSONValue, isForgotten: Bool, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...100_000).contains(count) else {
            return Self.refuse("punches needs a number from 1 to 100000")
        }
        let start = shown(at: now).secondsSince1970
        for index in 0..<count {
            let badge = "\(10_001 + memory.log.count % 10_000)"
            let time = LocalTime(secondsSince1970: start + Int64(index / 10_000))
            _ = memory.store(badge, at: time, status: 0, verify: 1, isForgotten: isForgotten)
        }
        return [.answered(["punches": value])]
    }

    private mutating func operation(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let code = value.integer, (0...9999).contains(code) else {
            return Self.refuse("operation needs a code from 0 to 9999")
        }
        let time = shown(at: now).text.split(separator: "T").joined(separator: " ")
        operations.append(IClockOperation(code: code, admin: "1", time: time))
        return [.answered(["operation": value])]
    }

    private mutating func clock(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let shift = value.text.flatMap(Self.shift) else { return Self.refuse("clock is +90s or -2h") }
        clockOffset += shift
        return [.answered(["clock": .string(shown(at: now).text)])]
    }

    /// `+90s`, `-5m`, `+2h`, `-1d`.
    static func shift(_ text: String) -> Duration? {
        let seconds = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let sign = text.first, sign == "+" || sign == "-", let unit = text.last.flatMap({ seconds[String($0)] }),
            text.count > 2, let number = UInt32(text.dropFirst().dropLast())
        else { return nil }
        return .seconds((sign == "-" ? -1 : 1) * Int64(number) * Int64(unit))
    }

    private mutating func fault(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let name = command["fault"]?.text else { return Self.refuse("fault needs a name") }
        let answer = SimulatedEffect.answered(["fault": .string(name)])
        if name == "reboot" {
            let seconds = command["seconds"]?.integer ?? 5
            guard (0...86_400).contains(seconds) else { return Self.refuse("seconds are from 0 to 86400") }
            return reboot(away: .seconds(seconds), at: now) + [answer]
        }
        if name == "wrong-clock" {
            clockOffset = .seconds(946_684_800 - now.wall.seconds - Int64(zoneOffset))
            return [answer]
        }
        guard let fault = PushFault(rawValue: name) else {
            return Self.refuse("fault is silence, noise, cut, lost-answer, reboot, wrong-clock or none")
        }
        self.fault = fault
        return [answer]
    }

    private func report(_ list: String?, at now: Now) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("serial", .string(setup.serial)), .init("punched", .integer(memory.log.count)),
            .init("acknowledged", .integer(memory.acknowledgedCount)), .init("requests", .integer(counts.requests)),
            .init("refused", .integer(counts.refused)), .init("greeted", .bool(isGreeted)),
            .init("clock", .string(shown(at: now).text)), .init("clockSet", .integer(counts.clockSet)),
            .init("commands", .array(counts.commands.suffix(20).map { .string($0) })),
        ]
        if list != nil { members.append(.init("punches", .array(memory.log.map(Self.describe)))) }
        return .object(members)
    }

    private static func describe(_ entry: PushClockMemory.Entry) -> JSONValue {
        [
            "record": .integer(entry.number), "badge": .string(entry.badge), "time": .string(entry.time.text),
            "state": .integer(entry.status), "verify": .integer(entry.verify),
            "acknowledged": .bool(entry.isAcknowledged),
        ]
    }
}
