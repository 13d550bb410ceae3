import GatehouseModel
import GatehouseModuleKit

/// What is counted of hazards in one period, as of its end, or now.
struct HazardCounts: Sendable {
    /// A numerator, a denominator, and the events that both come from.
    struct Share: Sendable {
        var part = 0
        var whole = 0
        var sequences: [Int64] = []

        mutating func count(_ hazard: Hazard, _ closing: Hazard.Closing?, as isPart: Bool) {
            whole += 1
            part += isPart ? 1 : 0
            sequences.append(hazard.origin.sequence)
            if let closing { sequences.append(closing.sequence) }
        }
    }

    /// Closed / opened, of the hazards opened in the period.
    var remediation = Share()
    /// Closed in the period / open at its start or opened in it.
    var stock = Share()
    /// Closed at or before it / hazards whose deadline in force fell in the period and has come.
    var onTime = Share()
    /// Open past their deadline; of these the whole is what counts.
    var overdue = Share()
    /// Opened with `repeats` / opened.
    var repeats = Share()
    /// From opened to closed, of the hazards opened in the period and closed.
    var leadMilliseconds: Int64 = 0

    /// Counts a hazard in the period from `start` to just before `end`; `now` says which deadlines have come.
    mutating func count(_ hazard: Hazard, from start: Moment, to end: Moment, now: Moment) {
        let opened = hazard.origin.opened
        guard opened < end else { return }
        // What was closed after the end was open as of the end.
        let closing = hazard.closing.flatMap { $0.moment < end ? $0 : nil }
        if opened >= start {
            remediation.count(hazard, closing, as: closing != nil)
            repeats.count(hazard, nil, as: hazard.origin.repeats != nil)
            if let closing { leadMilliseconds += closing.moment.milliseconds - opened.milliseconds }
        }
        if closing.map({ $0.moment >= start }) ?? true { stock.count(hazard, closing, as: closing != nil) }
        guard let deadline = hazard.term(before: end)?.deadline, deadline < end, deadline <= now else { return }
        if deadline >= start { onTime.count(hazard, closing, as: closing.map { $0.moment <= deadline } ?? false) }
        if closing == nil { overdue.count(hazard, nil, as: true) }
    }
}

extension HazardCounts {
    /// The six key figures, by name; `severity` is put behind each name.
    func figures(period: String, severity: String?) -> [KPIFigure] {
        let minutes = Fraction(leadMilliseconds, over: 60_000)
        let rows: [(kpi: String, part: Fraction, whole: Int, formula: String, sequences: [Int64])] = [
            ("leadtime", minutes, remediation.part, Self.leadTimeFormula, remediation.sequences),
            ("ontime", Fraction(onTime.part), onTime.whole, Self.onTimeFormula, onTime.sequences),
            ("overdue", Fraction(overdue.whole), 1, "hazards open past their deadline", overdue.sequences),
            (
                "remediation", Fraction(remediation.part), remediation.whole,
                "closed / opened, of the hazards opened in the period", remediation.sequences
            ),
            (
                "repeat", Fraction(repeats.part), repeats.whole, "opened again within the repeat window / opened",
                repeats.sequences
            ),
            (
                "stock", Fraction(stock.part), stock.whole,
                "closed in the period / open at its start or opened in it", stock.sequences
            ),
        ]
        return rows.map { row in
            KPIFigure(
                kpi: "hazard.\(row.kpi)\(severity.map { ".\($0)" } ?? "")", period: period, numerator: row.part,
                denominator: Fraction(row.whole), formula: row.formula,
                // Openings and closings are scans and steps alike.
                inputs: KPIFigure.Inputs(topic: "hazard", of: row.sequences))
        }
    }

    private static let leadTimeFormula =
        "minutes from opened to closed / closed, of the hazards opened in the period"
    private static let onTimeFormula =
        "closed at or before their deadline in force / hazards whose deadline in force fell in the period and has come"
}
