import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What a figure is made from, and a rule looks at.
struct PaySource: Hashable, Comparable, Sendable {
    enum Kind: Int, Hashable, Sendable {
        case moduleKPI, measure, event
    }

    var kind: Kind
    var name: String

    static func < (left: PaySource, right: PaySource) -> Bool {
        (left.kind.rawValue, left.name) < (right.kind.rawValue, right.name)
    }
}

/// What a site says of KPIs and pay, made ready for looking up.
final class PayRules: Sendable {
    let site: Site
    let kpis: [String: KPI]
    /// A month's, by department.
    let performancePay: [String: Fraction]
    /// The places in the site's list of the KPIs that are made from a source.
    let kpisBySource: [PaySource: [Int]]
    /// The places in the site's list of the rules that look at a source.
    let incentivesBySource: [PaySource: [Int]]
    /// What the scores of departments are made from.
    let scoreSources: Set<PaySource>
    /// The KPIs that are judged at the close of their period.
    let targeted: [KPI]
    /// The events that rules count.
    let countedTopics: Set<Topic>
    let departmentOfPerson: [String: String]
    /// What the rules contradict themselves in, by what an alert's key says.
    let warnings: [String: [FormulaWarning]]

    init(_ site: Site) {
        self.site = site
        let kpis = Dictionary(site.kpis.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.kpis = kpis
        performancePay = Dictionary(
            site.departments.compactMap { one in one.performancePay.map { (one.id, Fraction($0)) } },
            uniquingKeysWith: { first, _ in first })
        kpisBySource = Dictionary(grouping: site.kpis.indices, by: { site.kpis[$0].paySource })
        var bySource: [PaySource: [Int]] = [:]
        for place in site.incentives.indices {
            guard let source = site.incentives[place].rule.paySource(kpis) else { continue }
            bySource[source, default: []].append(place)
        }
        incentivesBySource = bySource
        var parts: [Coefficients.DepartmentScore.Part] = []
        for entry in site.coefficients?.departments ?? [] {
            if case .weighted(let more) = entry.score { parts += more }
        }
        scoreSources = Set(parts.compactMap { kpis[$0.kpi]?.paySource })
        targeted = site.kpis.filter { $0.target != nil }
        countedTopics = Set(bySource.keys.filter { $0.kind == .event }.map { Topic(rawValue: $0.name) })
        departmentOfPerson = Dictionary(
            site.people.compactMap { person in person.department.map { (person.id, $0) } },
            uniquingKeysWith: { first, _ in first })
        warnings = Self.warnings(of: site)
    }

    /// Whose performance pay a rule speaks of, and whose events it counts.
    func department(of incentive: Incentive) -> String? {
        incentive.department ?? incentive.rule.kpi.flatMap { kpis[$0]?.department }
    }

    /// A rule's period is its own, else its KPI's, else a month.
    func span(of incentive: Incentive) -> Period {
        incentive.period ?? incentive.rule.kpi.flatMap { kpis[$0]?.period } ?? .month
    }

    /// The bonus period is a year unless the site says otherwise.
    var bonusSpan: Period { site.bonus?.period ?? .year }
}

extension KPI {
    var paySource: PaySource {
        switch source {
        case .module(let name): PaySource(kind: .moduleKPI, name: name)
        case .measure(let name, _): PaySource(kind: .measure, name: name)
        }
    }

    /// Whether its values are shares, which are shown and compared as percentages.
    var isRate: Bool {
        switch source {
        case .module(let name):
            !["overtime.hours", "weekly.hours"].contains(name) && !name.hasPrefix("hazard.overdue")
                && !name.hasPrefix("hazard.leadtime")
        case .measure: baseline?.isPercentage ?? target?.isPercentage ?? false
        }
    }

    /// A value of it as people read it: `95%`, or `3`.
    func shown(_ value: Fraction) -> String {
        isRate ? "\((value * Fraction(100)).text)%" : value.text
    }
}

extension Incentive.Rule {
    fileprivate func paySource(_ kpis: [String: KPI]) -> PaySource? {
        switch self {
        case .threshold(let kpi, _, _), .perStep(let kpi, _, _, _, _), .tiers(let kpi, _): kpis[kpi]?.paySource
        case .share(let measure, _, _): PaySource(kind: .measure, name: measure)
        case .noneIn(let event, _, _): PaySource(kind: .event, name: event)
        }
    }
}

extension Figure {
    /// 0.95 for `95%`, 3 for `3`.
    var value: Fraction {
        isPercentage ? Fraction(number) / Fraction(100) : Fraction(number)
    }
}

extension PaySource: Packed {
    func pack(into packer: inout Packer) {
        packer.add(kind, name)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (kind, name) = try unpacker.values()
    }
}

extension PaySource.Kind: Packed {}
