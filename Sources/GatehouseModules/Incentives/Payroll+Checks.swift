import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension Payroll {
    /// So many periods are looked at, the running one included, and so many must have both values.
    private static let (periodsLookedAt, pairsNeeded) = (6, 4)

    /// Every cross-check as of a moment, by KPI.
    func checks(asOf moment: Moment) -> [CrossCheck] {
        site.kpis.sorted { $0.id < $1.id }.compactMap { kpi in
            kpi.verifyWith.flatMap { rules.kpis[$0] }.map { check(kpi, with: $0, asOf: moment) }
        }
    }

    private func check(_ kpi: KPI, with other: KPI, asOf moment: Moment) -> CrossCheck {
        let running = period(kpi.period, at: moment)
        let pairs = (0..<Self.periodsLookedAt).compactMap { age -> (Fraction, Fraction)? in
            let period = running.adding(-age)
            guard let first = reading(of: kpi, in: period)?.value, let second = reading(of: other, in: period)?.value
            else { return nil }
            return (first, second)
        }
        let correlation = pairs.count >= Self.pairsNeeded ? RankCorrelation(pairs) : nil
        return CrossCheck(
            kpi: kpi.id, with: other.id, correlation: correlation?.text,
            says: verdict(correlation, isTurned: kpi.better != other.better))
    }

    /// The sign is turned where what is better for the one is worse for the other.
    private func verdict(_ correlation: RankCorrelation?, isTurned: Bool) -> CrossCheck.Verdict {
        guard let correlation else { return .open }
        if correlation.isAtLeastHalf { return isTurned ? .contradicted : .confirmed }
        if correlation.isAtMostMinusHalf { return isTurned ? .confirmed : .contradicted }
        return .open
    }
}
