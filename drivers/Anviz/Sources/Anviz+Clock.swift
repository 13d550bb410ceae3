import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// The device's clock: compared on every connection and every half hour, set where the site wants it.
extension Anviz {
    /// Beyond this the clock is set, where the policy is `sync`.
    private static var tolerance: Duration { .seconds(5) }
    /// A change of the offset worth telling.
    private static var noteworthy: Duration { .seconds(2) }
    /// A clock that takes a time and does not keep it is not set again before this has passed.
    private static var rest: Duration { .seconds(600) }
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
        // Readings of the wall are compared, not instants: a time that daylight saving repeats is then no hour off.
        let middle = sent.wall + (now.wall - sent.wall) / 2
        let wall = middle.milliseconds + Int64(context.zone.offsetSeconds(at: middle)) * 1000
        let offset = Duration.milliseconds(shown.secondsSince1970 * 1000 - wall)
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
        guard
            let data = AnvizTime.data(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second)
        else { return answerClock(.refused("the gateway's own clock is outside the years 2000 to 2255")) }
        memory.clockRest = now.uptime + Self.rest
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
        if !corrected, let reported = link?.reportedOffset, magnitude(offset - reported) < Self.noteworthy { return }
        link?.reportedOffset = corrected ? .zero : offset
        effects.append(.clock(DeviceClock(offset: offset, corrected: corrected)))
    }

    private func magnitude(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }

    /// The latest time of which it can be said that no punch stamped up to it will still come, given that everything
    /// was read at `moment`. Punches are stamped by the device, in whole seconds: one whose clock is slow will stamp
    /// the next punch earlier than `moment`, unless the gateway corrects the stamps.
    func vouched(at moment: Moment) -> Moment {
        let lag = context.clock == .correct ? .zero : min(link?.offset ?? .zero, .zero)
        return moment + lag - .seconds(1)
    }
}
