import GatehouseModel
import GatehouseModuleKit

extension PatrolModule {
    /// A scan: it may be a visit, name a guard, or mean nothing here. One that comes late may change what others are.
    mutating func hear(_ fact: Fact, _ scan: Fact.Scan, into findings: inout Findings) {
        guard let heard = scans.hear(fact, clock: findings.clock) else { return }
        raiseReading(heard.answer, code: scan.code, into: &findings)
        var work = Worklist()
        for answer in heard.changed { rename(answer, &work, at: findings.clock) }
        let entry = insert(heard.answer, &work, at: findings.clock)
        finish(&work, of: entry, into: &findings)
    }

    /// A checkpoint's scan takes its place among the others. One of a time of which nothing can change any more, or
    /// further ahead than rounds are remembered, is of no use to anybody.
    private mutating func insert(_ answer: ScanAnswer, _ work: inout Worklist, at now: Moment) -> Int32? {
        guard case .checkpoint(let name) = answer.reading, answer.time >= book.horizon(at: now),
            answer.time <= now + RoundBook.memory
        else { return nil }
        let checkpoint = book.names.number(of: name)
        refreshRounds(at: answer.time, having: checkpoint, &work, at: now)
        let entry = ScanLedger.Entry(
            key: ScanLedger.Key(time: answer.time, sequence: answer.sequence), checkpoint: checkpoint,
            device: book.names.number(of: answer.device), received: now,
            guardPerson: answer.guardPerson.map { book.names.number(of: $0) } ?? -1)
        guard let scan = book.ledger.insert(entry) else { return nil }
        work.add(scan, book.ledger)
        return scan
    }

    /// Somebody else made that scan than was thought.
    private mutating func rename(_ answer: ScanAnswer, _ work: inout Worklist, at now: Moment) {
        guard case .checkpoint(let name) = answer.reading, let checkpoint = book.names.known(name) else { return }
        let key = ScanLedger.Key(time: answer.time, sequence: answer.sequence)
        guard let scan = book.ledger.find(key, checkpoint: checkpoint) else { return }
        refreshRounds(at: answer.time, having: checkpoint, &work, at: now)
        book.ledger.name(answer.guardPerson.map { book.names.number(of: $0) } ?? -1, of: scan, at: now)
        work.add(scan, book.ledger)
    }

    private mutating func refreshRounds(
        at moment: Moment, having checkpoint: Int32, _ work: inout Worklist, at now: Moment
    ) {
        var stale: [Int32] = []
        _ = book.firstOpen(at: moment, having: checkpoint) { round in
            if book[round].isStale { stale.append(round) }
            return false
        }
        for round in stale { refresh(round, &work, at: now) }
    }

    /// Somebody says that a visit need not be made, before the round or after it.
    mutating func waive(_ round: String, _ checkpoint: String, into findings: inout Findings) {
        guard let key = WaiverBook.Key(round) else { return }
        guard let number = book.round(of: key.route, at: key.start) else {
            waivers.add(checkpoint, for: key, at: findings.clock)
            return
        }
        var work = Worklist()
        refresh(number, &work, at: findings.clock)
        work.keep(book[number], of: number)
        guard book.excuse(checkpoint, in: number) || !work.isEmpty else { return }
        work.touched.insert(number)
        finish(&work, reason: "waived", into: &findings)
    }

    /// What a device vouches for may be different: rounds that are over, and whose limit is not, are judged anew.
    mutating func hearOfDevice(_ device: String, _ fact: Fact, into findings: inout Findings) {
        let from = words.note(fact)
        guard vouching.hear(fact) else { return }
        var work = Worklist()
        for round in book.changeable(at: findings.clock, closingAfter: from) {
            guard book[round].isOver,
                book.plan(round).witnesses.contains(where: { $0.device == device })
            else { continue }
            refresh(round, &work, at: findings.clock)
            work.touched.insert(round)
        }
        finish(&work, into: &findings)
    }
}
