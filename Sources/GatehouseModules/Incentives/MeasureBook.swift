import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What other systems measured, added up as it comes: by measure, period and department, and by person.
struct MeasureBook: Sendable {
    private var tallies: [String: [PayPeriod: [String: MeasureTally]]] = [:]
    private var people: [String: [String: [PayPeriod: PersonTally]]] = [:]

    /// Measures that are no department's.
    private static let nobody = ""

    /// Takes a measure and gives the period in which it counts: that of its `period`, else of its `time`.
    mutating func note(_ measure: Fact.Measure, of fact: Fact, in zone: Zone) -> PayPeriod {
        let period =
            measure.period.flatMap(PayPeriod.init) ?? PayPeriod(.month, holding: fact.time, in: zone)
        let department = measure.department ?? Self.nobody
        tallies[measure.measure, default: [:]][period, default: [:]][department, default: MeasureTally()]
            .add(measure, of: fact)
        // A measure of a person has the person as its subject.
        if !fact.subject.isEmpty {
            people[measure.measure, default: [:]][fact.subject, default: [:]][period, default: PersonTally()]
                .add(measure)
        }
        return period
    }

    /// The periods of that kind for which there is a measure.
    func periods(of measure: String, department: String?, span: Period) -> Set<PayPeriod> {
        var periods: Set<PayPeriod> = []
        for (part, departments) in tallies[measure] ?? [:] {
            guard let period = part.widened(to: span), department.map({ departments[$0] != nil }) ?? true else {
                continue
            }
            periods.insert(period)
        }
        return periods
    }

    /// All of a measure in a period; with a department only that department's. Nil where there is none.
    func tally(of measure: String, department: String?, in period: PayPeriod) -> MeasureTally? {
        guard let book = tallies[measure] else { return nil }
        var sum: MeasureTally?
        for part in period.parts {
            guard let departments = book[part] else { continue }
            let names = department.map { [$0] } ?? departments.keys.sorted()
            for name in names {
                guard let tally = departments[name] else { continue }
                sum = sum.map { $0 + tally } ?? tally
            }
        }
        return sum
    }

    /// A person's mean of a measure over a period; nil where there is none.
    func mean(of measure: String, person: String, in period: PayPeriod) -> Fraction? {
        var sum = PersonTally()
        for part in period.parts {
            guard let tally = people[measure]?[person]?[part] else { continue }
            sum.weighted = sum.weighted + tally.weighted
            sum.weights = sum.weights + tally.weights
        }
        return sum.weights.isZero ? nil : sum.weighted / sum.weights
    }

    /// How many measures of that name a person has in a period.
    func count(of measure: String, person: String, in period: PayPeriod) -> Int {
        guard let book = people[measure]?[person] else { return 0 }
        return period.parts.reduce(0) { $0 + (book[$1]?.count ?? 0) }
    }
}

/// Measures added up.
struct MeasureTally: Sendable {
    /// Σ weight × value.
    private(set) var weighted = Fraction.zero
    private(set) var weights = Fraction.zero
    private(set) var sum = Fraction.zero
    private(set) var last = Fraction.zero
    private var lastTime = Moment(milliseconds: .min)
    private var lastSequence: Int64 = .min
    private var count = 0
    private var first: Int64 = .max
    private var through: Int64 = .min
    /// Each of them, while they are few.
    private var sequences: [Int64] = []

    private static let listed = 100

    mutating func add(_ measure: Fact.Measure, of fact: Fact) {
        weighted = weighted + measure.weight * measure.value
        weights = weights + measure.weight
        sum = sum + measure.value
        // Of one time the last received is the last.
        if (fact.time, fact.sequence) >= (lastTime, lastSequence) {
            (last, lastTime, lastSequence) = (measure.value, fact.time, fact.sequence)
        }
        count += 1
        first = min(first, fact.sequence)
        through = max(through, fact.sequence)
        if count <= Self.listed { sequences.append(fact.sequence) }
    }

    static func + (left: MeasureTally, right: MeasureTally) -> MeasureTally {
        var sum = left
        sum.weighted = left.weighted + right.weighted
        sum.weights = left.weights + right.weights
        sum.sum = left.sum + right.sum
        if (right.lastTime, right.lastSequence) >= (left.lastTime, left.lastSequence) {
            (sum.last, sum.lastTime, sum.lastSequence) = (right.last, right.lastTime, right.lastSequence)
        }
        sum.count = left.count + right.count
        sum.first = min(left.first, right.first)
        sum.through = max(left.through, right.through)
        sum.sequences = sum.count <= listed ? left.sequences + right.sequences : []
        return sum
    }

    /// The period's value, as the KPI brings measures together.
    func reading(_ aggregate: KPI.Aggregate) -> Reading {
        let inputs = KPIFigure.Inputs(
            topic: "measure.recorded", count: count, first: first, last: through,
            sequences: count <= Self.listed ? sequences.sorted() : [])
        return switch aggregate {
        case .mean: Reading(numerator: weighted, denominator: weights, inputs: inputs)
        case .sum: Reading(numerator: sum, denominator: .one, inputs: inputs)
        case .last: Reading(numerator: last, denominator: .one, inputs: inputs)
        }
    }
}

/// One person's measures of one name added up.
private struct PersonTally: Sendable {
    var weighted = Fraction.zero
    var weights = Fraction.zero
    var count = 0

    mutating func add(_ measure: Fact.Measure) {
        weighted = weighted + measure.weight * measure.value
        weights = weights + measure.weight
        count += 1
    }
}

extension MeasureBook: Packed {
    func pack(into packer: inout Packer) {
        packer.add(tallies, people)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (tallies, people) = try unpacker.values()
    }
}

extension MeasureTally: Packed {
    func pack(into packer: inout Packer) {
        packer.add(weighted, weights, sum, last, lastTime, lastSequence, count, first, through, sequences)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (weighted, weights, sum, last, lastTime, lastSequence, count, first, through, sequences) = try unpacker.values()
    }
}

extension PersonTally: Packed {
    func pack(into packer: inout Packer) {
        packer.add(weighted, weights, count)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (weighted, weights, count) = try unpacker.values()
    }
}
