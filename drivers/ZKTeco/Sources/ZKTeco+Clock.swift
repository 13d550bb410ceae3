import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// The terminal's clock: compared on every connection and with every sign of life, set where the site
/// wants it.
extension ZKTeco {

    /// Compares the clocks, and has the terminal's set if it should be.
    mutating func gotTime(_ reply: ZKPacket, sent: Now) {
        guard reply.command == .ok, reply.data.count >= 4,
            let time = ZKTime(code: (0..<4).reduce(0) { $0 | UInt32(reply.data[$1]) << UInt32(8 * $1) })
        else {
            faultOnce(
                "clock-unreadable", "the terminal gave no valid time; set its clock at the keypad", raw: reply.bytes)
            return answerClock(.refused("the terminal gave no valid time"))
        }
        let offset = ClockRules.offset(of: LocalTime(time), asked: sent, answered: now, zone: context.zone)
        link?.offset = offset
        if wantsSetting(offset) {
            link?.jobs.append(.setTime(offset: offset))
        } else {
            report(offset, corrected: false)
        }
    }

    /// Whether the clock is to be set; what cannot be done is told to those who asked, or to everybody.
    private mutating func wantsSetting(_ offset: Duration) -> Bool {
        let isAsked = link?.clockCommands.isEmpty == false
        let newest: ClockQuestion.Newest =
            memory.logIsKnown ? memory.newestPunch.map { .punch(LocalTime($0)) } ?? .nothing : .unread
        let question = ClockQuestion(
            offset: offset, isAsked: isAsked, policy: context.clock, restsUntil: memory.clockRest, newest: newest,
            store: "log")
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
    private var siteTime: ZKTime? {
        ZKTime(ClockRules.siteTime(at: now, zone: context.zone))
    }

    /// Sends the time that it is when the request goes out.
    mutating func setTime(_ job: Job) {
        guard let siteTime else {
            return answerClock(.refused("the gateway's own clock is outside the years 2000 to 2132"))
        }
        memory.clockRest = now.uptime + ClockRules.rest
        request(job, .setTime, little(siteTime.code))
    }

    /// Some firmware shows a new time only after a refresh.
    mutating func timeSet(_ reply: ZKPacket, offset: Duration) {
        guard reply.command == .ok else {
            faultOnce("clock-refused", "the terminal refused to be set; set its clock at the keypad", raw: reply.bytes)
            report(offset, corrected: false)
            return answerClock(.refused("the terminal refused the time"))
        }
        link?.jobs.insert(.refreshTime(offset: offset), at: 0)
    }

    mutating func timeRefreshed(offset: Duration) {
        link?.offset = .zero
        report(offset, corrected: true)
        answerClock(.done(["offsetMilliseconds": .integer(offset.wholeMilliseconds)]))
    }

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

    /// The latest time of which it can be said that no punch stamped up to it will still come, given that
    /// the log was whole at `moment`. Punches are stamped by the terminal, in whole seconds: one whose
    /// clock is slow will stamp the next punch earlier than `moment`, unless the gateway corrects the
    /// stamps.
    func vouched(at moment: Moment) -> Moment {
        ClockRules.vouched(at: moment, offset: link?.offset, policy: context.clock)
    }
}
