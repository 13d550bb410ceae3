import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// Coefficients and shares with their numbers laid open. The values are those of the computation itself.
extension Payroll {
    func account(ofPosition position: String) -> PayAccount? {
        guard let given = site.coefficients?.positions, let own = given.points[position],
            let value = Self.positions(given)[position]
        else { return nil }
        let points = own.values.reduce(Fraction.zero) { $0 + Fraction($1) }
        let highest = given.points.values.map { $0.values.reduce(Fraction.zero) { $0 + Fraction($1) } }.max() ?? .zero
        let exact = highest.isZero ? "∅" : (Fraction(given.top) * points / highest).rounded(to: 6)
        let terms = own.sorted { $0.key < $1.key }.map { factor, points in
            PayAccount.Term(name: factor, text: points.text, source: .siteFile)
        }
        return PayAccount(
            value: value.text,
            computation: "\(given.top.text) × \(points.text) / \(highest.text) = \(exact), step \(given.step.text), "
                + "floor \(given.floor.text) → \(value.text)",
            terms: terms)
    }

    func account(ofDepartment department: String, asOf moment: Moment) -> PayAccount? {
        guard let entry = site.coefficients?.departments.first(where: { $0.department == department }) else {
            return nil
        }
        let value = departments(asOf: moment)[department]
        let (scored, terms) = account(of: entry.score, asOf: moment)
        let factor = SizeAdjustment(departments: site.departments).factor(of: department)
        let size = Fraction(factor.numerator, over: factor.denominator)
        let headcount = site.departments.first { $0.id == department }?.headcount
        let heads = PayAccount.Term(name: "headcount", text: headcount.map(String.init), source: .siteFile)
        return PayAccount(
            value: value?.coefficient?.rounded(to: 6),
            computation: "(\(scored) = \(value?.score?.rounded(to: 6) ?? "∅")) × \(size.text) = "
                + (value?.coefficient?.rounded(to: 6) ?? "∅"),
            terms: terms + [heads, .init(name: "size", text: size.text, source: .siteFile)])
    }

    private func account(
        of score: Coefficients.DepartmentScore.Score, asOf moment: Moment
    ) -> (computation: String, terms: [PayAccount.Term]) {
        switch score {
        case .fixed(let number):
            return (number.text, [.init(name: "score", text: number.text, source: .siteFile)])
        case .weighted(let parts):
            var (sum, terms): ([String], [PayAccount.Term]) = ([], [])
            for part in parts {
                guard let kpi = rules.kpis[part.kpi] else { continue }
                let period = period(kpi.period, at: moment)
                let value = reading(of: kpi, in: period)?.value?.text
                let (shown, company) = (value ?? "∅", part.company.text)
                let ratio = part.ratio == .plain ? "\(shown) / \(company)" : "\(company) / \(shown)"
                sum.append("\(ratio) × \(part.weight.text)%")
                terms.append(
                    .init(
                        name: kpi.id, text: value,
                        source: .kpi(kpi.id, department: kpi.department, period: period.text)))
            }
            return (sum.joined(separator: " + "), terms)
        }
    }

    func account(ofPerson person: String, asOf moment: Moment) -> PayAccount? {
        guard let given = site.coefficients?.people, site.people.contains(where: { $0.id == person }) else {
            return nil
        }
        let period = period(rules.bonusSpan, at: moment)
        var (score, extra): ([String], [String]) = ([], [])
        var terms: [PayAccount.Term] = []
        for (measure, weight) in given.weights.sorted(by: { $0.key < $1.key }) {
            let value = record.measures.mean(of: measure, person: person, in: period)?.text
            score.append("\(value ?? "∅") × \(weight.text)%")
            terms.append(
                .init(name: measure, text: value, source: .measure(measure, person: person, period: period.text)))
        }
        for (measure, worth) in given.extras.sorted(by: { $0.key < $1.key }) {
            let count = record.measures.count(of: measure, person: person, in: period)
            if count > 0 { extra.append("\(count) × \(worth.text)") }
            terms.append(
                .init(
                    name: measure, text: String(count),
                    source: .measure(measure, person: person, period: period.text)))
        }
        if let late = given.late {
            let count = record.late.count(of: person, in: period)
            if count > late.moreThan { extra.append("(\(late.add.text))") }
            terms.append(
                .init(
                    name: "late > \(late.moreThan)", text: String(count),
                    source: .late(person: person, period: period.text)))
        }
        let value = self.person(person, given, in: period)?.rounded(to: 6)
        let added = ["1"] + extra
        return PayAccount(
            value: value,
            computation: "(\(score.joined(separator: " + "))) × (\(added.joined(separator: " + "))) = \(value ?? "∅")",
            terms: terms)
    }

    func account(ofShare person: String, asOf moment: Moment) -> PayAccount? {
        guard let bonus = site.bonus, let one = site.people.first(where: { $0.id == person }) else { return nil }
        let values = coefficients(asOf: moment)
        let weights = weights(values)
        let (own, sum) = (weights[person] ?? .zero, weights.values.reduce(Fraction.zero) { $0 + $1 })
        let share = PoolShares(pool: Fraction(bonus.pool), weights: weights).shares[person]
        let position = one.position.flatMap { values.positions[$0] } ?? .one
        let department = one.department.flatMap { values.departments[$0] }.map(\.coefficient) ?? .one
        let weighed = values.people.map { $0[person] ?? nil } ?? .one
        let factors: [PayAccount.Term] = [
            .init(name: bonus.base, text: one.basePay?.text ?? "0", source: .siteFile),
            .init(
                name: "position", text: position.text,
                source: one.position.flatMap { values.positions[$0] == nil ? nil : .position($0) } ?? .siteFile),
            .init(
                name: "department", text: department?.rounded(to: 6),
                source: one.department.flatMap { values.departments[$0] == nil ? nil : .department($0) } ?? .siteFile),
            .init(
                name: "person", text: weighed?.rounded(to: 6),
                source: values.people == nil ? .siteFile : .person(person)),
        ]
        let product = factors.map { $0.text ?? "∅" }.joined(separator: " × ")
        return PayAccount(
            value: share,
            computation: "\(product) = \(own.rounded(to: 6)); \(bonus.pool.text) × \(own.rounded(to: 6)) / "
                + "\(sum.rounded(to: 6)) → \(share ?? "∅")",
            terms: factors)
    }
}
