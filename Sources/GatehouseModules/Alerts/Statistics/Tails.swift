import RealModule

/// How likely so extreme a value is where nothing is wrong. Each is exact to about 10 digits.
enum Tails {
    /// P(X ≥ k) of a binomial count: `trials` tries with that chance each.
    static func binomial(atLeast k: Int, trials: Int, chance: Double) -> Double {
        guard k > 0 else { return 1 }
        guard k <= trials else { return 0 }
        return (k...trials).reduce(0.0) { sum, hits in
            sum
                + Double.exp(
                    logChoose(trials, hits) + Double(hits) * Double.log(chance)
                        + Double(trials - hits) * Double.log(1 - chance))
        }
    }

    /// P(T ≥ t) of Student's distribution with that many degrees of freedom, for t ≥ 0.
    static func student(_ t: Double, freedom: Double) -> Double {
        0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }

    /// P(X ≥ k) of a count with that mean and variance: negative binomial, or Poisson where the variance is no larger
    /// than the mean. For k above the mean.
    static func count(atLeast k: Int, mean: Double, variance: Double) -> Double {
        guard k > 0 else { return 1 }
        guard mean > 0 else { return 0 }
        let isWide = variance > mean * (1 + 1e-9)
        let size = isWide ? mean * mean / (variance - mean) : 0
        let share = isWide ? (variance - mean) / variance : 0
        let k = Double(k)
        let first =
            isWide
            ? Double.logGamma(k + size) - Double.logGamma(size) - Double.logGamma(k + 1)
                + size * Double.log(mean / variance) + k * Double.log(share)
            : k * Double.log(mean) - mean - Double.logGamma(k + 1)
        var (term, sum, count) = (Double.exp(first), 0.0, k)
        // The terms fall faster than a geometric series: what is left out is smaller than the last one taken.
        while term > sum * 1e-13, term > 1e-300, count < k + 1_000_000 {
            sum += term
            term *= isWide ? (count + size) / (count + 1) * share : mean / (count + 1)
            count += 1
        }
        return min(1, sum)
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        Double.logGamma(Double(n) + 1) - Double.logGamma(Double(k) + 1) - Double.logGamma(Double(n - k) + 1)
    }

    /// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22) with Lentz's method.
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // It converges quickly on one side of the mean; the other is its mirror image.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let front = Double.exp(
            Double.logGamma(a + b) - Double.logGamma(a) - Double.logGamma(b) + a * Double.log(x)
                + b * Double.log(1 - x))
        return front / a / betaFraction(x, a, b)
    }

    /// 1 + d₁/(1 + d₂/(1 + …)).
    private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        var (value, numerator, denominator) = (1.0, 1.0, 0.0)
        for step in 1...10_000 {
            let half = Double(step / 2)
            let top =
                step % 2 == 0
                ? half * (b - half) * x : -(a + half) * (a + b + half) * x
            let bottom =
                step % 2 == 0
                ? (a + 2 * half - 1) * (a + 2 * half) : (a + 2 * half) * (a + 2 * half + 1)
            let link = top / bottom
            denominator = 1 + link * denominator
            if denominator.magnitude < tiny { denominator = tiny }
            denominator = 1 / denominator
            numerator = 1 + link / numerator
            if numerator.magnitude < tiny { numerator = tiny }
            let change = numerator * denominator
            value *= change
            if (change - 1).magnitude < 1e-15 { break }
        }
        return value
    }
}
