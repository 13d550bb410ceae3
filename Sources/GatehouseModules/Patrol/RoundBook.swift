import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The rounds and the scans, and which scan is a visit of which round.
struct RoundBook: Sendable {
    /// Of checkpoints, people, devices.
    var names = NameTable()
    private(set) var plans: [RoutePlan] = []
    var ledger = ScanLedger()
    /// The site in force; nil before there is one.
    var ground: PatrolGround? {
        didSet { current = [:] }
    }
    /// The numbers of the rules in force, by route; only to save work.
    private var current: [String: Int32] = [:]

    private var rounds: [Round] = []
    /// The number of the first round that is still known.
    private var first: Int32 = 0
    /// By checkpoint, by start and route: those that a scan could still change.
    private var byCheckpoint: [Int32: [Int32]] = [:]
    /// By start: those that something received now could still change, and some others.
    private var live: [Int32] = []
    /// By route, by start.
    private var byRoute: [String: [Int32]] = [:]
    /// The longest time from a start to the last visit that counts.
    private var longestSpan = Duration.zero
    /// The longest time from a start to the last receipt that changes something.
    private var longestReach = Duration.zero
    /// So many scans and rounds make it worth looking for those that can be forgotten.
    private var patience = 4096

    /// Rounds are known for so long, as events are kept by default.
    static let memory = Duration.seconds(400 * 86_400)

    init() {}

    subscript(round: Int32) -> Round {
        get { rounds[Int(round - first)] }
        set { rounds[Int(round - first)] = newValue }
    }

    /// Every round that is known, in the order of opening.
    var numbers: Range<Int32> { first..<first + Int32(rounds.count) }

    func plan(_ round: Int32) -> RoutePlan { plans[Int(self[round].plan)] }

    /// `<route>@<start>`, with the site's offset and without milliseconds.
    func name(_ round: Int32) -> String {
        var text = Array("\(plan(round).route)@".utf8)
        text.appendTimestamp(Timestamp(self[round].start, in: ground?.zone ?? .utc))
        text.removeSubrange(text.count - 10..<text.count - 6)
        return String(decoding: text, as: UTF8.self)
    }

    /// Scans before this moment change nothing that is received now.
    func horizon(at now: Moment) -> Moment { now - longestReach }

    /// The number of some rules, the same for the same rules.
    private mutating func number(of plan: RoutePlan) -> Int32 {
        longestSpan = max(longestSpan, plan.span)
        longestReach = max(longestReach, plan.span + plan.allowedLateness)
        if let known = plans.lastIndex(of: plan) { return Int32(known) }
        plans.append(plan)
        return Int32(plans.count - 1)
    }

    /// The number of the rules in force of a route; nil where the site has no such route.
    mutating func number(ofRoute route: String) -> Int32? {
        if let known = current[route] { return known }
        guard let ground, let rules = ground.index.routes[route] else { return nil }
        let number = number(of: RoutePlan(rules, of: ground.index, names: &names))
        current[route] = number
        return number
    }

    /// A new round. Scans of its time that are there already are to be considered.
    mutating func open(plan number: Int32, at start: Moment, work: inout Worklist) -> Int32 {
        let round = first + Int32(rounds.count)
        rounds.append(Round(plan: number, plans[Int(number)], start: start, in: ground?.zone ?? .utc))
        byRoute[plan(round).route, default: []].append(round)
        live.insert(round, at: place(for: round, in: live))
        enlist(round)
        offer(round, to: &work)
        return round
    }

    /// A round that can still change is judged by other rules from now on: all that was said of its visits is open
    /// again.
    mutating func adopt(_ number: Int32, for round: Int32, work: inout Worklist) {
        delist(round)
        let (old, former) = (self[round], plan(round))
        var new = Round(plan: number, plans[Int(number)], start: old.start, in: ground?.zone ?? .utc)
        new.revision = old.revision
        new.isReopened = old.isReopened
        let excused = zip(former.checkpoints, old.slots).filter { $1.marks.contains(.excused) }.map(\.0)
        for (place, checkpoint) in plans[Int(number)].checkpoints.enumerated() where excused.contains(checkpoint) {
            new.slots[place].marks = .excused
        }
        for scan in old.slots.map(\.visit) + old.suspects where scan >= 0 { work.add(scan, ledger) }
        self[round] = new
        enlist(round)
        offer(round, to: &work)
        work.touched.insert(round)
    }

    /// Of the rounds with a checkpoint that are open at a moment, the first that will do: the one that started
    /// earliest; of two that start together the one whose route sorts first.
    func firstOpen(at moment: Moment, having checkpoint: Int32, where willDo: (Int32) -> Bool) -> Int32? {
        let list = byCheckpoint[checkpoint] ?? []
        var place = place(of: moment - longestSpan, in: list)
        while place < list.count, self[list[place]].start <= moment {
            if moment <= self[list[place]].close, willDo(list[place]) { return list[place] }
            place += 1
        }
        return nil
    }

    /// The round of a route that began at a moment; nil where there is none, or none any more.
    func round(of route: String, at start: Moment) -> Int32? {
        let list = byRoute[route] ?? []
        let place = place(of: start, in: list)
        return place < list.count && self[list[place]].start == start ? list[place] : nil
    }

    /// Rounds that a scan or a device could still change and that close after a moment, by start.
    func changeable(at now: Moment, closingAfter moment: Moment = Moment(milliseconds: .min)) -> [Int32] {
        let from = moment.milliseconds == .min ? moment : moment - longestSpan
        return live[place(of: from, in: live)...].filter { self[$0].canChange(at: now) && self[$0].close > moment }
    }

    /// The visit need not be made. False where the round has no such checkpoint, or it was known.
    @discardableResult
    mutating func excuse(_ checkpoint: String, in round: Int32) -> Bool {
        guard let number = names.known(checkpoint), let place = plan(round).checkpoints.firstIndex(of: number) else {
            return false
        }
        return self[round].slots[place].marks.insert(.excused).inserted
    }

    /// Every slot of the round that nobody has visited is offered to the scans of its time.
    private func offer(_ round: Int32, to work: inout Worklist) {
        for checkpoint in plan(round).checkpoints {
            guard let scan = ledger.first(from: self[round].start, checkpoint: checkpoint) else { continue }
            work.offer(round, of: checkpoint, through: self[round].close)
            work.add(scan, ledger)
        }
    }

    private mutating func enlist(_ round: Int32) {
        for checkpoint in plan(round).checkpoints {
            let place = place(for: round, in: byCheckpoint[checkpoint] ?? [])
            byCheckpoint[checkpoint, default: []].insert(round, at: place)
        }
    }

    /// By start; of two that start together by route.
    private func place(for round: Int32, in list: [Int32]) -> Int {
        let (start, route) = (self[round].start, plan(round).route)
        var place = list.count
        while place > 0, (start, route) < (self[list[place - 1]].start, plan(list[place - 1]).route) { place -= 1 }
        return place
    }

    private mutating func delist(_ round: Int32) {
        for checkpoint in plan(round).checkpoints { byCheckpoint[checkpoint]?.removeAll { $0 == round } }
    }

    /// The first of them that starts at a moment or after it.
    private func place(of moment: Moment, in list: [Int32]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if self[list[middle]].start < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension RoundBook {
    /// Forgets now and then what can change nothing any more: the scans of rounds whose limit has passed, and rounds
    /// that are older than what the journal keeps.
    mutating func tidy(at now: Moment) {
        guard ledger.count + live.count > patience else { return }
        let horizon = horizon(at: now)
        for number in rounds.indices where rounds[number].canSettle(before: horizon) {
            rounds[number].isSettled = true
            rounds[number].suspects = []
            for place in rounds[number].slots.indices { rounds[number].slots[place].visit = -1 }
        }
        forgetScans(before: horizon)
        let settled = Set(live.filter { self[$0].isSettled })
        live.removeAll(where: settled.contains)
        for checkpoint in byCheckpoint.keys { byCheckpoint[checkpoint]?.removeAll(where: settled.contains) }
        let old = rounds.prefix { $0.isSettled && $0.close < now - Self.memory }.count
        if old > 256 {
            rounds.removeFirst(old)
            first += Int32(old)
            for route in byRoute.keys { byRoute[route]?.removeAll { $0 < first } }
        }
        patience = 2 * (ledger.count + live.count) + 4096
    }

    private mutating func forgetScans(before horizon: Moment) {
        let (rounds, first) = (rounds, first)
        let renumbered = ledger.forget { entry in
            entry.key.time < horizon
                && (entry.outcome.round < first || rounds[Int(entry.outcome.round - first)].isSettled)
        }
        for number in rounds.indices where !rounds[number].isSettled {
            self.rounds[number].suspects = rounds[number].suspects.map { renumbered[Int($0)] }
            for (place, slot) in rounds[number].slots.enumerated() where slot.visit >= 0 {
                self.rounds[number].slots[place].visit = renumbered[Int(slot.visit)]
            }
        }
    }
}

extension RoundBook: Packed {
    func pack(into packer: inout Packer) {
        packer.add(names, plans, ledger, rounds, first, patience)
        packer.add(longestSpan.wholeMilliseconds, longestReach.wholeMilliseconds)
    }

    /// The site is not in it: it is put in again.
    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (names, plans, ledger, rounds, first, patience) = try unpacker.values()
        longestSpan = .milliseconds(try unpacker.next(Int64.self))
        longestReach = .milliseconds(try unpacker.next(Int64.self))
        try check()
        for round in numbers {
            byRoute[plan(round).route, default: []].append(round)
            guard !self[round].isSettled else { continue }
            live.insert(round, at: place(for: round, in: live))
            enlist(round)
        }
    }

    /// A snapshot that names what is not in it is none.
    private func check() throws(PackProblem) {
        let known = plans.allSatisfy { plan in plan.checkpoints.allSatisfy { $0 >= 0 && $0 < names.count } }
        let whole = rounds.allSatisfy { round in
            plans.indices.contains(Int(round.plan)) && plans[Int(round.plan)].checkpoints.count == round.slots.count
                && (round.slots.map(\.visit) + round.suspects).allSatisfy { $0 >= -1 && $0 < ledger.count }
                && round.guards.allSatisfy { $0 >= 0 && $0 < names.count }
        }
        let named = ledger.all.allSatisfy { entry in
            [entry.checkpoint, entry.device].allSatisfy { $0 >= 0 && $0 < names.count }
                && [entry.guardPerson, entry.outcome.guardPerson].allSatisfy { $0 >= -1 && $0 < names.count }
                && entry.outcome.round < first + Int32(rounds.count)
        }
        let renamed = ledger.named.allSatisfy { $0 >= -1 && $0 < names.count }
        guard known, whole, named, renamed else { throw .unreadable("a round") }
    }
}
