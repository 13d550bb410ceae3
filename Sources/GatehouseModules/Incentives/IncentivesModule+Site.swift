import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension IncentivesModule {
    static let warningCode = "formula.warning"

    /// The rules that hold from now on. What runs is computed with them; what has closed keeps what was told, until
    /// something late touches it.
    mutating func apply(_ site: Site, _ fact: Fact, into findings: inout Findings) {
        let old = rules
        let new = PayRules(site)
        rules = new
        if record.start == nil { record.start = fact.received }
        let now = PayPeriod(.month, holding: findings.clock, in: site.zone)
        month = old?.site.zone == site.zone ? month ?? now : now
        book.apply(site, into: &findings)
        clearChanged(from: old, to: new, into: &findings)
        let evidence = fact.sequence > 0 ? [fact.sequence] : []
        for (subject, warnings) in new.warnings.sorted(by: { $0.key < $1.key }) {
            raise(warnings, subject, evidence, into: &findings)
        }
        judgeSizes(evidence, into: &findings)
        guard isTelling else { return }
        for source in Set(new.kpisBySource.keys).union(new.incentivesBySource.keys) {
            touches.insert(Touch(source: source, period: now))
        }
        retellChanged(from: old, to: new, in: now)
        if !touches.isEmpty { tellSoon(at: findings.clock) }
    }

    /// Where a rule is another, what runs is told again even if it comes to the same: its formula is another too.
    private mutating func retellChanged(from old: PayRules?, to new: PayRules, in month: PayPeriod) {
        guard let old else { return }
        for incentive in new.site.incentives {
            let department = new.department(of: incentive)
            let isSamePay = department.map { old.performancePay[$0] == new.performancePay[$0] } ?? true
            guard !(isSamePay && old.hasSameRule(incentive.id, as: new)),
                let period = month.widened(to: new.span(of: incentive))
            else { continue }
            told[Statement.Key(incentive: incentive.id, period: period, department: department)] = nil
        }
    }

    /// A warning ends when its rule is changed, and only then.
    private mutating func clearChanged(from old: PayRules?, to new: PayRules, into findings: inout Findings) {
        guard let old else { return }
        for alert in book.all where alert.code == Self.warningCode {
            let about = String(alert.key.dropFirst(Self.warningCode.utf8.count + 1))
            let isCoefficient = about != alert.subject
            let isSame =
                isCoefficient
                ? old.hasSameScores(as: new)
                : old.hasSameRule(alert.subject, as: new) && old.warnings[about] == new.warnings[about]
            if !isSame { book.clear(Self.warningCode, about: about, reason: "rule-changed", into: &findings) }
        }
    }

    private mutating func raise(
        _ warnings: [FormulaWarning], _ about: String, _ evidence: [Int64], into findings: inout Findings
    ) {
        guard let first = warnings.first else { return }
        book.raise(
            Alarm(
                code: Self.warningCode, about: about, subject: first.subject, evidence: evidence, rule: first.compared,
                message: { language in
                    warnings.map { $0.message(language) }.joined(separator: language == .english ? "; " : "；")
                }), into: &findings)
    }

    /// Warns where a figure has made the size adjustment rank a lower score above a higher one.
    mutating func judgeSizes(_ evidence: [Int64], into findings: inout Findings) {
        guard let payroll, !payroll.rules.scoreSources.isEmpty else { return }
        for warning in payroll.turnedRound(asOf: findings.clock) {
            raise([warning], PayRules.about(warning), evidence, into: &findings)
        }
    }
}

extension Payroll {
    /// For each department that comes out above one with a higher score, one such pair.
    func turnedRound(asOf moment: Moment) -> [FormulaWarning] {
        struct Standing {
            var department: String
            var score: Fraction
            var coefficient: Fraction
        }
        let standings = departments(asOf: moment).compactMap { department, value in
            value.score.flatMap { score in
                value.coefficient.map { Standing(department: department, score: score, coefficient: $0) }
            }
        }.sorted { ($1.score, $0.department) < ($0.score, $1.department) }
        var warnings: [FormulaWarning] = []
        // Of those with a higher score, the one that comes out lowest.
        var (lowest, next): (Standing?, Standing?) = (nil, nil)
        var score: Fraction?
        for standing in standings {
            if standing.score != score {
                (score, lowest) = (standing.score, next)
            }
            if let lowest, lowest.coefficient < standing.coefficient {
                let flaw = FormulaWarning.Flaw.sizeTurnsRound(
                    score: standing.score.text, above: lowest.department, with: lowest.score.text)
                warnings.append(FormulaWarning(subject: standing.department, flaw: flaw))
            }
            if next.map({ standing.coefficient < $0.coefficient }) ?? true { next = standing }
        }
        return warnings.sorted { $0.subject < $1.subject }
    }
}

extension PayRules {
    /// What the key of a warning says: the incentive, or that it is a department's coefficient.
    static func about(_ warning: FormulaWarning) -> String {
        if case .sizeTurnsRound = warning.flaw { "coefficient+\(warning.subject)" } else { warning.subject }
    }

    /// What the rules of a site alone show, by what the key says.
    static func warnings(of site: Site) -> [String: [FormulaWarning]] {
        let all = FormulaWarning.all(
            kpis: site.kpis, incentives: site.incentives, coefficients: site.coefficients, staff: site.departments)
        return Dictionary(grouping: all, by: about)
    }

    /// Whether an incentive and its KPI are what they were.
    fileprivate func hasSameRule(_ id: String, as other: PayRules) -> Bool {
        guard let mine = site.incentives.first(where: { $0.id == id }),
            let its = other.site.incentives.first(where: { $0.id == id })
        else { return false }
        return mine == its && mine.rule.kpi.map { kpis[$0] == other.kpis[$0] } ?? true
    }

    /// Whether the departments' scores, what they are made from, and the sizes are what they were.
    fileprivate func hasSameScores(as other: PayRules) -> Bool {
        site.coefficients?.departments == other.site.coefficients?.departments && site.kpis == other.site.kpis
            && site.departments.map(\.id) == other.site.departments.map(\.id)
            && site.departments.map(\.headcount) == other.site.departments.map(\.headcount)
    }
}

extension FormulaWarning {
    /// What was compared, for the alert.
    fileprivate var compared: JSONValue {
        let (measured, limit): (String, String) =
            switch flaw {
            case .tiersOutOfOrder(let before, let after): (after.text, before.text)
            case .wrongSide(_, let at, let baseline, _): (at.text, baseline.text)
            case .paidAlready(_, let first): (subject, first)
            case .sizeTurnsRound(let score, _, let other): (score, other)
            }
        return ["measured": .string(measured), "limit": .string(limit), "from": "site file"]
    }
}
