/// The adjustment of a department's coefficient for its size, and where it turns the order of two scores round.
///
/// A department's coefficient is its score × (average headcount / headcount × 0.2 + 0.8): a small department with a
/// lower score may come out above a large one with a higher score, which is rarely what was meant. Only scores that
/// are given as numbers can be judged beforehand.
public struct SizeAdjustment: Sendable {
    private let headcounts: [String: Int]
    private let sum: Int

    /// The average is over all departments that have a headcount.
    public init(departments: [Department]) {
        headcounts = Dictionary(
            departments.compactMap { department in department.headcount.map { (department.id, $0) } },
            uniquingKeysWith: { first, _ in first })
        sum = headcounts.values.reduce(0, +)
    }

    /// One warning for each pair of departments whose order turns round, given their scores.
    public func warnings(of scores: [Coefficients.DepartmentScore]) -> [FormulaWarning] {
        let fixed = scores.compactMap { entry -> (department: String, score: ExactDecimal)? in
            guard case .fixed(let score) = entry.score else { return nil }
            return (entry.department, score)
        }
        // Beyond these the products below could outgrow their numbers, and nobody's pay is at stake.
        guard headcounts.count <= 1000, sum <= 10_000_000, fixed.count <= 1000 else { return [] }
        return fixed.flatMap { lower in
            fixed.filter { higher in lower.score < higher.score && ranks(lower, above: higher) }.map { higher in
                FormulaWarning(
                    subject: lower.department,
                    flaw: .sizeTurnsRound(
                        score: lower.score.text, above: higher.department, with: higher.score.text))
            }
        }
    }

    private func ranks(
        _ lower: (department: String, score: ExactDecimal), above higher: (department: String, score: ExactDecimal)
    ) -> Bool {
        let places = max(lower.score.scale, higher.score.scale)
        let (first, second) = (factor(of: lower.department), factor(of: higher.department))
        let left = lower.score.widened(to: places) * first.numerator * second.denominator
        return left > higher.score.widened(to: places) * second.numerator * first.denominator
    }

    /// What a department's score is multiplied by, as a fraction; 1 for a department without a headcount.
    public func factor(of department: String) -> (numerator: Int128, denominator: Int128) {
        guard let own = headcounts[department], own > 0 else { return (1, 1) }
        let all = Int128(headcounts.count) * Int128(own)
        return (2 * Int128(sum) + 8 * all, 10 * all)
    }
}
