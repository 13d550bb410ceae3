public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

/// What looks false or broken, told from the devices' words and readings alone: everything of the alerts that no other
/// module raises from its own knowledge, the learned ones among it.
public struct AlertsModule: Module {
    public static let name = "alerts"
    public static let topics: Set<Topic> = [
        "site.updated", "punch.recorded", "scan.recorded", "device.connected", "device.disconnected", "device.clock",
        "device.synced", "schedule.assigned", "leave.granted", "leave.cancelled", "overtime.approved",
        "patrol.visited",
    ]

    /// Nil before any site is heard of; nothing is done until then.
    private var desk: AlertDesk?
    private var links = DeviceLinks()
    private let offline = OfflineWatch()
    private let drift = ClockDriftWatch()
    private var rollback = ClockRollbackWatch()
    private var flood = FloodWatch()
    private let unknownBadges = UnknownBadges()
    private let futureTime = FutureTime()
    private var travel = ImpossibleTravel()
    private var buddies = BuddyPunches()
    private var clones = ClonedRounds()
    private var silent = SilentDevices()
    private var roster = Roster()
    private var counts = UnusualCounts()

    public init() {}

    public var nextDeadline: Deadline? {
        guard let desk else { return nil }
        guard let own = desk.agenda.next else { return desk.book.nextDeadline }
        return desk.book.nextDeadline.map { min($0, own) } ?? own
    }

    public mutating func reach(_ deadline: Deadline, into findings: inout Findings) {
        // Taken out while it is worked with: all of it would be copied otherwise.
        guard var desk = desk.take() else { return }
        desk.book.reach(deadline, into: &findings)
        while let due = desk.agenda.pop(through: deadline) { come(due, desk: &desk, into: &findings) }
        self.desk = desk
    }

    private mutating func come(_ due: Due, desk: inout AlertDesk, into findings: inout Findings) {
        switch due.kind {
        case .offline: offline.reach(due.about, links: links, desk: &desk, into: &findings)
        case .floodEnds: flood.reach(due.about, desk: &desk, into: &findings)
        case .rollbackEnds: rollback.reach(due.about, desk: &desk, into: &findings)
        case .hour: endHour(desk: &desk, into: &findings)
        case .silent:
            silent.reach(due.about, links: links, roster: roster, counts: &counts, desk: &desk, into: &findings)
        case .buddies: buddies.reach(due.about, desk: &desk, into: &findings)
        }
    }

    public mutating func hear(_ fact: Fact, into findings: inout Findings) {
        if case .site(let site) = fact.content { return apply(site, received: fact.received, into: &findings) }
        guard var desk = desk.take() else { return }
        hear(fact, desk: &desk, into: &findings)
        self.desk = desk
    }

    private mutating func hear(_ fact: Fact, desk: inout AlertDesk, into findings: inout Findings) {
        switch fact.content {
        case .punch(let punch): hear(punch, fact, desk: &desk, into: &findings)
        case .scan(let scan): gave(fact, device: scan.device, desk: &desk, into: &findings)
        case .connected(let device, _): connected(device, fact, desk: &desk, into: &findings)
        case .disconnected(let device, _):
            guard links.disconnected(device, at: fact.time, sequence: fact.sequence) else { return }
            offline.gone(device, since: fact.time, desk: &desk, clock: findings.clock)
            silent.disconnected(device, desk: &desk, into: &findings)
        case .clock(let device, let offset, _):
            drift.hear(device, offset: offset, sequence: fact.sequence, desk: &desk, into: &findings)
        case .synced(let device, _): rollback.synced(device)
        case .visited(let visit): clones.hear(visit, desk: &desk, into: &findings)
        default: replan(fact, desk: desk)
        }
    }

    // MARK: What is heard

    private mutating func apply(_ site: Site, received: Moment, into findings: inout Findings) {
        var desk = self.desk ?? AlertDesk(site)
        self.desk = nil
        desk.know(site)
        desk.book.apply(site, into: &findings)
        desk.badges.apply(desk.site.badges, from: received)
        roster.apply(desk.site)
        counts.apply(desk.site)
        unknownBadges.apply(desk: &desk, into: &findings)
        offline.apply(links: links, desk: &desk, into: &findings)
        silent.apply(desk: &desk, into: &findings)
        self.desk = desk
    }

    private mutating func connected(
        _ device: String, _ fact: Fact, desk: inout AlertDesk, into findings: inout Findings
    ) {
        let away = links.connected(device, at: fact.time)
        guard links.gone(device) == nil else { return }
        offline.back(device, desk: &desk, into: &findings)
        rollback.connected(device, at: findings.clock)
        silent.connected(device, after: away, desk: &desk, clock: findings.clock)
    }

    /// A reading of whatever kind.
    private mutating func gave(_ fact: Fact, device: String, desk: inout AlertDesk, into findings: inout Findings) {
        links.gave(device, at: findings.clock)
        flood.hear(fact, device: device, desk: &desk, into: &findings)
        rollback.hear(fact, device: device, desk: &desk, into: &findings)
        silent.gave(device, desk: &desk, into: &findings)
    }

    private mutating func hear(
        _ punch: Fact.Punch, _ fact: Fact, desk: inout AlertDesk, into findings: inout Findings
    ) {
        let device = punch.device
        gave(fact, device: device, desk: &desk, into: &findings)
        futureTime.hear(fact, device: device, desk: &desk, into: &findings)
        let person = desk.badges.person(of: punch.badge, at: fact.time)
        if let person {
            travel.hear(fact, device: device, person: person, desk: &desk, into: &findings)
            buddies.hear(fact, device: device, person: person, desk: &desk, into: &findings)
        } else {
            unknownBadges.hear(punch, sequence: fact.sequence, desk: &desk, into: &findings)
        }
        counts.hear(
            fact, device: device, person: person, roster: roster, links: links, desk: &desk, into: &findings)
    }

    /// What changes who is expected when.
    private mutating func replan(_ fact: Fact, desk: AlertDesk) {
        func number(_ moment: Moment) -> Int32 { Int32(CalendarDay(moment, in: desk.zone).number) }
        switch fact.content {
        case .assigned(let person, let date, _):
            roster.assign(fact)
            let day = Int32(date.number)
            counts.changed(person, in: day - 1...day + 1, roster: roster, site: desk.site)
        case .leave(let leave):
            roster.grant(leave)
            counts.changed(
                leave.person, in: number(leave.from)...max(number(leave.from), number(leave.to)), roster: roster,
                site: desk.site)
        case .leaveCancelled(let leave):
            guard let person = roster.cancel(leave) else { return }
            counts.changed(person, in: Int32.min...Int32.max, roster: roster, site: desk.site)
        case .overtime(let person, let from, let to):
            roster.approve(person, from: from, to: to)
            counts.changed(
                person, in: number(from) - 1...max(number(from), number(to)) + 1, roster: roster, site: desk.site)
        default: break
        }
    }

    private mutating func endHour(desk: inout AlertDesk, into findings: inout Findings) {
        counts.reach(roster: roster, links: links, desk: &desk, into: &findings)
        silent.endDay(links: links, desk: desk, clock: findings.clock)
        if desk.zone.local(at: findings.clock).hour == 0 {
            roster.forget(before: findings.clock - .seconds(7 * 86_400))
        }
    }

    // MARK: Snapshots and what is read of it

    public func pack(into packer: inout Packer) {
        packer.add(links, rollback, flood, travel, buddies, clones, silent, roster, counts)
        packer.add(desk?.book, desk?.agenda, desk?.badges)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (links, rollback, flood, travel, buddies, clones, silent, roster, counts) = try unpacker.values()
        packed = Standing(book: try unpacker.next(), agenda: try unpacker.next(), badges: try unpacker.next())
    }

    /// What was unpacked and waits for the site.
    private struct Standing: Sendable {
        var book: AlertBook?
        var agenda: Agenda<Due>?
        var badges: BadgeHistory?
    }

    private var packed: Standing?

    public mutating func resume(_ site: Site) {
        var desk = AlertDesk(site)
        if let book = packed?.book { desk.book = book }
        if let agenda = packed?.agenda { desk.agenda = agenda }
        if let badges = packed?.badges { desk.badges = badges }
        desk.book.resume(site)
        roster.apply(desk.site)
        packed = nil
        self.desk = desk
    }

    /// Alerts have no key figures.
    public func figures(asOf moment: Moment) -> [KPIFigure] { [] }

    public var standingAlerts: [StandingAlert] { desk?.book.all ?? [] }
}
