import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `scan.cloned_rounds`: a round that repeats an earlier one of that guard on that route, to the second; cleared the
/// next day.
///
/// A copied list of scans keeps the gaps of the round that it was copied from. A guard with a steady stride nearly does
/// so too: how often two rounds of this guard agree on a gap by themselves is counted, and a round is told only where
/// agreeing on all of them would come by chance less than once in a thousand times, however many earlier rounds there
/// are to agree with.
///
/// Assumed: the gaps of one round say little of each other; a round is walked by one guard (others are neither judged
/// nor learned). A round that was told is not learned.
struct ClonedRounds: Sendable {
    static let code = "scan.cloned_rounds"
    static let tolerance: Int64 = 2000
    static let fewestGaps = 5
    static let fewestRounds = 6
    static let scansBeforeTheEnd = 8
    static let rarest = 0.001
    /// How many rounds tell of the guard's steadiness.
    static let steadinessRounds = 30
    /// How many rounds of a guard and route are remembered: a year of one a day.
    private static let memory = 366

    struct Round: Sendable {
        var name: String
        var guardPerson: String
        /// In the order of time.
        var visits: [Visit] = []
        /// It repeats an earlier one.
        var isCopy = false
        /// Visited by more than one guard.
        var isShared = false
    }

    struct Visit: Sendable {
        var time: Int64
        var scan: Int64
        var checkpoint: Int32
    }

    private var checkpoints = Interner()
    /// By route and by guard, in the order of their first visits.
    private var walks: [String: [String: [Round]]] = [:]

    init() {}

    /// A counting visit.
    mutating func hear(_ told: Fact.Visit, desk: inout AlertDesk, into findings: inout Findings) {
        let checkpoint = checkpoints.number(told.checkpoint)
        guard let guardPerson = told.guardPerson else {
            // Nobody's visit: whoever else walks that round does not walk it alone.
            _ = Self.share(told.round, among: &walks[told.route, default: [:]], except: nil)
            return
        }
        var round = take(told, of: guardPerson)
        let visit = Visit(time: told.time.milliseconds, scan: told.scan, checkpoint: checkpoint)
        round.visits.removeAll { $0.checkpoint == visit.checkpoint }
        round.visits.insert(visit, at: round.visits.firstIndex { $0.time > visit.time } ?? round.visits.endIndex)
        let rounds = walks[told.route]?[guardPerson] ?? []
        let place = rounds.lastIndex { $0.start <= round.start }.map { $0 + 1 } ?? 0
        if !round.isShared {
            judge(&round, among: rounds[..<place], route: told.route, desk: &desk, into: &findings)
        }
        Self.put(round, at: place, in: &walks[told.route, default: [:]][guardPerson, default: []])
    }

    /// Takes the guard's round out of the list, or begins it.
    private mutating func take(_ told: Fact.Visit, of guardPerson: String) -> Round {
        if told.isRevised {
            // The scan counts for this round now, and for no other.
            for index in (walks[told.route]?[guardPerson] ?? []).indices.suffix(8) {
                walks[told.route]?[guardPerson]?[index].visits.removeAll { $0.scan == told.scan }
            }
        }
        if let known = walks[told.route]?[guardPerson]?.lastIndex(where: { $0.name == told.round }),
            let round = walks[told.route]?[guardPerson]?.remove(at: known)
        {
            return round
        }
        var round = Round(name: told.round, guardPerson: guardPerson)
        round.isShared = Self.share(told.round, among: &walks[told.route, default: [:]], except: guardPerson)
        return round
    }

    private static func put(_ round: Round, at place: Int, in rounds: inout [Round]) {
        rounds.insert(round, at: place)
        if rounds.count > memory { rounds.removeFirst() }
    }

    /// Marks the round wherever somebody else walks it; whether anybody does.
    private static func share(_ round: String, among guards: inout [String: [Round]], except own: String?) -> Bool {
        var isShared = false
        for other in guards.keys where other != own {
            guard let index = guards[other]?.lastIndex(where: { $0.name == round }) else { continue }
            guards[other]?[index].isShared = true
            isShared = true
        }
        return isShared
    }

    private func judge(
        _ round: inout Round, among earlier: ArraySlice<Round>, route: String, desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        let gaps = round.visits.count - 1
        let whole = desk.site.routes[route]?.checkpoints.count ?? .max
        guard gaps >= Self.fewestGaps, gaps + 1 == whole || gaps + 1 >= Self.scansBeforeTheEnd else { return }
        guard let original = earlier.last(where: { $0.teaches && $0.isRepeated(by: round) }) else { return }
        let alike = earlier.filter { $0.teaches && $0.begins(like: round) }
        guard alike.count >= Self.fewestRounds else { return }
        let chance = Double(alike.count) * Self.chance(of: round, after: alike.suffix(Self.steadinessRounds))
        guard chance <= Self.rarest else { return }
        // A round is told once, whatever comes of it later.
        let evidence = round.isCopy ? [] : original.visits.prefix(gaps + 1).map(\.scan)
        if round.isCopy, !desk.isStanding(Self.code, about: round.about) { return }
        round.isCopy = true
        raise(round, original: original.name, chance: chance, evidence: evidence, desk: &desk, into: &findings)
    }

    /// How likely it is that this guard's rounds agree on all these gaps by themselves. A gap on which they have hardly
    /// ever agreed so far is taken to be no more telling than the guard's gaps are altogether: of few rounds, some gap
    /// always looks so.
    private static func chance(of round: Round, after alike: ArraySlice<Round>) -> Double {
        let lengths = alike.map(\.gaps)
        let gaps = round.visits.count - 1
        let agreeing = (0..<gaps).map { gap in
            lengths.indices.reduce(0) { sum, first in
                sum + lengths[(first + 1)...].count { abs($0[gap] - lengths[first][gap]) <= tolerance }
            }
        }
        let pairs = lengths.count * (lengths.count - 1) / 2
        let overall = Double(agreeing.reduce(0, +) + 1) / Double(pairs * gaps + 1)
        return agreeing.reduce(1.0) { $0 * max(overall, Double($1 + 1) / Double(pairs + 1)) }
    }

    private func raise(
        _ round: Round, original: String, chance: Double, evidence: [Int64], desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        let name = desk.site.called(person: round.guardPerson)
        let (title, gaps) = (round.name, round.visits.count - 1)
        desk.raise(
            Alarm(
                code: Self.code, about: round.about, subject: round.guardPerson, severity: .critical,
                evidence: evidence + round.visits.map(\.scan),
                rule: .rule(
                    measured: .object([
                        .init("gaps", .integer(gaps)), .init("within", .string("2 s")),
                        .init("repeats", .string(original)), .init("oneIn", .integer(Self.oneIn(chance))),
                    ]), limit: .object([.init("oneIn", .integer(1000))]), from: "learned")
            ) { language in
                language == .chinese
                    ? "\(name) 的巡检 \(title) 的 \(gaps) 个间隔与 \(original) 完全相同，疑似复制"
                    : "Round \(title) of \(name) repeats \(original): \(gaps) gaps agree within 2 s"
            }, nextDay: true, into: &findings)
    }

    /// 1 in so many, at most a milliard.
    private static func oneIn(_ chance: Double) -> Int64 {
        chance > 1e-9 ? Int64(1 / chance) : 1_000_000_000
    }
}

extension ClonedRounds.Round {
    var start: Int64 { visits.first?.time ?? .max }

    /// Whether others may be compared with it.
    var teaches: Bool { !isCopy && !isShared }

    var about: String { "\(guardPerson)+\(name)" }

    /// The times from scan to scan.
    var gaps: [Int64] { zip(visits.dropFirst(), visits).map { $0.time - $1.time } }

    /// Whether it visits the same checkpoints in the same order, as far as the other has come.
    func begins(like other: Self) -> Bool {
        visits.count >= other.visits.count
            && zip(visits, other.visits).allSatisfy { $0.checkpoint == $1.checkpoint }
    }

    /// Whether the other goes the same way at the same pace, as far as it has come.
    func isRepeated(by other: Self) -> Bool {
        guard visits.count >= other.visits.count else { return false }
        return other.visits.indices.allSatisfy { index in
            guard visits[index].checkpoint == other.visits[index].checkpoint else { return false }
            guard index > 0 else { return true }
            let own = visits[index].time - visits[index - 1].time
            let others = other.visits[index].time - other.visits[index - 1].time
            return abs(own - others) <= ClonedRounds.tolerance
        }
    }
}

extension ClonedRounds: Packed {
    func pack(into packer: inout Packer) {
        packer.add(checkpoints, walks)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (checkpoints, walks) = try unpacker.values()
    }
}

extension ClonedRounds.Round: Packed {
    func pack(into packer: inout Packer) {
        packer.add(name, guardPerson, isCopy, isShared)
        packer.addRow(visits)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (name, guardPerson, isCopy, isShared) = try unpacker.values()
        visits = try unpacker.nextRow()
    }
}

extension ClonedRounds.Visit: PackedInRow {
    func pack(after last: Self?, into packer: inout Packer) {
        packer.step(time, from: last?.time ?? 0)
        packer.step(scan, from: last?.scan ?? 0)
        packer.add(checkpoint)
    }

    init(after last: Self?, from unpacker: inout Unpacker) throws(PackProblem) {
        time = try unpacker.step(from: last?.time ?? 0)
        scan = try unpacker.step(from: last?.scan ?? 0)
        checkpoint = try unpacker.next()
    }
}
