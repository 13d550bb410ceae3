public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

/// Follows the patrols: reads scans, opens and closes rounds, says what was visited and what was missed.
public struct PatrolModule: Module {
    public static let name = "patrol"
    public static let topics: Set<Topic> = [
        "site.updated", "scan.recorded", "visit.waived", "device.connected", "device.disconnected", "device.synced",
    ]

    var scans = ScanBook()
    var book = RoundBook()
    var vouching = Vouching()
    var words = DeviceWords()
    var alerts = AlertBook()
    var agenda = Agenda<PatrolDue>()
    /// Waivers of rounds that have not begun.
    var waivers = WaiverBook()
    var figures = PatrolFigures()
    var desk = FigureDesk()
    /// The latest start of each route that has been a round.
    var opened: [String: Moment] = [:]
    /// The clock at the last event heard.
    var lastHeard: Moment?
    /// Some routes have no next start, because nothing was heard for so long.
    var isDormant = false
    /// By route; they come from the site.
    var calendars: [String: RouteStarts] = [:]

    public init() {}

    public var nextDeadline: Deadline? {
        Deadline.earlier(agenda.next, Deadline.earlier(alerts.nextDeadline, desk.due))
    }

    public mutating func reach(_ deadline: Deadline, into findings: inout Findings) {
        while let next = agenda.next, let due = agenda.pop(through: deadline) {
            switch due.kind {
            case .opening: open(due.route, at: next.moment, into: &findings)
            case .closing: close(due.round, into: &findings)
            }
        }
        alerts.reach(deadline, into: &findings)
        if let due = desk.due, due <= deadline { desk.tell(figures.takeChanged(), into: &findings) }
    }

    public mutating func hear(_ fact: Fact, into findings: inout Findings) {
        if case .site(let site) = fact.content {
            lastHeard = findings.clock
            apply(site, into: &findings)
            return
        }
        guard book.ground != nil else { return }
        lastHeard = findings.clock
        if isDormant { begin(into: &findings) }
        book.tidy(at: findings.clock)
        switch fact.content {
        case .scan(let scan): hear(fact, scan, into: &findings)
        case .waived(let round, let checkpoint, _, _): waive(round, checkpoint, into: &findings)
        case .connected(let device, _), .disconnected(let device, _), .synced(let device, _):
            hearOfDevice(device, fact, into: &findings)
        default: break
        }
    }

    public func figures(asOf moment: Moment) -> [KPIFigure] { figures.all }

    public var standingAlerts: [StandingAlert] { alerts.all }
}

extension PatrolModule {
    public func pack(into packer: inout Packer) {
        packer.add(scans, book, vouching, words, alerts, agenda, waivers)
        packer.add(figures, desk, opened, lastHeard, isDormant)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (
            scans, book, vouching, words, alerts, agenda, waivers, figures, desk, opened, lastHeard, isDormant
        ) = try unpacker.values()
        guard agenda.entries.allSatisfy({ $0.key.kind == .opening || book.numbers.contains($0.key.round) }) else {
            throw .unreadable("what is due")
        }
    }

    public mutating func resume(_ site: Site) {
        let ground = PatrolGround(site)
        book.ground = ground
        scans.apply(ground.index)
        alerts.resume(site)
        readCalendars(of: site)
    }

    /// Reads when the routes' rounds begin.
    mutating func readCalendars(of site: Site) {
        calendars = Dictionary(
            site.routes.map { ($0.id, RouteStarts($0.starts, in: site.zone)) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What is due: a route's next round begins, or a round's tolerance passes.
struct PatrolDue: Hashable, Comparable, Sendable {
    enum Kind: Int, Hashable, Sendable {
        case opening = 0
        case closing = 1
    }

    var kind: Kind
    /// For an opening.
    var route = ""
    /// For a closing.
    var round: Int32 = -1

    static func < (left: PatrolDue, right: PatrolDue) -> Bool {
        (left.kind.rawValue, left.route, left.round) < (right.kind.rawValue, right.route, right.round)
    }
}

extension PatrolDue: Packed {
    func pack(into packer: inout Packer) {
        packer.add(kind, route, round)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (kind, route, round) = try unpacker.values()
    }
}

extension PatrolDue.Kind: Packed {}
