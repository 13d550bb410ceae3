import GatehouseModel
import GatehouseSimulation
import ZKTecoWire

/// What a person or a test tells the clock:
///
/// - `{"punch": {"badge": "10023", "time": "2026-11-22 08:30:00", "state": 0, "verify": 1}}`; only the badge is needed
/// - `{"punches": 100}`: that many at once, of different people
/// - `{"log": 5000}`: that many old records, as if nobody had listened
/// - `{"clock": "+90s"}` or `{"clock": "2000-01-01 00:00:00"}`
/// - `{"fault": "silence" | "noise" | "cut" | "reboot" | "wrong-clock" | "full-log" | "none"}`; `"when": "transfer"`
///   lets cut and reboot wait for a bulk read, `"seconds": 5` says how long a reboot takes
/// - `{"report": true}`: counts; with `"list": "acknowledged" | "read" | "erased" | "all"` also the punches
extension SimulatedZKTeco {
    static let understood =
        "{\"punch\": {\"badge\": \"10023\"}}, {\"punches\": 100}, {\"log\": 5000}, {\"clock\": \"+90s\"}, "
        + "{\"fault\": \"silence\"}, {\"report\": true}"

    mutating func told(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let first = command.members?.first else { return Self.refuse("a command is an object") }
        switch first.name {
        case "punch": return toldPunch(first.value, at: now)
        case "punches": return toldPunches(first.value, at: now)
        case "log": return toldLog(first.value, at: now)
        case "clock": return toldClock(first.value, at: now)
        case "fault": return toldFault(command, at: now)
        case "report": return [.answered(report(command["list"]?.text, at: now))]
        default: return Self.refuse("\"\(first.name)\" is not understood")
        }
    }

    static func refuse(_ reason: String) -> [SimulatedEffect] {
        [.answered(["error": .string("\(reason); understood: \(understood)")])]
    }

    private mutating func toldPunch(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let badge = value["badge"]?.text ?? value["badge"]?.integer.map({ String($0) }) else {
            return Self.refuse("punch needs a badge")
        }
        var time = ZKTime.shown(shown(at: now))
        if let text = value["time"] {
            guard let given = text.text.flatMap({ LocalTime($0) }).flatMap({ ZKTime($0) }) else {
                return Self.refuse("time is written 2026-11-22 08:30:00")
            }
            time = given
        }
        guard let state = UInt8(exactly: value["state"]?.integer ?? 0),
            let verify = UInt8(exactly: value["verify"]?.integer ?? 1)
        else { return Self.refuse("state and verify are numbers from 0 to 255") }
        do throws(Refused) {
            let (entry, event) = try punch(badge, at: time, state: state, verify: verify)
            let effects = transmit(event.map { [$0] } ?? [], at: now)
            return effects + [.answered(["punch": Self.describe(entry), "live": .bool(event != nil)])]
        } catch {
            return Self.refuse(error.reason)
        }
    }

    private mutating func toldPunches(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...1_000_000).contains(count) else {
            return Self.refuse("punches needs a number from 1 to 1000000")
        }
        guard memory.log.count + count <= memory.capacity else { return Self.refuse(Refused.logFull.reason) }
        do throws(Refused) {
            let events = try punches(count, at: now)
            return transmit(events, at: now) + [.answered(["punches": value, "live": .integer(events.count)])]
        } catch {
            return Self.refuse(error.reason)
        }
    }

    private mutating func toldLog(_ value: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let count = value.integer, (1...memory.capacity).contains(count) else {
            return Self.refuse("log needs a number from 1 to \(memory.capacity)")
        }
        fillLog(count, at: now)
        return [.answered(["log": .integer(memory.log.count), "capacity": .integer(memory.capacity)])]
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
    static func shift(_ text: String) -> Duration? {
        let seconds = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let sign = text.first, sign == "+" || sign == "-", let unit = text.last.flatMap({ seconds[String($0)] }),
            text.count > 2, let number = UInt32(text.dropFirst().dropLast())
        else { return nil }
        return .seconds((sign == "-" ? -1 : 1) * Int64(number) * Int64(unit))
    }

    private mutating func toldFault(_ command: JSONValue, at now: Now) -> [SimulatedEffect] {
        guard let name = command["fault"]?.text else { return Self.refuse("fault needs a name") }
        guard let when = ClockFault.Moment(rawValue: command["when"]?.text ?? "next") else {
            return Self.refuse("when is next or transfer")
        }
        let seconds = command["seconds"]?.integer ?? 5
        guard (0...86_400).contains(seconds) else { return Self.refuse("seconds are from 0 to 86400") }
        let answer = SimulatedEffect.answered(["fault": .string(name)])
        switch name {
        case "none": fault = .none
        case "silence": fault = .silence
        case "noise": fault = .noise
        case "cut": fault = .cut(when)
        case "reboot" where when == .next: return reboot(away: .seconds(seconds), at: now) + [answer]
        case "reboot": fault = .reboot(when, .seconds(seconds))
        case "wrong-clock": setClock(to: LocalTime(secondsSince1970: 946_684_800), at: now)
        case "full-log": fillLog(memory.capacity, at: now)
        default:
            return Self.refuse("fault is one of silence, noise, cut, reboot, wrong-clock, full-log, none")
        }
        return [answer]
    }
}
