import GatehouseModel
import GatehouseModuleKit

extension RoundBook {
    /// Works out what is said of each checkpoint of a round as it stands now, and who the guards are. Words of devices
    /// that came after the limit are not heard; a settled round keeps its visits.
    mutating func judge(_ number: Int32, at now: Moment, by vouching: Vouching) {
        var round = self[number]
        if round.isSettled {
            for place in round.slots.indices { round.slots[place].marks.excuse() }
        } else {
            if round.isOver, now <= round.limit { round.isProven = isProven(round, by: vouching) }
            markVisits(of: &round)
            markAbsences(of: &round)
        }
        self[number] = round
    }

    /// Visited, late, out of order, suspect, and by whom.
    private func markVisits(of round: inout Round) {
        let plan = plans[Int(round.plan)]
        var guards: Set<Int32> = []
        // The earliest visit of the checkpoints that come later in the route.
        var earliest: ScanLedger.Key?
        let suspects = Set(round.suspects.map { ledger[$0].checkpoint })
        for place in round.slots.indices.reversed() {
            var marks = round.slots[place].marks.intersection(.excused)
            if suspects.contains(plan.checkpoints[place]) { marks.insert(.suspect) }
            if round.slots[place].visit >= 0 {
                let entry = ledger[round.slots[place].visit]
                marks.insert(.visited)
                if entry.key.time > round.end { marks.insert(.late) }
                if plan.isStrict, let earliest, earliest < entry.key { marks.insert(.outOfOrder) }
                earliest = earliest.map { min($0, entry.key) } ?? entry.key
                if entry.outcome.guardPerson >= 0 { guards.insert(entry.outcome.guardPerson) }
            }
            round.slots[place].marks = marks
        }
        round.guards = guards.count < 2 ? Array(guards) : guards.sorted { names[$0] < names[$1] }
    }

    /// Waived, missed, unproven: what is said of checkpoints that nobody has visited.
    private func markAbsences(of round: inout Round) {
        let absence: Round.Marks? = round.isOver ? (round.isProven ? .missed : .unproven) : nil
        for place in round.slots.indices {
            round.slots[place].marks.excuse()
            if let absence, round.slots[place].marks.isDisjoint(with: [.visited, .excused]) {
                round.slots[place].marks.insert(absence)
            }
        }
    }

    /// Whether the time for which at least one of the route's devices vouches is at least the duration. Where there is
    /// no device at all there is nothing to doubt.
    private func isProven(_ round: Round, by vouching: Vouching) -> Bool {
        let plan = plans[Int(round.plan)]
        guard !plan.witnesses.isEmpty else { return true }
        let range = round.start..<round.close
        var spans: [Range<Moment>] = []
        for witness in plan.witnesses {
            let own = vouching.spans(of: witness.device, hasMemory: witness.hasMemory, in: range)
            if own == [range] { return true }
            spans += own
        }
        let vouched = Vouching.union(spans, within: range).reduce(Duration.zero) {
            $0 + ($1.upperBound - $1.lowerBound)
        }
        return vouched >= plan.duration
    }

    /// The scans that show that a visit came out of the route's order: the one before it and its own.
    func outOfOrder(_ place: Int, in number: Int32) -> [Int64] {
        let slots = self[number].slots
        guard slots[place].visit >= 0 else { return [] }
        let own = ledger.key(slots[place].visit)
        let before = slots[(place + 1)...].filter { $0.visit >= 0 }.map { ledger.key($0.visit) }.filter { $0 < own }
        return (before.min().map { [$0.sequence] } ?? []) + [own.sequence]
    }

    /// Whether a checkpoint of the round was visited after that scan.
    func hasVisit(after scan: Int32, in number: Int32) -> Bool {
        self[number].slots.contains { $0.visit >= 0 && ledger.key($0.visit) > ledger.key(scan) }
    }
}

extension Round {
    /// Whether nothing is left to come: all that is required was visited, or the tolerance has passed.
    var isDone: Bool { isOver || slots.allSatisfy { !$0.marks.isDisjoint(with: [.visited, .excused]) } }
}

extension Round.Marks {
    /// What need not be visited and was not is waived.
    fileprivate mutating func excuse() {
        guard contains(.excused), !contains(.visited) else { return }
        subtract([.missed, .unproven])
        insert(.waived)
    }
}
