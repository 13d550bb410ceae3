import GatehouseModel
import GatehouseSimulation
import IClockWire

/// What the device does with what it is told over the wire.
extension SimulatedPushClock {
    /// The options of a greeting.
    mutating func greeted(_ text: String, date: String?, at now: Now) {
        let options = IClockFields(Array(text.utf8), separators: [0x0A])
        guard text.hasPrefix("GET OPTION FROM: \(setup.serial)\n") else {
            // A stranger there hears a plain OK, and asks again.
            pausedUntil = now.uptime + setup.errorPause
            return
        }
        isGreeted = true
        pollDue = now.uptime
        if let delay = options["Delay"].flatMap({ Int($0) }), (2...60).contains(delay) { pollEvery = .seconds(delay) }
        if let zone = options["TimeZone"].flatMap({ Int($0) }), date != nil {
            zoneOffset = abs(zone) < 12 ? zone * 3600 : zone * 60
        }
        setClock(date: date, at: now)
    }

    /// The device believes every `Date` that it is sent.
    mutating func setClock(date: String?, at now: Now) {
        guard let moment = date.flatMap(Self.moment) else { return }
        let offset = moment - now.wall
        // A second's difference is the date's rounding.
        guard (clockOffset - offset).components.seconds.magnitude > 1 else { return }
        clockOffset = offset
        counts.clockSet += 1
    }

    mutating func carryOut(_ line: Substring, at now: Now) {
        guard let (id, command) = IClockCommand.read(line) else {
            let id = line.split(separator: ":").dropFirst().first ?? "0"
            results.append("ID=\(id)&Return=-1002&CMD=")
            return
        }
        counts.commands.append(command.text)
        switch command {
        case .info:
            results.append("ID=\(id)&Return=0&CMD=INFO\n~DeviceName=SIM-PUSH\nFWVersion=Ver 8.0.4\n")
        case .check:
            isGreeted = false
            results.append("ID=\(id)&Return=0&CMD=CHECK")
        case .log: results.append("ID=\(id)&Return=0&CMD=LOG")
        case .queryAttendance(let from, let through):
            guard setup.queries, let span = span(from, through) else {
                results.append("ID=\(id)&Return=-1002&CMD=DATA")
                return
            }
            queried = memory.numbers(from: span.from, through: span.through)
            queryID = id
        case .countAttendance(let from, let through):
            guard setup.queries, let span = span(from, through) else {
                results.append("ID=\(id)&Return=-1002&CMD=VERIFY SUM")
                return
            }
            let sum = memory.numbers(from: span.from, through: span.through).count
            results.append(
                "ID=\(id)&Return=0&CMD=VERIFY SUM&StartTime=\(from)&EndTime=\(through)&AttlogSum=\(sum)")
        }
    }

    private func span(_ from: String, _ through: String) -> (from: LocalTime, through: LocalTime)? {
        guard let from = LocalTime(from), let through = LocalTime(through) else { return nil }
        return (from, through)
    }

    /// `Tue, 24 Nov 2026 13:02:28 GMT`.
    static func moment(_ date: String) -> Moment? {
        let words = date.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])),
            let local = LocalTime("\(words[3])-\(month + 1)-\(day) \(words[4])")
        else { return nil }
        return Moment(seconds: local.secondsSince1970)
    }
}
