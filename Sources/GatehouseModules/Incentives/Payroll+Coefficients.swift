import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The factors of everybody's bonus as they are printed.
public struct CoefficientTable: Hashable, Sendable {
    /// By position, to the step's decimals: `1.5`.
    public var positions: [String: String] = [:]
    /// By listed department, to 6 decimals; nil where a figure is missing.
    public var departments: [String: String?] = [:]
    /// By person, to 6 decimals; nil where a measure is missing.
    public var people: [String: String?] = [:]
}

/// The factors of everybody's bonus, exactly.
struct CoefficientValues: Sendable {
    var positions: [String: Fraction] = [:]
    /// Only listed departments; the others have 1.
    var departments: [String: DepartmentValue] = [:]
    /// Everybody, where people are weighed at all; otherwise all have 1.
    var people: [String: Fraction?]?

    struct DepartmentValue: Sendable {
        var score: Fraction?
        var coefficient: Fraction?
    }
}

extension Payroll {
    /// For the bonus period that holds at a moment.
    func coefficients(asOf moment: Moment) -> CoefficientValues {
        guard let given = site.coefficients else { return CoefficientValues() }
        return CoefficientValues(
            positions: given.positions.map(Self.positions) ?? [:], departments: departments(asOf: moment),
            people: given.people.map { people($0, in: period(rules.bonusSpan, at: moment)) })
    }

    /// As printed.
    func coefficientTable(asOf moment: Moment) -> CoefficientTable {
        let values = coefficients(asOf: moment)
        let places = site.coefficients?.positions?.step.scale ?? 0
        return CoefficientTable(
            positions: values.positions.mapValues { value in
                // A floor may stand between two steps: it is not rounded away.
                value.roundedValue(to: places) == value ? value.rounded(to: places) : value.text
            },
            departments: values.departments.mapValues { $0.coefficient?.rounded(to: 6) },
            people: values.people?.mapValues { $0?.rounded(to: 6) } ?? [:])
    }

    /// `top × points / highest points`, rounded half up to `step`, at least `floor`.
    static func positions(_ given: Coefficients.Positions) -> [String: Fraction] {
        let points = given.points.mapValues { $0.values.reduce(Fraction.zero) { $0 + Fraction($1) } }
        let (highest, floor, step) = (points.values.max() ?? .zero, Fraction(given.floor), Fraction(given.step))
        return points.mapValues { points in
            guard !highest.isZero, step > .zero else { return floor }
            let steps = (Fraction(given.top) * points / highest / step + Fraction(1, over: 2)).floor
            return max(steps.map { Fraction($0) * step } ?? floor, floor)
        }
    }

    /// Score × size adjustment of every listed department.
    func departments(asOf moment: Moment) -> [String: CoefficientValues.DepartmentValue] {
        let sizes = SizeAdjustment(departments: site.departments)
        var values: [String: CoefficientValues.DepartmentValue] = [:]
        for entry in site.coefficients?.departments ?? [] {
            let score = score(entry.score, asOf: moment)
            let factor = sizes.factor(of: entry.department)
            values[entry.department] = .init(
                score: score, coefficient: score.map { $0 * Fraction(factor.numerator, over: factor.denominator) })
        }
        return values
    }

    /// Σ weight × ratio; nil where a KPI has no value in its own period that holds now, or a ratio none.
    private func score(_ score: Coefficients.DepartmentScore.Score, asOf moment: Moment) -> Fraction? {
        switch score {
        case .fixed(let number): return Fraction(number)
        case .weighted(let parts):
            var sum = Fraction.zero
            for part in parts {
                guard let kpi = rules.kpis[part.kpi],
                    let value = reading(of: kpi, in: period(kpi.period, at: moment))?.value,
                    let ratio = Self.ratio(part.ratio, value: value, company: Fraction(part.company))
                else { return nil }
                sum = sum + ratio * Fraction(part.weight) / Fraction(100)
            }
            return sum
        }
    }

    /// Value / company value; inverse for what is better lower.
    private static func ratio(
        _ ratio: Coefficients.DepartmentScore.Ratio, value: Fraction, company: Fraction
    ) -> Fraction? {
        switch ratio {
        case .plain: company.isZero ? nil : value / company
        case .inverse: value.isZero ? nil : company / value
        }
    }

    /// (Σ weight × measure) × (1 + extra), of every person of the site.
    private func people(_ given: Coefficients.PersonScore, in period: PayPeriod) -> [String: Fraction?] {
        Dictionary(
            site.people.map { ($0.id, person($0.id, given, in: period)) }, uniquingKeysWith: { first, _ in first })
    }

    func person(_ person: String, _ given: Coefficients.PersonScore, in period: PayPeriod) -> Fraction? {
        var score = Fraction.zero
        for (measure, weight) in given.weights {
            guard let value = record.measures.mean(of: measure, person: person, in: period) else { return nil }
            score = score + value * Fraction(weight) / Fraction(100)
        }
        var extra = Fraction.zero
        for (measure, worth) in given.extras {
            let count = record.measures.count(of: measure, person: person, in: period)
            if count > 0 { extra = extra + Fraction(count) * Fraction(worth) }
        }
        if let late = given.late, record.late.count(of: person, in: period) > late.moreThan {
            extra = extra + Fraction(late.add)
        }
        return score * (.one + extra)
    }
}
