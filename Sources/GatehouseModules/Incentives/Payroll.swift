import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What has been recorded of everything that pay looks at.
struct PayRecord: Sendable {
    var figures = FigureShelf()
    var measures = MeasureBook()
    var occurrences = Occurrences()
    var late = LateInstances()
    /// When the record begins: the receipt of the first site. Nil before it.
    var start: Moment?
}

extension PayRecord: Packed {
    func pack(into packer: inout Packer) {
        packer.add(figures, measures, occurrences, late, start)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (figures, measures, occurrences, late, start) = try unpacker.values()
    }
}

/// The rules applied to the record: every number that the pages of pay speak of, computed when it is asked for.
struct Payroll: Sendable {
    let rules: PayRules
    let record: PayRecord

    var site: Site { rules.site }

    /// The period of that kind that holds at a moment.
    func period(_ span: Period, at moment: Moment) -> PayPeriod {
        PayPeriod(span, holding: moment, in: site.zone)
    }

    /// A KPI over a period, which need not be of the KPI's own kind. Nil where there is nothing to make it from.
    func reading(of kpi: KPI, in period: PayPeriod, atClose: Bool = false) -> Reading? {
        switch kpi.source {
        case .module(let name):
            record.figures.reading(of: name, department: kpi.department, in: period, atClose: atClose)
        case .measure(let name, let aggregate):
            record.measures.tally(of: name, department: kpi.department, in: period)?.reading(aggregate)
        }
    }

    /// The periods of that kind for which there is something to make the KPI from.
    func periods(of kpi: KPI, span: Period) -> Set<PayPeriod> {
        switch kpi.source {
        case .module(let name): record.figures.periods(of: name, department: kpi.department, span: span)
        case .measure(let name, _): record.measures.periods(of: name, department: kpi.department, span: span)
        }
    }

    /// A KPI's figure under its own id; nil where there is nothing to make it from.
    func figure(of kpi: KPI, in period: PayPeriod) -> KPIFigure? {
        reading(of: kpi, in: period).map { reading in
            KPIFigure(
                kpi: kpi.id, department: kpi.department, period: period.text, numerator: reading.numerator,
                denominator: reading.denominator, formula: Self.formula(of: kpi), inputs: reading.inputs)
        }
    }

    private static func formula(of kpi: KPI) -> String {
        switch kpi.source {
        case .module(let name): kpi.period == .month ? name : "Σ \(name)"
        case .measure(let name, .mean): "Σ(\(name) × weight) / Σ weight"
        case .measure(let name, .sum): "Σ \(name)"
        case .measure(let name, .last): "last(\(name))"
        }
    }
}
