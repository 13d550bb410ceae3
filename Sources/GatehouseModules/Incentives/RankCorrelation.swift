import GatehouseModuleKit

/// Spearman's rank correlation of a few pairs, exactly: ties have their mean rank.
///
/// It is a root in general. What is kept is its sign and its square, so that a correlation is compared with a half
/// without rounding, and rounded once when it is shown.
struct RankCorrelation: Hashable, Sendable {
    /// Four times the covariance of the ranks, times the number of pairs; likewise the two variances.
    private let covariance: Int
    private let variances: Int

    /// Nil where one of the two series is constant.
    init?(_ pairs: [(Fraction, Fraction)]) {
        let first = Self.doubledRanks(pairs.map { $0.0 })
        let second = Self.doubledRanks(pairs.map { $0.1 })
        // The mean of 1…n, doubled.
        let mean = pairs.count + 1
        let (left, right) = (first.map { $0 - mean }, second.map { $0 - mean })
        covariance = zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
        variances = left.reduce(0) { $0 + $1 * $1 } * right.reduce(0) { $0 + $1 * $1 }
        guard variances > 0 else { return nil }
    }

    /// Twice the rank of each value; equal values share the mean of their ranks.
    private static func doubledRanks(_ values: [Fraction]) -> [Int] {
        values.map { value in
            let below = values.count { $0 < value }
            let equal = values.count { $0 == value }
            return 2 * below + equal + 1
        }
    }

    var isAtLeastHalf: Bool { covariance > 0 && 4 * covariance * covariance >= variances }

    var isAtMostMinusHalf: Bool { covariance < 0 && 4 * covariance * covariance >= variances }

    /// Rounded half up to 6 decimals: `-0.900000`.
    var text: String {
        // The largest number of millionths whose lower edge is not above the root.
        var (low, high) = (0, 1_000_000)
        let square = Int128(covariance) * Int128(covariance) * 4_000_000_000_000
        while low < high {
            let middle = (low + high + 1) / 2
            let edge = Int128(2 * middle - 1)
            if edge * edge * Int128(variances) <= square { low = middle } else { high = middle - 1 }
        }
        return Fraction(covariance < 0 ? -low : low, over: 1_000_000).rounded(to: 6)
    }
}

/// What the KPI that should move with another says of it.
public struct CrossCheck: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable {
        case confirmed, contradicted, open
    }

    public let kpi: String
    /// The KPI of its `verify_with`.
    public let with: String
    /// As computed, its sign not turned; nil where there are too few pairs, or a series is constant.
    public let correlation: String?
    public let says: Verdict
}
