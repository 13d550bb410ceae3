public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

/// Hazards on their way round the closed loop: opened by scans and reports, told when they are overdue, closed when
/// somebody has verified the work; and the rates of remediation.
///
/// What is known when a hazard opens stays: a scan that a memory scanner delivers later, and that changes of which
/// checkpoint an earlier condition spoke, moves no hazard. It opens one where the condition had spoken of none.
public struct HazardsModule: Module {
    public static let name = "hazards"
    public static let topics: Set<Topic> = [
        "site.updated", "scan.recorded", "hazard.reported", "hazard.assigned", "hazard.submitted", "hazard.verified",
        "hazard.rejected",
    ]

    var book = HazardBook()
    var alerts = AlertBook()
    var scans = ScanBook()
    var strays = StrayConditions()
    /// When each hazard is told to be overdue, next; of a closed one, when its deadline comes for the figures.
    var agenda = Agenda<Int>()
    var pages = HazardPages()
    var desk = FigureDesk()
    /// Nil before the first site was heard.
    var index: SiteIndex?

    public init() {}

    public var nextDeadline: Deadline? {
        Deadline.earlier(
            Deadline.earlier(alerts.nextDeadline, agenda.next), Deadline.earlier(desk.due, nextMonth))
    }

    /// When the figures of another month begin; nil without hazards.
    private var nextMonth: Deadline? {
        guard let index, !book.all.isEmpty, let current = pages.current else { return nil }
        return Deadline(current.next.start(in: index.site.zone))
    }

    public mutating func reach(_ deadline: Deadline, into findings: inout Findings) {
        if let month = nextMonth, month <= deadline, let index, let current = pages.current {
            pages.turn(to: current.next, book, zone: index.site.zone)
            desk.touch(at: findings.clock)
        }
        alerts.reach(deadline, into: &findings)
        while let place = agenda.pop(through: deadline) { come(to: place, into: &findings) }
        if let due = desk.due, due <= deadline { tellFigures(into: &findings) }
    }

    public mutating func hear(_ fact: Fact, into findings: inout Findings) {
        if case .site(let site) = fact.content { return apply(site, into: &findings) }
        guard let index else { return }
        turnPages(to: findings.clock, index.site.zone)
        switch fact.content {
        case .scan: hearScan(fact, index, into: &findings)
        case .hazard(let step): take(step, fact, index.site, into: &findings)
        default: break
        }
    }

    /// Without hazards no deadline turns the pages.
    private mutating func turnPages(to clock: Moment, _ zone: Zone) {
        guard book.all.isEmpty else { return }
        pages.rebuild(at: HazardPeriod(.month, holding: CalendarDay(clock, in: zone)), book, zone: zone)
    }

    public var standingAlerts: [StandingAlert] { alerts.all }

    /// Why a step is not allowed, naming the state and what to do instead; nil where it is. A report is refused for an
    /// id that was used before, and for nothing else.
    public func refusal(of step: Fact.HazardStep) -> String? {
        guard let site = index?.site else { return nil }
        return book.refusal(of: step, site)?.text(.english)
    }

    /// Every hazard as it stands at a moment, by opening and id.
    public func rows(asOf moment: Moment) -> [HazardRow] {
        book.all.map { HazardRow($0, asOf: moment) }.sorted { ($0.opened, $0.hazard) < ($1.opened, $1.hazard) }
    }
}

/// The site.
extension HazardsModule {
    /// Deadlines that were given stay; how often the overdue are told follows the new rules.
    private mutating func apply(_ site: Site, into findings: inout Findings) {
        let former = index?.site.zone
        let index = SiteIndex(site)
        self.index = index
        alerts.apply(site, into: &findings)
        scans.apply(index)
        if former != site.zone {
            let month = HazardPeriod(.month, holding: CalendarDay(findings.clock, in: site.zone))
            pages.rebuild(at: month, book, zone: site.zone)
        }
        for place in book.all.indices where book[place].isOpen && book[place].reminders > 0 {
            schedule(place, after: findings.clock)
        }
        pages.changed.formUnion(pages.months)
        if !pages.changed.isEmpty { desk.touch(at: findings.clock) }
    }

    public mutating func resume(_ site: Site) {
        let index = SiteIndex(site)
        self.index = index
        alerts.resume(site)
        scans.apply(index)
        let changed = pages.changed
        if let current = pages.current { pages.rebuild(at: current, book, zone: site.zone) }
        pages.changed = changed
    }
}

extension HazardsModule {
    public func pack(into packer: inout Packer) {
        packer.add(book, alerts, scans, strays, agenda, pages.current, pages.changed, desk)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (book, alerts, scans, strays, agenda) = try unpacker.values()
        pages = HazardPages(current: try unpacker.next(), changed: try unpacker.next())
        desk = try unpacker.next()
        guard agenda.entries.allSatisfy({ book.all.indices.contains($0.key) }) else { throw .unreadable("a hazard") }
    }
}
