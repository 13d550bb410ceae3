import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension Payroll {
    /// Everybody's share of the pool, to the cent; nil where the site has no bonus.
    func shares(asOf moment: Moment) -> [String: String]? {
        site.bonus.map { bonus in
            PoolShares(pool: Fraction(bonus.pool), weights: weights(coefficients(asOf: moment))).shares
        }
    }

    /// Own base × position × department × person coefficient; nil where one of them is not known.
    func weights(_ values: CoefficientValues) -> [String: Fraction] {
        var weights: [String: Fraction] = [:]
        for person in site.people {
            let base = person.basePay.map { Fraction($0) } ?? .zero
            // A position without points and a department that is not listed have 1.
            let position = person.position.flatMap { values.positions[$0] } ?? .one
            let department = person.department.flatMap { values.departments[$0] }.map(\.coefficient) ?? .one
            let own = values.people.map { $0[person.id] ?? nil } ?? .one
            weights[person.id] =
                department.flatMap { department in own.map { base * position * department * $0 } } ?? .zero
        }
        return weights
    }
}

/// A sum shared out by weights, in cents by largest remainder, so that the shares add up to it exactly.
struct PoolShares: Sendable {
    /// `5120.33`, by id.
    let shares: [String: String]

    /// A weight of 0 gives a share of 0.00; where all are 0, nothing is shared out. The pool has whole cents.
    init(pool: Fraction, weights: [String: Fraction]) {
        let total = weights.values.reduce(Fraction.zero) { $0 + $1 }
        guard !total.isZero else {
            shares = weights.mapValues { _ in "0.00" }
            return
        }
        let unit = pool * Fraction(100) / total
        var (cents, remainders): ([String: Int], [(id: String, part: Fraction)]) = ([:], [])
        for (id, weight) in weights {
            let exact = unit * weight
            let whole = exact.floor ?? 0
            cents[id] = whole
            remainders.append((id, exact - Fraction(whole)))
        }
        let left = (pool * Fraction(100)).floor.map { $0 - cents.values.reduce(0, +) } ?? 0
        // Of equal remainders the id that sorts first comes first; nobody without a weight is given a cent.
        let order = remainders.filter { !$0.part.isZero }
            .sorted { $0.part == $1.part ? $0.id < $1.id : $0.part > $1.part }
        for entry in order.prefix(max(0, left)) { cents[entry.id, default: 0] += 1 }
        shares = cents.mapValues { Fraction($0, over: 100).rounded(to: 2) }
    }
}
