import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension IncentivesModule {
    /// The KPIs of the site that something has touched, under their own ids.
    mutating func tellFigures(into findings: inout Findings) {
        guard let payroll else { return }
        var periods: [Int: Set<PayPeriod>] = [:]
        for touch in touches {
            for place in payroll.rules.kpisBySource[touch.source] ?? [] {
                guard let period = touch.period.widened(to: payroll.site.kpis[place].period) else { continue }
                periods[place, default: []].insert(period)
            }
        }
        let figures = periods.flatMap { place, periods in
            periods.compactMap { payroll.figure(of: payroll.site.kpis[place], in: $0) }
        }
        desk.tell(figures.sorted { $0.key < $1.key }, into: &findings)
    }

    /// The statements that something has touched, where they differ from what was told last.
    mutating func tellStatements(into findings: inout Findings) {
        statementsDue = nil
        guard let payroll else { return }
        var periods: [Int: Set<PayPeriod>] = [:]
        for touch in touches {
            for place in payroll.rules.incentivesBySource[touch.source] ?? [] {
                periods[place, default: []].formUnion(
                    payroll.periods(of: payroll.site.incentives[place], touchedBy: touch.period, at: findings.clock))
            }
        }
        touches = []
        for place in periods.keys.sorted() {
            for period in (periods[place] ?? []).sorted() {
                tell(payroll.site.incentives[place], period, payroll, into: &findings)
            }
        }
    }

    private mutating func tell(
        _ incentive: Incentive, _ period: PayPeriod, _ payroll: Payroll, into findings: inout Findings
    ) {
        var statement = payroll.statement(of: incentive, in: period)
        if statement == nil {
            let empty = payroll.emptyStatement(of: incentive, in: period)
            // Nothing is said of a period of which nothing has been said.
            if told[empty.key] != nil { statement = empty }
        }
        guard let statement, told[statement.key] != statement.mark else { return }
        told[statement.key] = statement.mark
        findings.say("incentive.computed", subject: statement.incentive) { statement.json }
    }
}

extension Payroll {
    /// The periods of a rule whose statement may be another when something in a month, quarter or year has changed.
    fileprivate func periods(of incentive: Incentive, touchedBy period: PayPeriod, at clock: Moment) -> [PayPeriod] {
        let span = rules.span(of: incentive)
        guard let whole = period.widened(to: span) else { return [] }
        guard case .noneIn(_, let months, let pay) = incentive.rule else { return [whole] }
        // Of later periods the stretch, or the time of the loss before it, may reach back to it.
        var reach = months ?? 0
        if case .shareOfLoss = pay { reach += Self.lossMonths }
        return touched(span, from: whole.firstMonth, through: period.endMonth - 1 + reach, asOf: clock)
    }
}
