import Testing

@testable import AlertsModule

@Suite("Tails of distributions, against SciPy")
struct TailsTests {
    @Test(
        "Student",
        arguments: [(5.0, 33.0, 9.223485841256264e-06), (8.9, 8, 1.0058088650130482e-05), (1, 3, 0.19550110947788524)])
    func student(t: Double, freedom: Double, tail: Double) {
        #expect(isNear(Tails.student(t, freedom: freedom), tail))
    }

    @Test(
        "negative binomial, and Poisson where it scatters no more",
        arguments: [
            (40, 12.0, 20.0, 3.9069592601394894e-06), (65, 1, 1.15, 9.285659045927551e-51),
            (5, 2, 9, 0.14354994483975786), (40, 12, 12, 1.5587113102364781e-10), (40, 12, 3, 1.5587113102364781e-10),
        ])
    func count(k: Int, mean: Double, variance: Double, tail: Double) {
        #expect(isNear(Tails.count(atLeast: k, mean: mean, variance: variance), tail))
    }

    @Test("binomial", arguments: [(10, 14, 0.017509541478400004), (8, 8, 0.00065536), (0, 3, 1), (4, 3, 0)])
    func binomial(k: Int, trials: Int, tail: Double) {
        #expect(isNear(Tails.binomial(atLeast: k, trials: trials, chance: 0.4), tail))
    }

    @Test(
        "the incomplete beta function, on both sides",
        arguments: [(0.7, 3.0, 0.5, 0.15993052742645136), (0.9, 20, 0.5, 0.041327483918087285)])
    func beta(x: Double, a: Double, b: Double, value: Double) {
        #expect(isNear(Tails.incompleteBeta(x, a, b), value))
        #expect(isNear(1 - Tails.incompleteBeta(1 - x, b, a), value))
    }

    private func isNear(_ value: Double, _ expected: Double) -> Bool {
        (value - expected).magnitude <= 1e-9 * max(expected.magnitude, 1e-60)
    }
}
