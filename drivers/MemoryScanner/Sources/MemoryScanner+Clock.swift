import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

/// The scanner's clock: compared at every visit before the memory is read, set after it where the site wants that.
extension MemoryScanner {

    mutating func gotTime(_ time: OPNTime?, sent: Now) {
        let isAsked = link?.clockCommands.isEmpty == false
        guard let local = time.flatMap({ LocalTime($0) }) else {
            link?.offset = nil
            faultOnce(
                "clock-unreadable",
                "the scanner's clock shows no valid time, so its scans have none either; send sync-clock, or set "
                    + "clock: sync for this device")
            return wantTimeSet(context.clock == .sync && !isAsked)
        }
        let offset = ClockRules.offset(of: local, asked: sent, answered: now, zone: context.zone)
        link?.offset = offset
        if ClockRules.isNews(offset, after: link?.reportedOffset) {
            link?.reportedOffset = offset
            effects.append(.clock(DeviceClock(offset: offset, corrected: false)))
        }
        wantTimeSet(context.clock == .sync && ClockRules.isOff(offset) && !isAsked)
    }

    /// The clock is set when the memory has been dealt with, so that a scan's time and its error belong together.
    private mutating func wantTimeSet(_ wanted: Bool) {
        guard wanted else { return }
        let place = link?.jobs.lastIndex(of: .powerDown) ?? link?.jobs.count ?? 0
        link?.jobs.insert(.setTime, at: place)
    }

    /// The site's wall clock, rounded to the second; nil outside the scanner's years.
    var siteTime: OPNTime? {
        OPNTime(ClockRules.siteTime(at: now, zone: context.zone))
    }

    mutating func timeSet() {
        let offset = link?.offset ?? .zero
        link?.offset = .zero
        // What the clock shows at the next visit is told too: only that shows that it is right.
        link?.reportedOffset = nil
        effects.append(.clock(DeviceClock(offset: offset, corrected: true)))
        answerClock(.done(["offsetMilliseconds": .integer(offset.wholeMilliseconds)]))
    }

    mutating func timeNotSet(_ reason: String) {
        faultOnce("clock-refused", "the scanner's clock could not be set: \(reason); it is tried again")
        answerClock(.refused(reason))
    }

    private mutating func answerClock(_ answer: CommandAnswer) {
        for command in link?.clockCommands ?? [] { effects.append(.answered(command, answer)) }
        link?.clockCommands = []
    }

    /// The latest time of which it can be said that no scan stamped up to it will still come. The next scan's stamp is
    /// in whole seconds, and earlier than ours where the clock is slow, unless the gateway corrects the stamps.
    func vouched(at moment: Moment) -> Moment {
        ClockRules.vouched(at: moment, offset: link?.offset, policy: context.clock)
    }
}

extension LocalTime {
    init?(_ time: OPNTime) {
        self.init(
            year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
            second: time.second)
    }
}

extension OPNTime {
    init?(_ local: LocalTime) {
        self.init(
            year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
            second: local.second)
    }
}
