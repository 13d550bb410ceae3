import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// Who the clock is, and what it shows.
extension Hanvon {

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
        let offset = ClockRules.offset(of: shown, asked: sent, answered: now, zone: context.zone)
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

    /// Whether the clock is to be set; what cannot be done is told to those who asked, or to everybody.
    private mutating func wantsSetting(_ offset: Duration) -> Bool {
        let isAsked = link?.clockCommands.isEmpty == false
        let newest: ClockQuestion.Newest = memory.isRead ? memory.newest.map { .punch($0) } ?? .nothing : .unread
        let question = ClockQuestion(
            offset: offset, isAsked: isAsked, policy: context.clock, restsUntil: memory.clockRest, newest: newest,
            store: "memory")
        switch question.answer(at: now, zone: context.zone) {
        case .leave: return false
        case .set: return true
        case .refuse(let reason, let isLasting):
            if isLasting, !isAsked {
                faultOnce("clock-not-set", reason + "; it is set once the site's time has passed them")
            }
            answerClock(.refused(reason))
            return false
        }
    }

    /// The site's wall clock, rounded to the second.
    private var siteTime: LocalTime { ClockRules.siteTime(at: now, zone: context.zone) }

    /// Sends the time that it is when the command goes out.
    mutating func setTime(_ job: Job) {
        let time = siteTime
        memory.clockRest = now.uptime + ClockRules.rest
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
        guard corrected || ClockRules.isNews(offset, after: link?.reportedOffset) else { return }
        // What the clock shows after it was set is told too: only that shows that it is right.
        link?.reportedOffset = corrected ? nil : offset
        effects.append(.clock(DeviceClock(offset: offset, corrected: corrected)))
    }

    /// The latest time of which it can be said that no punch stamped up to it will still come, given that everything
    /// was read at `moment`. Punches are stamped by the device, in whole seconds.
    func vouched(at moment: Moment) -> Moment {
        ClockRules.vouched(at: moment, offset: link?.offset, policy: context.clock)
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
