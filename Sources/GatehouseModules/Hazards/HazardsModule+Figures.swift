public import GatehouseModel
public import GatehouseModuleKit
import GatehouseRules

/// The rates of remediation.
extension HazardsModule {
    public func figures(asOf moment: Moment) -> [KPIFigure] {
        figures(of: pages.months, asOf: moment)
    }

    /// Tells the figures of the months that have changed.
    mutating func tellFigures(into findings: inout Findings) {
        desk.tell(figures(of: pages.changed.sorted(), asOf: findings.clock), into: &findings)
        pages.changed = []
    }

    /// The figures of those months, and of the quarters and years that hold them where the site pays by such.
    private func figures(of months: [HazardPeriod], asOf moment: Moment) -> [KPIFigure] {
        guard let site = index?.site else { return [] }
        let periods = Set(months.flatMap { month in site.hazardSpans.map { month.widened(to: $0) } })
        return periods.flatMap { figures(of: $0, asOf: moment, site) }.sorted { $0.key < $1.key }
    }

    /// Each for all hazards, and for those of each severity, because they must not hide each other.
    private func figures(of period: HazardPeriod, asOf moment: Moment, _ site: Site) -> [KPIFigure] {
        let (start, end) = (period.start(in: site.zone), period.next.start(in: site.zone))
        var all = HazardCounts()
        var bySeverity = site.hazards.severities.mapValues { _ in HazardCounts() }
        for severity in book.severities { bySeverity[severity] = HazardCounts() }
        for place in pages.places(in: period) {
            let hazard = book[place]
            all.count(hazard, from: start, to: end, now: moment)
            bySeverity[hazard.origin.severity, default: HazardCounts()].count(hazard, from: start, to: end, now: moment)
        }
        return all.figures(period: period.text, severity: nil)
            + bySeverity.flatMap { $0.value.figures(period: period.text, severity: $0.key) }
    }
}

extension Site {
    /// Over which spans figures of hazards are computed: always months; quarters and years where a KPI or a reward
    /// asks for them, since the figures of their months cannot be added up.
    fileprivate var hazardSpans: Set<Period> {
        let usesHazards = kpis.contains { kpi in
            if case .module(let name) = kpi.source { name.hasPrefix("hazard.") } else { false }
        }
        guard usesHazards else { return [.month] }
        return Set([.month] + kpis.map(\.period) + incentives.compactMap(\.period))
    }
}
