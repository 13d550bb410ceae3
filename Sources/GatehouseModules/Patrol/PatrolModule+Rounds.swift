import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension PatrolModule {
    /// The furthest back that a round may have begun that is still open when the first site is heard, and how long
    /// rounds go on being made while nothing is heard.
    private static let lookBack = Duration.seconds(31 * 86_400)
    private static let patience = RoundBook.memory

    /// The rules that hold from now on. Open rounds are computed anew by them; closed ones keep theirs until something
    /// late touches them.
    mutating func apply(_ site: Site, into findings: inout Findings) {
        let isFirst = book.ground == nil
        let ground = PatrolGround(site)
        book.ground = ground
        scans.apply(ground.index)
        alerts.apply(site, into: &findings)
        readCalendars(of: site)
        let gone = agenda.entries.map(\.key).filter { $0.kind == .opening && calendars[$0.route] == nil }
        for due in gone { agenda.cancel(due) }
        if !isFirst { recompute(into: &findings) }
        begin(into: &findings)
    }

    /// The next round of each route is due at its start. Of a route that has had no round yet, those that began before
    /// and are still open exist, too, where this is the first that is heard of any.
    mutating func begin(into findings: inout Findings) {
        guard let ground = book.ground else { return }
        let now = findings.clock
        let catchesUp = isDormant || opened.isEmpty
        isDormant = false
        for route in ground.index.site.routes.sorted(by: { $0.id < $1.id }) {
            guard var calendar = calendars[route.id] else { continue }
            let last = opened[route.id]
            var start = Moment(milliseconds: now.milliseconds - 1)
            if catchesUp { start = Moment(milliseconds: now.milliseconds - 1) - min(route.span, Self.lookBack) }
            if let last { start = max(start, last) }
            while catchesUp, let next = calendar.next(after: start), next <= now {
                start = next
                open(route.id, at: next, schedulesNext: false, into: &findings)
            }
            calendars[route.id] = calendar
            schedule(route.id, after: start)
        }
    }

    private mutating func schedule(_ route: String, after moment: Moment) {
        let due = PatrolDue(kind: .opening, route: route)
        guard let next = calendars[route]?.next(after: moment) else { return agenda.cancel(due) }
        guard let lastHeard, next <= lastHeard + Self.patience else {
            agenda.cancel(due)
            isDormant = true
            return
        }
        agenda.set(due, at: Deadline(next))
    }

    /// A round begins.
    mutating func open(
        _ route: String, at start: Moment, schedulesNext: Bool = true, into findings: inout Findings
    ) {
        guard let plan = book.number(ofRoute: route) else { return }
        if opened[route].map({ $0 < start }) ?? true {
            opened[route] = start
            var work = Worklist()
            let round = book.open(plan: plan, at: start, work: &work)
            agenda.set(PatrolDue(kind: .closing, round: round), at: Deadline(book[round].close))
            for checkpoint in waivers.take(WaiverBook.Key(route: route, start: start)).sorted() {
                book.excuse(checkpoint, in: round)
            }
            sayOpened(round, into: &findings)
            work.touched.insert(round)
            finish(&work, into: &findings)
        }
        if schedulesNext { schedule(route, after: start) }
    }

    /// A round's tolerance has passed.
    mutating func close(_ round: Int32, into findings: inout Findings) {
        let former = book[round]
        book[round].isOver = true
        settle(round, from: former, reason: "late-data", into: &findings)
    }

    /// New rules: open rounds are computed anew, closed ones that could still change remember that they are old.
    private mutating func recompute(into findings: inout Findings) {
        var work = Worklist()
        for round in book.changeable(at: findings.clock) {
            book[round].isStale = true
            if !book[round].isClosed { refresh(round, &work, at: findings.clock) }
        }
        finish(&work, reason: "site-updated", into: &findings)
    }

    /// A round that is touched is computed by the rules in force. One whose route is gone keeps its own.
    mutating func refresh(_ round: Int32, _ work: inout Worklist, at now: Moment) {
        guard book[round].isStale, book[round].canChange(at: now) else { return }
        work.keep(book[round], of: round)
        let plan = book.number(ofRoute: book.plan(round).route) ?? book[round].plan
        book.adopt(plan, for: round, work: &work)
        let close = book[round].close
        book[round].isOver = close <= now
        if close > now { agenda.set(PatrolDue(kind: .closing, round: round), at: Deadline(close)) }
    }

    /// Considers what has become different, and says it.
    mutating func finish(
        _ work: inout Worklist, of newScan: Int32? = nil, reason: String = "late-data", into findings: inout Findings
    ) {
        book.resolve(&work)
        tellScans(work, newScan, into: &findings)
        let rounds = work.touched.sorted {
            (book[$0].start, book.plan($0).route) < (book[$1].start, book.plan($1).route)
        }
        for round in rounds {
            settle(round, from: work.former(round) ?? book[round], reason: reason, into: &findings)
        }
    }
}

extension Route {
    /// From a round's start to the last moment at which a visit counts.
    fileprivate var span: Duration { duration + tolerance }
}
