import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// The terminal's clock: compared on every connection and with every sign of life, set where the site
/// wants it.
extension ZKTeco {
    /// Beyond this the clock is set, where the policy is `sync`.
    private static let tolerance = Duration.seconds(5)
    /// A change of the offset worth telling.
    private static let noteworthy = Duration.seconds(2)
    /// A terminal that takes a time and does not keep it is not set again before this has passed.
    private static let rest = Duration.seconds(600)

    /// Compares the clocks, and has the terminal's set if it should be.
    mutating func gotTime(_ reply: ZKPacket, sent: Now) {
        guard reply.command == .ok, reply.data.count >= 4,
            let time = ZKTime(code: (0..<4).reduce(0) { $0 | UInt32(reply.data[$1]) << UInt32(8 * $1) })
        else {
            faultOnce(
                "clock-unreadable", "the terminal gave no valid time; set its clock at the keypad", raw: reply.bytes)
            return answerClock(.refused("the terminal gave no valid time"))
        }
        // Readings of the wall are compared, not instants: a time that daylight saving repeats is then no
        // hour off.
        let middle = sent.wall + (now.wall - sent.wall) / 2
        let shown = middle.milliseconds + Int64(context.zone.offsetSeconds(at: middle)) * 1000
        let offset = Duration.milliseconds(LocalTime(time).secondsSince1970 * 1000 - shown)
        link?.offset = offset
        if wantsSetting(offset) {
            link?.jobs.append(.setTime(offset: offset))
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
        if memory.logIsKnown {
            let reason = ahead + ", and setting it back would cross punches in its log"
            if !isAsked { faultOnce("clock-not-set", reason + "; it is set once the site's time has passed them") }
            answerClock(.refused(reason))
        } else {
            answerClock(
                .refused(ahead + "; whether it may be set back is known when its log has been read: try again then"))
        }
        return false
    }

    /// Whether the clock can be set back without crossing a punch: punches made after that would repeat
    /// times of earlier ones.
    private var mayGoBack: Bool {
        guard memory.logIsKnown else { return false }
        guard let newest = memory.newestPunch else { return true }
        return siteTime.map { $0 > newest } ?? false
    }

    /// The site's wall clock, rounded to the second.
    private var siteTime: ZKTime? {
        ZKTime(context.zone.local(at: now.wall + .milliseconds(500)))
    }

    /// Sends the time that it is when the request goes out.
    mutating func setTime(_ job: Job) {
        guard let siteTime else {
            return answerClock(.refused("the gateway's own clock is outside the years 2000 to 2132"))
        }
        memory.clockRest = now.uptime + Self.rest
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
        if !corrected, let reported = link?.reportedOffset, magnitude(offset - reported) < Self.noteworthy { return }
        link?.reportedOffset = corrected ? .zero : offset
        effects.append(.clock(DeviceClock(offset: offset, corrected: corrected)))
    }

    private func magnitude(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }

    /// The latest time of which it can be said that no punch stamped up to it will still come, given that
    /// the log was whole at `moment`. Punches are stamped by the terminal, in whole seconds: one whose
    /// clock is slow will stamp the next punch earlier than `moment`, unless the gateway corrects the
    /// stamps.
    func vouched(at moment: Moment) -> Moment {
        let lag = context.clock == .correct ? .zero : min(link?.offset ?? .zero, .zero)
        return moment + lag - .seconds(1)
    }
}
