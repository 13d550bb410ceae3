import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// Who the clock is, and what it shows.
extension Hanvon {
    /// Beyond this the clock is set, where the policy is `sync`.
    private static var tolerance: Duration { .seconds(5) }
    /// A change of the offset worth telling.
    private static var noteworthy: Duration { .seconds(2) }
    /// A clock that takes a time and does not keep it is not set again before this has passed.
    private static var rest: Duration { .seconds(600) }

    /// Clocks are known by their serial number, not by their address, which may be given to another.
    mutating func gotSerial(_ answer: HanvonRecord) {
        link?.jobs.append(.deviceInfo)
        let serial = answer["sn"] ?? answer["serial"]
        if let expected = context.expectedSerial {
            guard let serial else {
                return faultOnce("serial-unknown", "the clock does not tell its serial number; it is taken on trust")
            }
            guard serial == expected else {
                fault(
                    "wrong-serial",
                    "the clock at this address is \(serial), not \(expected); correct the address or the site file")
                return abandon(.refused)
            }
        }
        if let serial, let known = memory.serial, serial != known {
            fault("serial-changed", "the clock at this address was \(known) and is now \(serial); it is read anew")
            memory = ClockMemory()
            memory.isUnderstood = true
            memory.fullReadDue = .zero
        }
        memory.serial = serial ?? memory.serial
        link?.facts.serial = serial
    }

    /// Which keys it has is not certain: what is there is taken.
    mutating func gotDeviceInfo(_ answer: HanvonRecord, sent: Now) {
        if link?.isIdentified == false {
            let model = answer["type"] ?? answer["model"] ?? answer["dev_type"]
            let firmware = answer["edition"] ?? answer["version"]
            link?.isIdentified = true
            link?.facts.model = model
            link?.facts.firmware = firmware
            if let facts = link?.facts { effects.append(.identified(facts)) }
        }
        compare(answer, sent: sent)
        if link?.read == nil, link?.abandoned == false { considerReading(sent: sent) }
    }

    /// Compares the clocks, and has the device's set if it should be.
    private mutating func compare(_ answer: HanvonRecord, sent: Now) {
        guard let shown = answer.time else {
            // Without a clock to look at, a read of the last minutes might begin anywhere.
            if link?.offset == nil, !memory.isRead { memory.fullReadDue = .zero }
            faultOnce("clock-unreadable", "the clock does not tell its time; set it at its keypad", raw: answer.bytes)
            return answerClock(.refused("the clock does not tell its time"))
        }
        // Readings of the wall are compared, not instants: a time that daylight saving repeats is then no hour off.
        let middle = sent.wall + (now.wall - sent.wall) / 2
        let wall = middle.milliseconds + Int64(context.zone.offsetSeconds(at: middle)) * 1000
        let offset = Duration.milliseconds(shown.secondsSince1970 * 1000 - wall)
        if let known = memory.offset, offset < known - settings.overlap / 2 {
            fault(
                "clock-moved",
                "the clock was set back by \((known - offset).wholeMilliseconds / 1000) s; everything is "
                    + "read again")
            memory.fullReadDue = now.uptime
            memory.isRead = false
        }
        memory.offset = offset
        link?.offset = offset
        if wantsSetting(offset) {
            link?.jobs.insert(.setTime(offset: offset), at: 0)
        } else {
            report(offset, corrected: false)
        }
    }

    /// Whether the clock is to be set: on command, or beyond the tolerance where the policy is `sync`.
    private mutating func wantsSetting(_ offset: Duration) -> Bool {
        let isAsked = link?.clockCommands.isEmpty == false
        guard isAsked || (context.clock == .sync && magnitude(offset) > Self.tolerance) else { return false }
        if let rest = memory.clockRest, now.uptime < rest, !isAsked { return false }
        if offset <= .zero || mayGoBack { return true }
        let ahead = "the clock is \(offset.wholeMilliseconds / 1000) s ahead"
        if memory.isRead {
            let reason = ahead + ", and setting it back would cross punches in its memory"
            if !isAsked { faultOnce("clock-not-set", reason + "; it is set once the site's time has passed them") }
            answerClock(.refused(reason))
        } else {
            answerClock(.refused(ahead + "; whether it may be set back is known when it has been read: try again then"))
        }
        return false
    }

    /// Punches made after setting the clock back across one would repeat times of earlier ones.
    private var mayGoBack: Bool {
        guard memory.isRead else { return false }
        return memory.newest.map { siteTime > $0 } ?? true
    }

    /// The site's wall clock, rounded to the second.
    private var siteTime: LocalTime { context.zone.local(at: now.wall + .milliseconds(500)) }

    /// Sends the time that it is when the command goes out.
    mutating func setTime(_ job: Job) {
        let time = siteTime
        memory.clockRest = now.uptime + Self.rest
        // Records made from now on may be stamped earlier than the last read saw the clock.
        memory.readFrom = memory.readFrom.map { min($0, time) }
        let parts = time.deviceText.split(separator: " ").map { String($0) }
        switch settings.clockCommand {
        case .deviceInfo:
            ask(job, HanvonMessage("SetDeviceInfo", [.init("time", time.deviceText), .init("week", "\(time.week)")]))
        case .dateTime: ask(job, HanvonMessage("SetDateTime", [.init("date", parts[0]), .init("time", parts[1])]))
        }
    }

    /// What was asked of the clock was done, or refused.
    mutating func timeSet(_ answer: HanvonRecord, offset: Duration) {
        guard answer["result"] == "success" else {
            faultOnce(
                "clock-refused", "the clock refused to be set; try settings: { set_clock: … }, or set it at its keypad",
                raw: answer.bytes)
            report(offset, corrected: false)
            return answerClock(.refused("the clock refused the time"))
        }
        link?.offset = .zero
        memory.offset = .zero
        report(offset, corrected: true)
        answerClock(.done(["offsetMilliseconds": .integer(offset.wholeMilliseconds)]))
    }

    /// One setting answers everybody who asked for it.
    private mutating func answerClock(_ answer: CommandAnswer) {
        for command in link?.clockCommands ?? [] { effects.append(.answered(command, answer)) }
        link?.clockCommands = []
    }

    /// Tells an offset that is new. One that was put right is always told.
    private mutating func report(_ offset: Duration, corrected: Bool) {
        if !corrected, let reported = link?.reportedOffset, magnitude(offset - reported) < Self.noteworthy { return }
        link?.reportedOffset = corrected ? .zero : offset
        effects.append(.clock(DeviceClock(offset: offset, corrected: corrected)))
    }

    private func magnitude(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }

    /// The latest time of which it can be said that no punch stamped up to it will still come, given that everything
    /// was read at `moment`. Punches are stamped by the device, in whole seconds.
    func vouched(at moment: Moment) -> Moment {
        let lag = context.clock == .correct ? .zero : min(link?.offset ?? .zero, .zero)
        return moment + lag - .seconds(1)
    }
}

extension LocalTime {
    /// The day of the week, 1 for Monday to 7 for Sunday.
    var week: Int {
        let days = secondsSince1970 / 86_400 - (secondsSince1970 % 86_400 < 0 ? 1 : 0)
        // 1970-01-01 was a Thursday.
        return Int(((days + 3) % 7 + 7) % 7) + 1
    }
}
