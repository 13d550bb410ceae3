import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension Payroll {
    /// Every statement as of a moment, by incentive and period.
    func statements(asOf moment: Moment) -> [Statement] {
        site.incentives.sorted { $0.id < $1.id }.flatMap { incentive in
            periods(of: incentive, asOf: moment).compactMap { statement(of: incentive, in: $0) }
        }
    }

    /// The periods for which a rule may have a statement, in order: those in which its KPI or measure has a value; for
    /// `none_in` those that the record touches.
    private func periods(of incentive: Incentive, asOf moment: Moment) -> [PayPeriod] {
        let span = rules.span(of: incentive)
        switch incentive.rule {
        case .threshold(let kpi, _, _), .perStep(let kpi, _, _, _, _), .tiers(let kpi, _):
            return rules.kpis[kpi].map { periods(of: $0, span: span) }?.sorted() ?? []
        case .share(let measure, _, _):
            return record.measures.periods(of: measure, department: incentive.department, span: span).sorted()
        case .noneIn:
            return touched(span, from: .min, through: .max, asOf: moment)
        }
    }

    /// The periods from the record's first to the one that holds at a moment, of those that end after a month and
    /// begin no later than another.
    func touched(_ span: Period, from: Int, through: Int, asOf moment: Moment) -> [PayPeriod] {
        guard let start = record.start else { return [] }
        let (first, last) = (period(span, at: start), period(span, at: moment))
        let from = max(from, first.firstMonth)
        let through = min(through, last.firstMonth)
        guard from <= through else { return [] }
        return stride(from: PayPeriod(span, holding: from).firstMonth, through: through, by: span.months)
            .map { PayPeriod(span, holding: $0) }
    }

    /// What a rule pays for a period; nil where it has no value then.
    func statement(of incentive: Incentive, in period: PayPeriod) -> Statement? {
        switch incentive.rule {
        case .threshold(let kpi, let at, let pay):
            kpiStatement(incentive, kpi, period) { kpi, value in threshold(kpi, value, at: at, pay: pay, incentive) }
        case .perStep(let kpi, let step, let isPoints, let pay, let most):
            kpiStatement(incentive, kpi, period) { kpi, value in
                let rule = StepRule(step: step, isPoints: isPoints, pay: pay, atMost: most)
                return perStep(kpi, value, rule, incentive)
            }
        case .tiers(let kpi, let tiers):
            kpiStatement(incentive, kpi, period) { kpi, value in tiered(kpi, value, tiers, incentive) }
        case .share(let measure, let share, let cap):
            self.share(incentive, measure, share: share, cap: cap, in: period)
        case .noneIn(let event, let months, let pay):
            noneIn(incentive, event, months: months, pay: pay, in: period)
        }
    }

    /// What is found for one value.
    struct Outcome {
        var basis: Statement.Basis
        var amount: Fraction
        /// Made when it is asked for: most statements are told of before anybody reads them.
        var formula: @Sendable () -> String
    }

    private func kpiStatement(
        _ incentive: Incentive, _ kpi: String, _ period: PayPeriod, _ outcome: (KPI, Fraction) -> Outcome
    ) -> Statement? {
        guard let kpi = rules.kpis[kpi], let reading = reading(of: kpi, in: period), let value = reading.value else {
            return nil
        }
        return statement(
            incentive, period, kpi: kpi.id, outcome(kpi, value), inputs: reading.inputs.map { [$0] } ?? [])
    }

    /// Rounded half up, to the cent, once, at the end.
    func statement(
        _ incentive: Incentive, _ period: PayPeriod, kpi: String? = nil, _ outcome: Outcome,
        inputs: [KPIFigure.Inputs]
    ) -> Statement {
        let cents = outcome.amount.roundedValue(to: 2)
        return Statement(
            incentive: incentive.id, department: rules.department(of: incentive),
            computation: outcome.formula, payPeriod: period, kpi: kpi,
            basis: outcome.basis, cents: cents, inputs: inputs)
    }

    /// What a rule that had paid for a period says when its KPI has no value any more.
    func emptyStatement(of incentive: Incentive, in period: PayPeriod) -> Statement {
        statement(
            incentive, period, kpi: incentive.rule.kpi, Outcome(basis: .init(), amount: .zero, formula: { "∅ → 0" }),
            inputs: [])
    }

    /// A pay once: money, or a percentage of the department's performance pay. A department without one is paid
    /// nothing by percentages.
    func worth(_ pay: Incentive.Pay, _ incentive: Incentive) -> Worth {
        switch pay {
        case .money(let sum):
            let amount = Fraction(sum)
            return Worth(amount: amount) { amount.rounded(to: 2) }
        case .percentage(let percent):
            return percentage(percent, incentive)
        case .shareOfLoss:
            // Only none_in has a loss before.
            return Worth(amount: .zero) { "0" }
        }
    }

    func percentage(_ percent: ExactDecimal, _ incentive: Incentive) -> Worth {
        let base = rules.department(of: incentive).flatMap { rules.performancePay[$0] } ?? .zero
        return Worth(amount: base * Fraction(percent) / Fraction(100)) {
            "\(percent.text)% × \(base.rounded(to: 2))"
        }
    }

    /// What a pay is worth, and how that is written.
    struct Worth: Sendable {
        var amount: Fraction
        var shown: @Sendable () -> String
    }
}
