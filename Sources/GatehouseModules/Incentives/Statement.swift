public import GatehouseModel
import GatehouseModuleKit

/// What a rule pays for one period, and how that comes about.
public struct Statement: Sendable {
    public let incentive: String
    /// Nil: the site.
    public let department: String?
    /// `2026-11`, `2026-Q4` or `2026`.
    public var period: String { payPeriod.text }
    /// To the cent: `1500.00`.
    public var amount: String { cents.rounded(to: 2) }
    /// The computation with the numbers put in.
    public var formula: String { "\(computation()) = \(amount)" }

    /// The left side of the formula.
    let computation: @Sendable () -> String
    let payPeriod: PayPeriod
    let kpi: String?
    let basis: Basis
    let cents: Fraction
    /// What the values were computed from.
    let inputs: [KPIFigure.Inputs]

    /// What an amount was computed from, as far as the kind of rule knows it.
    struct Basis: Hashable, Sendable {
        var value: Fraction?
        var baseline: Fraction?
        var improvement: Fraction?
        var steps: Int?
        /// The tier that was reached, as it is written: `20%`. The outer nil: the rule has no tiers.
        var tier: String??
    }

    /// The data of `incentive.computed`.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("incentive", .string(incentive)), .init("department", .optional(department)),
            .init("period", .string(period)), .init("kpi", .optional(kpi)),
            .init("value", .optional(basis.value?.rounded(to: 6))),
            .init("baseline", .optional(basis.baseline?.rounded(to: 6))),
            .init("improvement", .optional(basis.improvement?.rounded(to: 6))),
        ]
        if let steps = basis.steps { members.append(.init("steps", .integer(steps))) }
        if let tier = basis.tier { members.append(.init("tier", .optional(tier))) }
        members += [
            .init("amount", .string(amount)), .init("formula", .string(formula)),
            .init("inputs", .array(inputs.flatMap { $0.json.elements ?? [] })),
        ]
        return .object(members)
    }

    /// What it is a statement of: one for each of these.
    struct Key: Hashable, Comparable, Sendable {
        var incentive: String
        var period: PayPeriod
        var department: String?

        static func < (left: Key, right: Key) -> Bool {
            (left.incentive, left.period, left.department ?? "")
                < (right.incentive, right.period, right.department ?? "")
        }
    }

    /// What must differ for it to be told again.
    struct Mark: Hashable, Sendable {
        var cents: Fraction
        var basis: Basis
    }

    var mark: Mark { Mark(cents: cents, basis: basis) }
    var key: Key { Key(incentive: incentive, period: payPeriod, department: department) }
}

extension Statement.Key: Packed {
    func pack(into packer: inout Packer) {
        packer.add(incentive, period, department)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (incentive, period, department) = try unpacker.values()
    }
}

extension Statement.Mark: Packed {
    func pack(into packer: inout Packer) {
        packer.add(cents, basis.value, basis.baseline, basis.improvement, basis.steps)
        packer.add(basis.tier != nil, basis.tier ?? nil)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        cents = try unpacker.next(Fraction.self)
        basis = Statement.Basis()
        basis.value = try unpacker.next(Fraction?.self)
        basis.baseline = try unpacker.next(Fraction?.self)
        basis.improvement = try unpacker.next(Fraction?.self)
        basis.steps = try unpacker.next(Int?.self)
        let hasTiers = try unpacker.next(Bool.self)
        let tier = try unpacker.next(String?.self)
        if hasTiers { basis.tier = .some(tier) }
    }
}
