import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension RoundBook {
    /// Considers every scan of the list, and every other one for which that makes a difference, until all of them stand
    /// as if they had arrived in the order of their times.
    ///
    /// What a scan is depends only on earlier ones: on the visits of its checkpoint in the rounds open at its time, and
    /// on its guard's previous visit. So the earliest one comes first, and each change names the later scans that it
    /// can reach: the one that it displaces, those that may take what it leaves, the guard's next visit.
    mutating func resolve(_ work: inout Worklist) {
        while let scan = work.next() {
            consider(scan, &work)
            work.passOn(from: scan, in: self)
        }
    }

    /// The scan that counts for a checkpoint of a round; -1: none.
    func visit(_ round: Int32, _ checkpoint: Int32) -> Int32 {
        place(of: checkpoint, in: round).map { self[round].slots[$0].visit } ?? -1
    }

    private mutating func consider(_ scan: Int32, _ work: inout Worklist) {
        let old = ledger[scan].outcome
        guard old.round < 0 || knows(old.round) && !self[old.round].isSettled else { return }
        let new = outcome(of: scan)
        let isWhole = new.round < 0 || holds(scan, new)
        guard new != old || !isWhole else { return }
        work.remember(scan, old)
        if new.round != old.round || new.role != old.role || !isWhole {
            detach(scan, old, &work)
            attach(scan, new, &work)
        } else {
            work.touched.insert(new.round)
        }
        for follower in ledger.settle(scan, as: new) { work.add(follower, ledger) }
    }

    /// What a scan is, given all that came before it.
    ///
    /// A scan that came after a round's limit is no visit of that round, and neither does it count there for whom a
    /// person's scan that came after it names. Whatever is in time for one round moves what it moves, in others too.
    private func outcome(of scan: Int32) -> ScanLedger.Outcome {
        let entry = ledger[scan]
        let round = firstOpen(at: entry.key.time, having: entry.checkpoint) { round in
            let limit = self[round].limit
            guard entry.received <= limit, !self[round].isSettled,
                allows(ledger.guardPerson(of: scan, asOf: limit), round)
            else { return false }
            let visit = visit(round, entry.checkpoint)
            return visit < 0 || ledger.key(visit) >= entry.key
        }
        guard let round else { return ScanLedger.Outcome() }
        let walker = ledger.guardPerson(of: scan, asOf: self[round].limit)
        return ScanLedger.Outcome(role: role(of: entry, by: walker), round: round, guardPerson: walker)
    }

    private func role(of entry: ScanLedger.Entry, by walker: Int32) -> ScanLedger.Role {
        guard tooFast(entry, by: walker) != nil else { return .counting }
        return ground?.rules.countsSuspect == true ? .suspectCounting : .suspect
    }

    /// How a visit came too soon after the guard's previous one; nil where it did not.
    func tooFast(
        _ entry: ScanLedger.Entry, by walker: Int32
    ) -> (previous: ScanLedger.Key, from: Int32, least: Duration)? {
        guard walker >= 0, let ground, let previous = ledger.visit(of: walker, before: entry.key),
            let from = ground.place(of: names[previous.checkpoint]),
            let to = ground.place(of: names[entry.checkpoint]),
            let least = ground.index.leastTravel(from: from, to: to), entry.key.time - previous.key.time < least
        else { return nil }
        return (previous.key, previous.checkpoint, least)
    }

    /// Whether the round lets that guard walk it; whoever is unknown may be anybody.
    private func allows(_ guardPerson: Int32, _ round: Int32) -> Bool {
        guard guardPerson >= 0, let crew = plan(round).crew else { return true }
        return ground?.index.belongs(names[guardPerson], to: crew) ?? false
    }

    /// Whether the round knows of the visit, too.
    private func holds(_ scan: Int32, _ outcome: ScanLedger.Outcome) -> Bool {
        (!outcome.role.counts || visit(outcome.round, ledger[scan].checkpoint) == scan)
            && (!outcome.role.isSuspect || self[outcome.round].suspects.contains(scan))
    }

    private mutating func detach(_ scan: Int32, _ outcome: ScanLedger.Outcome, _ work: inout Worklist) {
        guard outcome.round >= 0 else { return }
        work.touched.insert(outcome.round)
        self[outcome.round].suspects.removeAll { $0 == scan }
        let checkpoint = ledger[scan].checkpoint
        guard let place = place(of: checkpoint, in: outcome.round), self[outcome.round].slots[place].visit == scan
        else { return }
        self[outcome.round].slots[place].visit = -1
        work.offer(outcome.round, of: checkpoint, through: self[outcome.round].close)
    }

    private mutating func attach(_ scan: Int32, _ outcome: ScanLedger.Outcome, _ work: inout Worklist) {
        guard outcome.round >= 0 else { return }
        work.touched.insert(outcome.round)
        if outcome.role.isSuspect { self[outcome.round].suspects.append(scan) }
        guard outcome.role.counts, let place = place(of: ledger[scan].checkpoint, in: outcome.round) else { return }
        let displaced = self[outcome.round].slots[place].visit
        self[outcome.round].slots[place].visit = scan
        if displaced >= 0 { work.add(displaced, ledger) }
        // Those that came too fast after it are no visits of this round any more.
        let (key, checkpoint) = (ledger.key(scan), ledger[scan].checkpoint)
        for other in self[outcome.round].suspects
        where ledger[other].checkpoint == checkpoint && ledger.key(other) > key {
            work.add(other, ledger)
        }
    }

    private func place(of checkpoint: Int32, in round: Int32) -> Int? {
        plan(round).checkpoints.firstIndex(of: checkpoint)
    }

    private func knows(_ round: Int32) -> Bool { numbers.contains(round) }
}
