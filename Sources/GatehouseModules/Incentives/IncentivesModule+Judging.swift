import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The close of a period whose figures are still to be judged.
struct Judgement: Sendable {
    var close: Moment
    var due: Deadline
    /// The month that closed; the quarter and the year may have closed with it.
    var month: PayPeriod
    /// The KPIs made from measures as they stood at the close; those of modules are still coming in.
    var measured: [String: Reading]
}

extension IncentivesModule {
    static let targetCode = "kpi.below_target"

    /// A month has ended: the KPIs whose period ended with it are to be judged, and the next one begins.
    mutating func close(at moment: Moment, into findings: inout Findings) {
        guard let payroll, let ended = month else { return }
        if openJudgement != nil { judge(into: &findings) }
        var measured: [String: Reading] = [:]
        for kpi in payroll.rules.targeted {
            guard case .measure = kpi.source, let period = Self.period(of: kpi, endingWith: ended) else { continue }
            measured[kpi.id] = payroll.reading(of: kpi, in: period)
        }
        openJudgement = Judgement(
            close: moment, due: Deadline(moment + settle, .judgement), month: ended, measured: measured)
        month = ended.adding(1)
        guard isTelling else { return }
        // Nothing has happened yet in the new month, and for that a rule may pay.
        for source in payroll.rules.incentivesBySource.keys where source.kind == .event {
            touches.insert(Touch(source: source, period: ended.adding(1)))
            let due = Deadline(moment, .judgement)
            statementsDue = statementsDue.map { min($0, due) } ?? due
        }
    }

    /// The figures as they stood at the close are held against their targets.
    mutating func judge(into findings: inout Findings) {
        guard let judgement = openJudgement, let payroll else { return }
        openJudgement = nil
        let clock = findings.clock
        findings.clock = judgement.close
        for alert in book.all where alert.code == Self.targetCode {
            // The next close of the KPI's period ends it; of a KPI that is no more, any close.
            if let kpi = payroll.rules.kpis[alert.subject], Self.period(of: kpi, endingWith: judgement.month) == nil {
                continue
            }
            let about = String(alert.key.dropFirst(Self.targetCode.utf8.count + 1))
            book.clear(Self.targetCode, about: about, reason: "next-period", into: &findings)
        }
        for kpi in payroll.rules.targeted {
            guard let period = Self.period(of: kpi, endingWith: judgement.month) else { continue }
            let reading =
                if case .measure = kpi.source { judgement.measured[kpi.id] } else {
                    payroll.reading(of: kpi, in: period, atClose: true)
                }
            if let reading { judge(kpi, period, reading, payroll.site, into: &findings) }
        }
        record.figures.forgetOvertaken()
        findings.clock = clock
    }

    /// Without a value there is nothing to be below.
    private mutating func judge(
        _ kpi: KPI, _ period: PayPeriod, _ reading: Reading, _ site: Site, into findings: inout Findings
    ) {
        guard let target = kpi.target, let value = reading.value,
            kpi.better == .higher ? value < target.value : value > target.value
        else { return }
        let about = [kpi.id, kpi.department, period.text].compactMap { $0 }.joined(separator: "+")
        let whose = kpi.department.map { id in site.departments.first { $0.id == id }?.name ?? id } ?? site.name
        book.raise(
            Alarm(
                code: Self.targetCode, about: about, subject: kpi.id, evidence: reading.inputs?.sequences ?? [],
                rule: [
                    "measured": .string(value.rounded(to: 6)), "limit": .string(target.value.rounded(to: 6)),
                    "from": "site file", "better": .string(kpi.better.rawValue), "period": .string(period.text),
                ],
                message: { language in
                    let shown = kpi.shown(value)
                    return switch language {
                    case .english:
                        "\(whose): \(kpi.name) (\(kpi.id)) was \(shown) in \(period.text); the target is "
                            + "\(target.text), \(kpi.better.rawValue) is better"
                    case .chinese:
                        "\(whose)：\(kpi.name)（\(kpi.id)）\(period.text) 为 \(shown)，未达到目标 \(target.text)"
                    }
                }), into: &findings)
    }

    /// The KPI's own period that ended with a month; nil where it goes on.
    private static func period(of kpi: KPI, endingWith month: PayPeriod) -> PayPeriod? {
        month.widened(to: kpi.period).flatMap { $0.endMonth == month.endMonth ? $0 : nil }
    }
}

extension Judgement: Packed {
    func pack(into packer: inout Packer) {
        packer.add(close, due, month, measured)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (close, due, month, measured) = try unpacker.values()
    }
}

extension Reading: Packed {
    func pack(into packer: inout Packer) {
        packer.add(numerator, denominator)
        packer.add(inputs?.topic, inputs?.count, inputs?.first, inputs?.last, inputs?.sequences)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (numerator, denominator) = try unpacker.values()
        let topic: String? = try unpacker.next()
        let count: Int? = try unpacker.next()
        let (first, last): (Int64?, Int64?) = (try unpacker.next(), try unpacker.next())
        let sequences: [Int64]? = try unpacker.next()
        if let topic, let count, let first, let last, let sequences {
            inputs = KPIFigure.Inputs(topic: topic, count: count, first: first, last: last, sequences: sequences)
        }
    }
}
