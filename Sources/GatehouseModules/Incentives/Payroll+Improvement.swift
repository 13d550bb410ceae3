import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A rule that pays for each whole step.
struct StepRule: Sendable {
    var step: Figure
    var isPoints: Bool
    var pay: Incentive.Pay
    var atMost: Int?
}

extension Payroll {
    /// The KPI is at least (for `lower`: at most) `at` → `pay`.
    func threshold(
        _ kpi: KPI, _ value: Fraction, at: Figure, pay: Incentive.Pay, _ incentive: Incentive
    ) -> Outcome {
        let isReached = kpi.better == .higher ? value >= at.value : value <= at.value
        let worth = worth(pay, incentive)
        let sign = kpi.better == .higher ? (isReached ? "≥" : "<") : (isReached ? "≤" : ">")
        return Outcome(
            basis: .init(value: value, baseline: kpi.baseline?.value, improvement: improvement(of: kpi, value)?.part),
            amount: isReached ? worth.amount : .zero,
            formula: { "\(kpi.shown(value)) \(sign) \(at.text) → \(isReached ? worth.shown() : "0")" })
    }

    /// Each whole `step` of improvement → `pay`, at most `atMost` steps where given.
    func perStep(_ kpi: KPI, _ value: Fraction, _ rule: StepRule, _ incentive: Incentive) -> Outcome {
        let improvement = improvement(of: kpi, value, isPoints: rule.isPoints)
        // Points of a rate are percentage points; a step of 5 and one of 5% are the same there.
        let isRate = rule.isPoints && kpi.isRate
        let step = isRate ? Fraction(rule.step.number) : rule.step.value
        var (steps, whole) = (0, 0)
        if let part = improvement?.part, part > .zero, step > .zero {
            whole = (part / step).floor ?? .max
            steps = min(whole, rule.atMost ?? .max)
        }
        let worth = worth(rule.pay, incentive)
        return Outcome(
            basis: .init(
                value: value, baseline: kpi.baseline?.value, improvement: improvement?.part, steps: steps),
            amount: Fraction(steps) * worth.amount,
            formula: { [steps, whole] in
                "\(improvement?.shown() ?? "∅"); \(rule.counted(improvement?.part, whole, isRate: isRate)) "
                    + "→ \(steps) × \(worth.shown())"
            })
    }

    /// The highest tier that the improvement reaches pays, alone.
    func tiered(_ kpi: KPI, _ value: Fraction, _ tiers: [Incentive.Tier], _ incentive: Incentive) -> Outcome {
        let improvement = improvement(of: kpi, value)
        var reached: Incentive.Tier?
        // No improvement pays nothing, whatever the lowest tier says.
        if let part = improvement?.part, part > .zero {
            reached = tiers.filter { $0.at.value <= part }.max { $0.at.value < $1.at.value }
        }
        let reward = reached.map { worth($0.pay, incentive) }
        let tier = reached?.at.text
        return Outcome(
            basis: .init(
                value: value, baseline: kpi.baseline?.value, improvement: improvement?.part,
                tier: .some(tier)),
            amount: reward?.amount ?? .zero,
            formula: {
                let compared = tier.map { "≥ \($0) " } ?? ""
                return "\(improvement?.shown() ?? "∅") \(compared)→ \(reward?.shown() ?? "0")"
            })
    }

    /// How much better than the baseline, in the better direction: relative to it, or with points the plain
    /// difference, in percentage points for a rate. Nil where there is no baseline, or it is 0 and nothing is relative
    /// to it.
    private func improvement(
        of kpi: KPI, _ value: Fraction, isPoints: Bool = false
    ) -> Improvement? {
        guard let baseline = kpi.baseline?.value else { return nil }
        let difference = kpi.better == .lower ? baseline - value : value - baseline
        let (first, second) = kpi.better == .lower ? (baseline, value) : (value, baseline)
        let subtraction: @Sendable () -> String = { "\(kpi.shown(first)) − \(kpi.shown(second))" }
        if isPoints {
            let points = kpi.isRate ? difference * Fraction(100) : difference
            return Improvement(part: points) { "\(subtraction()) = \(points.text)" }
        }
        guard !baseline.isZero else { return nil }
        let part = difference / baseline
        return Improvement(part: part) { "(\(subtraction())) / \(kpi.shown(baseline)) = \(part.percentText)" }
    }

    private struct Improvement: Sendable {
        var part: Fraction
        var shown: @Sendable () -> String
    }
}

extension StepRule {
    /// How the whole steps were counted.
    fileprivate func counted(_ improvement: Fraction?, _ whole: Int, isRate: Bool) -> String {
        guard let improvement, whole > 0 || improvement > .zero else { return "0" }
        let shown = isPoints ? improvement.text : improvement.percentText
        let limit = atMost.map { whole > $0 ? ", ≤ \($0)" : "" } ?? ""
        return "⌊\(shown) / \(isRate ? step.number.text : step.text)⌋ = \(whole)\(limit)"
    }
}

extension Fraction {
    /// 23.333333% for 7/30.
    fileprivate var percentText: String { "\((self * Fraction(100)).text)%" }
}
