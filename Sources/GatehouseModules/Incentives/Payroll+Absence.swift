import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension Payroll {
    /// The share of a money measure's period sum, at most the cap, never below 0.
    func share(
        _ incentive: Incentive, _ measure: String, share: ExactDecimal, cap: ExactDecimal?, in period: PayPeriod
    ) -> Statement? {
        guard let tally = record.measures.tally(of: measure, department: incentive.department, in: period) else {
            return nil
        }
        let reading = tally.reading(.sum)
        let part = tally.sum * Fraction(share) / Fraction(100)
        var amount = max(part, .zero)
        let limit = cap.map { percentage($0, incentive) }
        if let limit, amount > limit.amount { amount = limit.amount }
        return statement(
            incentive, period,
            Outcome(basis: .init(value: tally.sum), amount: amount) {
                "\(share.text)% × \(tally.sum.text)\(limit.map { ", ≤ \($0.shown())" } ?? "") →"
            },
            inputs: reading.inputs.map { [$0] } ?? [])
    }

    /// The months that a `none_in` rule looks at for a period: its own, or so many up to its end.
    static func stretch(_ period: PayPeriod, months: Int?) -> Range<Int> {
        months.map { period.endMonth - $0..<period.endMonth } ?? period.months
    }

    /// So many months before the stretch are looked at for the loss before.
    static let lossMonths = 36

    /// No such event of the department in the stretch → `pay`.
    func noneIn(
        _ incentive: Incentive, _ event: String, months: Int?, pay: Incentive.Pay, in period: PayPeriod
    ) -> Statement {
        let department = incentive.department
        let stretch = Self.stretch(period, months: months)
        let seen = record.occurrences.count(of: event, department: department, in: stretch)
        let reward = reward(pay, incentive, before: stretch.lowerBound)
        return statement(
            incentive, period,
            Outcome(
                basis: .init(value: Fraction(seen.count)), amount: seen.count == 0 ? reward.amount : .zero,
                formula: {
                    "\(seen.count) × \(event) (\(Self.shown(stretch))) → "
                        + (seen.count == 0 ? reward.shown() : "0")
                }),
            inputs: KPIFigure.Inputs(topic: event, of: seen.sequences).map { [$0] } ?? [])
    }

    /// What the absence is worth. `loss_before`: the mean yearly loss of the department's incidents in the 36 months
    /// before the stretch.
    private func reward(_ pay: Incentive.Pay, _ incentive: Incentive, before month: Int) -> Worth {
        guard case .shareOfLoss(let share) = pay else { return worth(pay, incentive) }
        let loss = record.occurrences.loss(
            department: incentive.department, in: month - Self.lossMonths..<month)
        let years = Fraction(Self.lossMonths / 12)
        return Worth(amount: loss / years * Fraction(share) / Fraction(100)) {
            "\(share.text)% × \(loss.rounded(to: 2)) / \(years.text)"
        }
    }

    private static func shown(_ months: Range<Int>) -> String {
        let (first, last) = (PayPeriod(.month, holding: months.lowerBound), months.upperBound - 1)
        return months.count == 1 ? first.text : "\(first.text)…\(PayPeriod(.month, holding: last).text)"
    }
}
