import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule
import Testing

@Suite("Hazards: random walks")
struct HazardWalkTests {
    @Test("every walk comes to what the table of the loop says", arguments: 1...16)
    func reference(seed: UInt64) {
        var walk = HazardWalk(seed: seed)
        var stage = HazardStage()
        var table = LoopTable()
        for _ in 0..<150 {
            let move = walk.next()
            let sequence = stage.take(move)
            table.take(move, sequence)
            let rows = stage.rows().map { ($0.hazard, LoopTable.Entry($0)) }
            let isAlike = Dictionary(uniqueKeysWithValues: rows) == table.hazards
            #expect(isAlike, "after \(move)")
        }
        #expect(stage.invalidSteps.sorted() == table.refused.sorted())
        #expect(table.refused.count > 10)
    }

    @Test("a restart at any point changes nothing", arguments: 1...4)
    func restarts(seed: UInt64) throws {
        var walk = HazardWalk(seed: seed)
        let moves = (0..<60).map { _ in walk.next() }
        var whole = HazardStage()
        for move in moves { whole.take(move) }
        whole.wait(until: "2027-03-01T00:00:00+08:00")
        for cut in stride(from: 0, through: moves.count, by: 7) {
            var stage = HazardStage()
            for move in moves[..<cut] { stage.take(move) }
            try stage.restart()
            for move in moves[cut...] { stage.take(move) }
            try stage.restart()
            stage.wait(until: "2027-03-01T00:00:00+08:00")
            #expect(stage.transcript == whole.transcript)
            #expect(stage.rows() == whole.rows())
        }
    }

    @Test("figures add up: what is open at the end of a month is open at the start of the next", arguments: 1...8)
    func addUp(seed: UInt64) throws {
        var walk = HazardWalk(seed: seed)
        var stage = HazardStage()
        for _ in 0..<150 { stage.take(walk.next()) }
        let rows = stage.rows()
        let figures = stage.module.figures(asOf: Moment("2027-12-31T00:00:00+08:00"))
        let periods = Set(figures.map(\.period)).sorted()
        #expect(periods.count > 1)
        var (opened, closed) = (Fraction.zero, Fraction.zero)
        for period in periods {
            let stock = try #require(figures.first { $0.kpi == "hazard.stock" && $0.period == period })
            let remediation = try #require(figures.first { $0.kpi == "hazard.remediation" && $0.period == period })
            #expect(stock.denominator == opened - closed + remediation.denominator)
            (opened, closed) = (opened + remediation.denominator, closed + stock.numerator)
            for base in ["remediation", "stock", "ontime", "overdue", "leadtime", "repeat"] {
                let parts = figures.filter { $0.kpi.hasPrefix("hazard.\(base).") && $0.period == period }
                let all = try #require(figures.first { $0.kpi == "hazard.\(base)" && $0.period == period })
                #expect(parts.map(\.numerator).reduce(.zero, +) == all.numerator)
                if base != "overdue" { #expect(parts.map(\.denominator).reduce(.zero, +) == all.denominator) }
            }
        }
        #expect(opened == Fraction(rows.count))
        #expect(closed == Fraction(rows.count { $0.closed != nil }))
    }
}

/// Steps of six hazards at two checkpoints, most of them out of turn, with times that go on.
struct HazardWalk {
    struct Move {
        var step: Fact.HazardStep
        var time: Moment
        var id: String
    }

    private var random: SplitMix64
    private var clock = Moment("01 08:00").milliseconds
    private var count = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func next() -> Move {
        count += 1
        clock += Int64.random(in: 0...40, using: &random) * 1_800_000
        let kinds: [Fact.HazardStep.Kind] = [.reported, .assigned, .submitted, .submitted, .verified, .rejected]
        let kind = kinds.randomElement(using: &random) ?? .reported
        var step = Fact.HazardStep(
            kind: kind, hazard: "H\(Int.random(in: 0..<6 + count / 12, using: &random))",
            by: "E\(Int.random(in: 1...3, using: &random))")
        if kind == .reported {
            step.checkpoint = Bool.random(using: &random) ? "CP01" : "CP02"
            step.condition = ["blocked", "missing", nil].randomElement(using: &random) ?? nil
            step.severity = Bool.random(using: &random) ? "general" : "major"
        } else if kind == .assigned {
            step.to = "E2"
            let ahead = Int64.random(in: -48...96, using: &random) * 3_600_000
            if Bool.random(using: &random) { step.deadline = Moment(milliseconds: clock + ahead) }
            if Bool.random(using: &random) { step.reason = "parts" }
        }
        return Move(step: step, time: Moment(milliseconds: clock), id: "m\(count)")
    }
}

/// The loop as its page draws it: a table, and a list of hazards.
struct LoopTable {
    struct Entry: Equatable {
        var state: String
        var deadline: Moment
        var moved = 0
        var closed: Moment?
        var repeats: String?
        var sightings = 0
        var spot: String?
        var submitter: String?

        static func == (left: Entry, right: Entry) -> Bool {
            (left.state, left.deadline, left.moved, left.closed, left.repeats, left.sightings)
                == (right.state, right.deadline, right.moved, right.closed, right.repeats, right.sightings)
        }
    }

    private static let turns: [String: [Fact.HazardStep.Kind: String]] = [
        "reported": [.assigned: "assigned", .submitted: "submitted"],
        "assigned": [.assigned: "assigned", .submitted: "submitted"],
        "submitted": [.assigned: "submitted", .verified: "closed", .rejected: "assigned"],
        "closed": [:],
    ]
    private(set) var hazards: [String: Entry] = [:]
    private(set) var refused: Set<Int64> = []
    private var order: [String] = []

    mutating func take(_ move: HazardWalk.Move, _ sequence: Int64) {
        let step = move.step
        let id = step.hazard ?? ""
        guard step.kind != .reported else { return report(move, id, sequence) }
        guard var hazard = hazards[id], let next = Self.turns[hazard.state]?[step.kind],
            step.kind != .verified || step.by != hazard.submitter
        else { return note(sequence) }
        if hazard.state != "submitted", let deadline = step.deadline, deadline != hazard.deadline {
            guard step.reason != nil else { return note(sequence) }
            (hazard.deadline, hazard.moved) = (deadline, hazard.moved + 1)
        }
        if step.kind == .submitted { hazard.submitter = step.by }
        hazard.state = next
        if next == "closed" { hazard.closed = move.time }
        hazards[id] = hazard
    }

    private mutating func report(_ move: HazardWalk.Move, _ id: String, _ sequence: Int64) {
        guard hazards[id] == nil else { return note(sequence) }
        let spot = move.step.condition.map { "\($0) \(move.step.checkpoint ?? "")" }
        let former = order.last { spot != nil && hazards[$0]?.spot == spot }
        if let former, hazards[former]?.closed == nil {
            hazards[former]?.sightings += 1
            return
        }
        let length: Duration = move.step.severity == "major" ? .seconds(86_400) : .seconds(259_200)
        var hazard = Entry(state: "reported", deadline: move.time + length, spot: spot)
        if let former, let closed = hazards[former]?.closed, move.time - closed <= .seconds(30 * 86_400) {
            hazard.repeats = former
        }
        hazards[id] = hazard
        order.append(id)
    }

    private mutating func note(_ sequence: Int64) {
        refused.insert(sequence)
    }
}

extension LoopTable.Entry {
    init(_ row: HazardRow) {
        self.init(
            state: row.state, deadline: row.deadline, moved: row.timesMoved, closed: row.closed, repeats: row.repeats,
            sightings: row.sightings)
    }
}

extension HazardStage {
    @discardableResult
    fileprivate mutating func take(_ move: HazardWalk.Move) -> Int64 {
        let time = Timestamp(move.time, in: .shanghai).text
        return hear(
            Topic(rawValue: "hazard.\(move.step.kind.rawValue)"), .hazard(move.step), at: time, id: move.id)
    }

    /// The steps that raised the alert, or joined it while it stood.
    fileprivate var invalidSteps: Set<Int64> {
        let standing = module.standingAlerts.filter { $0.code == "hazard.invalid_step" }.flatMap(\.evidence)
        let cleared = found.flatMap { finding -> [Int64] in
            guard case .cleared(let id, let evidence) = finding.alert, invalidAlerts.contains(id) else { return [] }
            return evidence
        }
        return Set(standing + cleared)
    }

    private var invalidAlerts: Set<String> {
        Set(
            found.compactMap { finding in
                guard case .raised(let id, "hazard.invalid_step", _, _) = finding.alert else { return nil }
                return id
            })
    }

    /// Everything that was found, to the byte.
    fileprivate var transcript: [String] {
        found.map { "\($0.topic.rawValue) \($0.id) \($0.time.milliseconds) \($0.data().jsonText)" }
    }
}
