public import GatehouseModel
public import GatehouseModuleKit
public import GatehouseRules

extension IncentivesModule {
    /// The KPIs of `kpis:` under their ids, for every period for which there is something to make them from.
    public func figures(asOf moment: Moment) -> [KPIFigure] {
        guard let payroll else { return [] }
        return payroll.site.kpis.flatMap { kpi in
            payroll.periods(of: kpi, span: kpi.period).compactMap { payroll.figure(of: kpi, in: $0) }
        }.sorted { $0.key < $1.key }
    }

    public var standingAlerts: [StandingAlert] { book.all }

    /// Whether each KPI with a `verify_with` is borne out, by KPI.
    public func checks(asOf moment: Moment) -> [CrossCheck] { payroll?.checks(asOf: moment) ?? [] }

    /// What every rule pays for every period in which it has a value, by incentive and period.
    public func statements(asOf moment: Moment) -> [Statement] { payroll?.statements(asOf: moment) ?? [] }

    /// The factors of the bonus period that holds at a moment.
    public func coefficients(asOf moment: Moment) -> CoefficientTable {
        payroll?.coefficientTable(asOf: moment) ?? CoefficientTable()
    }

    /// Everybody's share of the bonus pool as it stands at a moment, to the cent, by person; empty where the site has
    /// no bonus.
    public func shares(asOf moment: Moment) -> [String: String] { payroll?.shares(asOf: moment) ?? [:] }

    public func pack(into packer: inout Packer) {
        packer.add(record, book, desk, touches, statementsDue, told, month, openJudgement)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (record, book, desk, touches, statementsDue, told, month, openJudgement) = try unpacker.values()
    }

    public mutating func resume(_ site: Site) {
        rules = PayRules(site)
        book.resume(site)
    }
}

extension IncentivesModule.Touch: Packed {
    func pack(into packer: inout Packer) {
        packer.add(source, period)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (source, period) = try unpacker.values()
    }
}
