import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// The device's clock: compared on every connection and every half hour, set where the site wants it.
extension Anviz {
    private static var interval: Duration { .seconds(1800) }

    /// Compares the clocks, and has the device's set if it should be.
    mutating func gotTime(_ data: [UInt8], sent: Now, _ frame: AnvizFrame) {
        link?.clockDue = now.uptime + Self.interval
        guard let time = AnvizTime(data),
            let shown = LocalTime(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second)
        else {
            faultOnce(
                "clock-unreadable", "the clock gave no valid time; set it at its keypad", raw: frame.bytes)
            return answerClock(.refused("the clock gave no valid time"))
        }
        let offset = ClockRules.offset(of: shown, asked: sent, answered: now, zone: context.zone)
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
        guard
            let data = AnvizTime.data(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second)
        else { return answerClock(.refused("the gateway's own clock is outside the years 2000 to 2255")) }
        memory.clockRest = now.uptime + ClockRules.rest
        ask(job, .setTime, data)
    }

    /// What was asked of the clock was done, or refused.
    mutating func timeSet(_ result: AnvizResult, offset: Duration, _ frame: AnvizFrame) {
        guard result == .ok else {
            faultOnce(
                "clock-refused", "the clock refused to be set (\(result.text)); set it at its keypad", raw: frame.bytes)
            report(offset, corrected: false)
            return answerClock(.refused("the clock refused the time: \(result.text)"))
        }
        link?.offset = .zero
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
    /// was read at `moment`. Punches are stamped by the device, in whole seconds: one whose clock is slow will stamp
    /// the next punch earlier than `moment`, unless the gateway corrects the stamps.
    func vouched(at moment: Moment) -> Moment {
        ClockRules.vouched(at: moment, offset: link?.offset, policy: context.clock)
    }
}
