import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The key figures of patrols, kept up to date with every round.
///
/// Each round counts in the month in which its window ends, for the department of its route's guards and for the site.
/// An open round counts its visits in `patrol.completion`, as visited and required, and is in no other figure.
struct PatrolFigures: Sendable {
    /// What a round, or many of them, brings in.
    struct Sums: Hashable, Sendable {
        /// Rounds that bring in anything at all.
        var rounds = 0
        /// Visits of open rounds.
        var open = 0
        /// Visits of closed rounds.
        var visited = 0
        var late = 0
        var missed = 0
        var required = 0
        /// Rounds that are neither unproven nor waived.
        var judged = 0
        /// Rounds `complete` or `late`.
        var done = 0

        static func + (left: Sums, right: Sums) -> Sums { left.combined(with: right, sign: 1) }
        static func - (left: Sums, right: Sums) -> Sums { left.combined(with: right, sign: -1) }

        private func combined(with other: Sums, sign: Int) -> Sums {
            Sums(
                rounds: rounds + sign * other.rounds, open: open + sign * other.open,
                visited: visited + sign * other.visited, late: late + sign * other.late,
                missed: missed + sign * other.missed, required: required + sign * other.required,
                judged: judged + sign * other.judged, done: done + sign * other.done)
        }
    }

    /// A month of a department or of the site.
    struct Key: Hashable, Comparable, Sendable {
        /// Nil: the site.
        var department: String?
        /// Months since the year 0.
        var month: Int32

        static func < (left: Key, right: Key) -> Bool {
            (left.department ?? "", left.month) < (right.department ?? "", right.month)
        }
    }

    /// The first and the last scan that counted.
    fileprivate struct Span: Hashable, Sendable {
        var first: Int64
        var last: Int64
    }

    private var sums: [Key: Sums] = [:]
    private var scans: [Key: Span] = [:]
    private var changed: Set<Key> = []

    init() {}

    /// A round brings in something else from now on. True where that makes a difference.
    mutating func replace(_ old: RoundAccount, by new: RoundAccount) -> Bool {
        guard old.sums != new.sums || old.month != new.month || old.plan.crew != new.plan.crew else { return false }
        for key in Self.keys(old) { sums[key] = (sums[key] ?? Sums()) - old.sums }
        for key in Self.keys(new) {
            sums[key] = (sums[key] ?? Sums()) + new.sums
            changed.insert(key)
        }
        changed.formUnion(Self.keys(old))
        return true
    }

    /// A scan counts.
    mutating func note(scan: Int64, _ round: RoundAccount) {
        for key in Self.keys(round) {
            let known = scans[key] ?? Span(first: scan, last: scan)
            scans[key] = Span(first: min(known.first, scan), last: max(known.last, scan))
        }
    }

    /// The figures as they stand, in the order of evaluate's output.
    var all: [KPIFigure] { figures(of: sums.keys.sorted()) }

    /// Those that may be different from what they were when this was asked last.
    mutating func takeChanged() -> [KPIFigure] {
        defer { changed = [] }
        return figures(of: changed.sorted())
    }

    private func figures(of keys: [Key]) -> [KPIFigure] {
        let keys = keys.filter { (sums[$0]?.rounds ?? 0) > 0 }
        return Ratio.allCases.flatMap { ratio in keys.map { figure(ratio, $0) } }
    }

    /// One of the four, in the order of their names.
    private enum Ratio: String, CaseIterable {
        case completion = "patrol.completion"
        case missed = "patrol.missed"
        case punctuality = "patrol.punctuality"
        case rounds = "patrol.rounds"
    }

    private func figure(_ ratio: Ratio, _ key: Key) -> KPIFigure {
        let sum = sums[key] ?? Sums()
        let (numerator, denominator, formula) =
            switch ratio {
            case .completion: (sum.visited + sum.open, sum.required + sum.open, "visited / required visits")
            case .missed: (sum.missed, sum.required, "missed / required visits")
            case .punctuality: (sum.visited - sum.late, sum.visited, "visits not late / visited")
            case .rounds: (sum.done, sum.judged, "rounds complete or late / rounds not unproven or waived")
            }
        let inputs = scans[key].map { span in
            KPIFigure.Inputs(
                topic: "scan.recorded", count: sum.visited + sum.open, first: span.first, last: span.last)
        }
        return KPIFigure(
            kpi: ratio.rawValue, department: key.department, period: Self.text(key.month),
            numerator: Fraction(numerator), denominator: Fraction(denominator), formula: formula, inputs: inputs)
    }

    private static func keys(_ round: RoundAccount) -> [Key] {
        let site = Key(department: nil, month: round.month)
        return round.plan.department.map { [site, Key(department: $0, month: round.month)] } ?? [site]
    }
}

extension PatrolFigures {
    /// Months since the year 0.
    static func month(of moment: Moment, in zone: Zone) -> Int32 {
        let local = zone.local(at: moment)
        return Int32(local.year * 12 + local.month - 1)
    }

    /// `2026-11`.
    private static func text(_ month: Int32) -> String {
        let (year, month) = (String(month / 12), String(month % 12 + 1))
        return String(repeating: "0", count: max(0, 4 - year.count)) + year + (month.count == 1 ? "-0" : "-") + month
    }
}

extension Round {
    /// What it brings into the figures as it stands.
    var sums: PatrolFigures.Sums {
        let visited = count(.visited)
        guard isClosed else { return PatrolFigures.Sums(rounds: visited > 0 ? 1 : 0, open: visited) }
        let status = status
        return PatrolFigures.Sums(
            rounds: 1, visited: visited, late: count(.late), missed: count(.missed), required: required,
            judged: status == .unproven || status == .waived ? 0 : 1,
            done: status == .complete || status == .late ? 1 : 0)
    }
}

extension PatrolFigures: Packed {
    func pack(into packer: inout Packer) {
        packer.add(sums, scans, changed)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (sums, scans, changed) = try unpacker.values()
    }
}

extension PatrolFigures.Sums: Packed {
    func pack(into packer: inout Packer) {
        packer.add(rounds, open, visited, late, missed, required, judged, done)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (rounds, open, visited, late, missed, required, judged, done) = try unpacker.values()
    }
}

extension PatrolFigures.Key: Packed {
    func pack(into packer: inout Packer) {
        packer.add(department, month)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (department, month) = try unpacker.values()
    }
}

extension PatrolFigures.Span: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(first, last)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (first, last) = try unpacker.values()
    }
}
