import FCARDWire
import GatehouseDriverKit
import GatehouseModel

/// The wand's clock: compared at every visit before the records are read, set after them where the site wants that.
extension FCARD {

    mutating func gotTime(_ time: FCARDTime?, sent: Now) {
        guard let local = time.flatMap({ LocalTime($0) }) else {
            link?.offset = nil
            return faultOnce(
                "clock-unreadable",
                "the wand's clock shows no valid time; send sync-clock, or set clock: sync for this device")
        }
        let offset = ClockRules.offset(of: local, asked: sent, answered: now, zone: context.zone)
        link?.offset = offset
        guard ClockRules.isNews(offset, after: link?.reportedOffset) else { return }
        link?.reportedOffset = offset
        effects.append(.clock(DeviceClock(offset: offset, corrected: false)))
    }

    /// Whether the clock is to be set at the end of the visit: on command, or beyond the tolerance, or where it shows
    /// nothing at all, if the policy is `sync`.
    var wantsTimeSet: Bool {
        if link?.clockCommands.isEmpty == false { return true }
        guard context.clock == .sync else { return false }
        return link?.offset.map(ClockRules.isOff) ?? true
    }

    /// The site's wall clock, rounded to the second; nil outside the wand's years.
    var siteTime: FCARDTime? {
        FCARDTime(ClockRules.siteTime(at: now, zone: context.zone))
    }

    mutating func timeSet() {
        let offset = link?.offset ?? .zero
        link?.offset = .zero
        // What the clock shows at the next visit is told too: only that shows that it is right.
        link?.reportedOffset = nil
        effects.append(.clock(DeviceClock(offset: offset, corrected: true)))
        answerClock(.done(["offsetMilliseconds": .integer(offset.wholeMilliseconds)]))
        endVisit()
    }

    mutating func timeNotSet(_ reason: String) {
        faultOnce("clock-refused", "the wand's clock could not be set: \(reason); it is tried again")
        answerClock(.refused(reason))
        endVisit()
    }

    private mutating func answerClock(_ answer: CommandAnswer) {
        for command in link?.clockCommands ?? [] { effects.append(.answered(command, answer)) }
        link?.clockCommands = []
    }

    /// The latest time of which it can be said that no record stamped up to it will still come. The next record's stamp
    /// is in whole seconds, and earlier than ours where the clock is slow, unless the gateway corrects the stamps.
    func vouched(at moment: Moment) -> Moment {
        ClockRules.vouched(at: moment, offset: link?.offset, policy: context.clock)
    }
}

extension LocalTime {
    init?(_ time: FCARDTime) {
        self.init(
            year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
            second: time.second)
    }
}

extension FCARDTime {
    init?(_ local: LocalTime) {
        self.init(
            year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
            second: local.second)
    }
}
