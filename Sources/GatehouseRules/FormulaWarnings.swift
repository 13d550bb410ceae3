/// A rule of pay that contradicts itself. The site can be used with it; nobody can have meant it.
public struct FormulaWarning: Hashable, Sendable {
    /// The incentive, or the department whose coefficient it is.
    public var subject: String
    public var flaw: Flaw

    public init(subject: String, flaw: Flaw) {
        self.subject = subject
        self.flaw = flaw
    }

    /// What contradicts what.
    public enum Flaw: Hashable, Sendable {
        /// A tier stands after one that is as high or higher.
        case tiersOutOfOrder(before: Figure, after: Figure)
        /// A threshold that is worse than the baseline pays for getting worse.
        case wrongSide(kpi: String, at: Figure, baseline: Figure, better: KPI.Direction)
        /// An earlier rule pays for the same improvement.
        case paidAlready(kpi: String, by: String)
        /// The adjustment for size ranks the subject, which has the lower score, above another.
        case sizeTurnsRound(score: String, above: String, with: String)
    }

    /// Everything that the rules of a site alone show, in the order in which they stand.
    public static func all(kpis: [KPI], incentives: [Incentive], coefficients: Coefficients?, staff: [Department])
        -> [FormulaWarning]
    {
        let byID = Dictionary(kpis.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var warnings: [FormulaWarning] = []
        var paying: [String: String] = [:]
        for incentive in incentives {
            warnings += incentive.rule.flaws(byID).map { FormulaWarning(subject: incentive.id, flaw: $0) }
            guard incentive.rule.paysImprovement, let kpi = incentive.rule.kpi else { continue }
            if let first = paying[kpi] {
                warnings.append(FormulaWarning(subject: incentive.id, flaw: .paidAlready(kpi: kpi, by: first)))
            } else {
                paying[kpi] = incentive.id
            }
        }
        return warnings + SizeAdjustment(departments: staff).warnings(of: coefficients?.departments ?? [])
    }

    /// What is wrong, in one sentence.
    public func message(_ language: Site.Language) -> String {
        switch (flaw, language) {
        case (.tiersOutOfOrder(let before, let after), .english):
            "\(subject): the tier at \(after.text) stands after the one at \(before.text)"
        case (.tiersOutOfOrder(let before, let after), .chinese):
            "\(subject)：档位 \(after.text) 排在 \(before.text) 之后，顺序颠倒"
        case (.wrongSide(let kpi, let at, let baseline, _), .english):
            "\(subject): the threshold \(at.text) for \(kpi) is on the wrong side of the baseline \(baseline.text)"
        case (.wrongSide(let kpi, let at, let baseline, _), .chinese):
            "\(subject)：\(kpi) 的门槛 \(at.text) 比基线 \(baseline.text) 还差"
        case (.paidAlready(let kpi, let first), .english):
            "\(subject) pays for an improvement of \(kpi) that \(first) pays for already"
        case (.paidAlready(let kpi, let first), .chinese):
            "\(subject)：\(kpi) 的同一改善已由 \(first) 奖励，重复计奖"
        case (.sizeTurnsRound(let score, let other, let its), .english):
            "the size adjustment ranks \(subject) (\(score)) above \(other) (\(its))"
        case (.sizeTurnsRound(let score, let other, let its), .chinese):
            "规模调整使得分较低的 \(subject)（\(score)）排在 \(other)（\(its)）之前"
        }
    }
}

extension Incentive.Rule {
    /// The KPI that it looks at, if it looks at one.
    public var kpi: String? {
        switch self {
        case .threshold(let kpi, _, _), .perStep(let kpi, _, _, _, _), .tiers(let kpi, _): kpi
        case .share, .noneIn: nil
        }
    }

    /// Whether it pays for getting better, rather than for being good.
    public var paysImprovement: Bool {
        switch self {
        case .perStep, .tiers: true
        case .threshold, .share, .noneIn: false
        }
    }

    /// What is wrong with this rule by itself.
    public func flaws(_ kpis: [String: KPI]) -> [FormulaWarning.Flaw] {
        switch self {
        case .threshold(let kpi, let at, _): kpis[kpi]?.wrongSide(at).map { [$0] } ?? []
        case .tiers(_, let tiers): Self.misordered(tiers)
        case .perStep, .share, .noneIn: []
        }
    }

    /// Each tier that stands after one that is as high or higher.
    public static func misordered(_ tiers: [Incentive.Tier]) -> [FormulaWarning.Flaw] {
        zip(tiers, tiers.dropFirst()).filter { $1.at.billionths <= $0.at.billionths }
            .map { .tiersOutOfOrder(before: $0.at, after: $1.at) }
    }
}

extension KPI {
    /// The flaw of a threshold that is worse than the baseline; nil where it is none.
    public func wrongSide(_ at: Figure) -> FormulaWarning.Flaw? {
        guard let baseline, baseline.isPercentage == at.isPercentage else { return nil }
        let isWorse = better == .higher ? at.number < baseline.number : baseline.number < at.number
        return isWorse ? .wrongSide(kpi: id, at: at, baseline: baseline, better: better) : nil
    }
}

extension Figure {
    /// Its value in units small enough for every figure: `1%` is less than `1`.
    fileprivate var billionths: Int128 { number.widened(to: 9) * (isPercentage ? 1 : 100) }
}
