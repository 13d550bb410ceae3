import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension PatrolModule {
    /// The visits that count since something changed, in the order of their times, and what is wrong with them.
    mutating func tellScans(_ work: Worklist, _ newScan: Int32?, into findings: inout Findings) {
        let scans = work.before.keys.sorted { book.ledger.key($0) < book.ledger.key($1) }
        for scan in scans {
            guard let old = work.before[scan], old != book.ledger[scan].outcome else { continue }
            let new = book.ledger[scan].outcome
            if new.role.counts, !old.role.counts || new.round != old.round || new.guardPerson != old.guardPerson {
                sayVisited(scan, isNew: scan == newScan, into: &findings)
            }
            raiseOutcome(of: scan, into: &findings)
        }
    }

    /// Judges a round, and says what has become different.
    mutating func settle(_ number: Int32, from former: Round, reason: String, into findings: inout Findings) {
        let before = RoundAccount(former, in: book)
        book.judge(number, at: findings.clock, by: vouching)
        raiseDisorder(number, into: &findings)
        let after: RoundAccount
        if book[number].isDone {
            let isNew = book[number].revision < 0 || book[number].isReopened
            if !isNew, before == RoundAccount(book[number], in: book) { return }
            book[number].revision += 1
            book[number].isReopened = false
            after = RoundAccount(book[number], in: book)
            sayMissed(number, before, after, into: &findings)
            sayClosed(number, reason: reason, into: &findings)
        } else {
            if book[number].revision >= 0 { book[number].isReopened = true }
            after = RoundAccount(book[number], in: book)
            guard before != after else { return }
        }
        raiseAbsences(number, before, after, reason: reason, into: &findings)
        if figures.replace(before, by: after) { desk.touch(at: findings.clock) }
    }

    func sayOpened(_ number: Int32, into findings: inout Findings) {
        let (name, route, zone) = (book.name(number), book.plan(number).route, zone)
        let (start, end) = (book[number].start, book[number].end)
        findings.say("patrol.opened", subject: name) {
            [
                "round": .string(name), "route": .string(route), "start": .time(start, in: zone),
                "end": .time(end, in: zone),
            ]
        }
    }

    private mutating func sayVisited(_ scan: Int32, isNew: Bool, into findings: inout Findings) {
        let (entry, number, zone) = (book.ledger[scan], book.ledger[scan].outcome.round, zone)
        let (name, round) = (book.name(number), book[number])
        figures.note(scan: entry.key.sequence, RoundAccount(round, in: book))
        let visit = Fact.Visit(
            round: name, route: book.plan(number).route, checkpoint: book.names[entry.checkpoint],
            guardPerson: entry.outcome.guardPerson < 0 ? nil : book.names[entry.outcome.guardPerson],
            time: entry.key.time, scan: entry.key.sequence,
            isRevised: !isNew || round.isClosed || book.hasVisit(after: scan, in: number))
        let (isLate, isSuspect) = (entry.key.time > round.end, entry.outcome.role.isSuspect)
        let place = book.ground?.place(of: visit.checkpoint)
        findings.say("patrol.visited", subject: name, content: .visited(visit)) {
            [
                "round": .string(visit.round), "route": .string(visit.route), "checkpoint": .string(visit.checkpoint),
                "place": .optional(place), "guard": .optional(visit.guardPerson), "time": .time(visit.time, in: zone),
                "scan": .sequence(visit.scan), "late": .bool(isLate), "suspect": .bool(isSuspect),
                "revised": .bool(visit.isRevised),
            ]
        }
    }

    /// One for each checkpoint that was not missed before.
    private func sayMissed(
        _ number: Int32, _ before: RoundAccount, _ after: RoundAccount, into findings: inout Findings
    ) {
        guard after.sums.missed > 0 else { return }
        let (name, route) = (book.name(number), after.plan.route)
        for checkpoint in after.places(.missed) where !before.has(.missed, checkpoint) {
            let checkpoint = book.names[checkpoint]
            findings.say("patrol.missed", subject: name) {
                ["round": .string(name), "route": .string(route), "checkpoint": .string(checkpoint)]
            }
        }
    }

    private func sayClosed(_ number: Int32, reason: String, into findings: inout Findings) {
        let (report, zone) = (report(number), zone)
        let revision = book[number].revision
        guard revision > 0 else {
            findings.say("patrol.closed", subject: report.round) { .object(report.members(in: zone)) }
            return
        }
        findings.say("patrol.revised", subject: report.round) {
            .object(
                report.members(in: zone) + [
                    .init("revision", .integer(revision)), .init("reason", .string(reason)),
                ])
        }
    }

    /// The site's wall clock.
    var zone: Zone { book.ground?.zone ?? .utc }
}

extension JSONValue {
    static func time(_ moment: Moment, in zone: Zone) -> JSONValue { .string(Timestamp(moment, in: zone).text) }
}
