import GatehouseModel
import GatehouseRules

/// The KPIs that the modules compute.
enum ModuleKPIs {
    /// Shares, whose figures are written as percentages.
    static let rates = [
        "attendance.rate", "late.rate", "leave.rate", "flexible.coverage", "post.coverage", "patrol.completion",
        "patrol.rounds", "patrol.punctuality", "patrol.missed", "hazard.remediation", "hazard.stock", "hazard.ontime",
        "hazard.repeat",
    ]
    /// Everything else, whose figures are written as numbers.
    static let amounts = ["overtime.hours", "weekly.hours", "hazard.overdue", "hazard.leadtime"]

    /// The KPI without the severity that a hazard KPI may end in.
    static func base(of name: String, severityIsKnown: (String) -> Bool) -> String? {
        let all = rates + amounts
        if all.contains(name) { return name }
        let base = all.first { $0.hasPrefix("hazard.") && name.hasPrefix($0 + ".") }
        return base.flatMap { severityIsKnown(String(name.dropFirst($0.count + 1))) ? $0 : nil }
    }
}

extension Form where Value == String {
    /// The name of a module's KPI.
    static var moduleKPI: Form {
        Form(
            what: "a module's KPI",
            read: { node, context in
                if case .scalar(let text, _) = node.value,
                    ModuleKPIs.base(of: text, severityIsKnown: { context.knows(.severity, $0) }) != nil
                {
                    return (text, .string(text))
                }
                let written = if case .scalar(let text, _) = node.value { text } else { "" }
                context.report(
                    at: node.mark, "\(node.description) is not a module's KPI",
                    hint: context.suggestion(
                        for: written, among: ModuleKPIs.rates + ModuleKPIs.amounts, plural: "modules' KPIs"))
                return nil
            }, encode: { .string($0) })
    }
}

extension Form where Value == KPI {
    /// Its figures must be written as the KPI is: a rate as a percentage, anything else as a number.
    static var kpi: Form {
        map("a KPI") { reader in
            let id = reader.require("id", .newID(.kpi))
            let name = reader.read("name", .text)
            let source = source(reader)
            let department = reader.read("department", .known(.department))
            let period = reader.read("period", .choice("a period"), default: Period.month)
            let better = reader.require("better", .choice("a direction")) as KPI.Direction?
            let baseline = reader.read("baseline", .figure)
            let target = reader.read("target", .figure)
            // Which KPIs there are is known only when all have been read.
            let verify = reader.read(
                "verify_with", .id.checked { name, mark, context in context.requireKnownLater(.kpi, name, at: mark) })
            guard let id, let source, let better else { return nil }
            let kpi = KPI(
                id: id, name: name ?? id, source: source, department: department, period: period, better: better,
                baseline: baseline, target: target, verifyWith: verify)
            for (key, figure) in [("baseline", baseline), ("target", target)] {
                if let figure { kpi.check(figure, at: reader.mark(of: key), in: reader.context) }
            }
            return kpi
        }
    }

    /// One of the two sources; an aggregate only makes sense for measures.
    private static func source(_ reader: MapReader) -> KPI.Source? {
        let kind = reader.choose(["of", "measure"])
        if kind != "measure" { reader.forbid("aggregate", because: "it belongs to a measure: take it out") }
        switch kind {
        case "of": return reader.read("of", .moduleKPI).map { .module($0) }
        case "measure":
            let measure = reader.read("measure", .id)
            let aggregate = reader.read("aggregate", .choice("a way to sum up"), default: KPI.Aggregate.mean)
            return measure.map { .measure($0, aggregate) }
        default: return nil
        }
    }
}

extension KPI {
    /// Whether its values are shares; nil for a measure, which may be either.
    var isRate: Bool? {
        guard case .module(let name) = source else { return nil }
        return ModuleKPIs.rates.contains { name == $0 || name.hasPrefix($0 + ".") }
    }

    /// Reports a figure that is not written as the KPI is.
    func check(_ figure: Figure, at mark: Mark, in context: ReadingContext) {
        guard let isRate, isRate != figure.isPercentage else { return }
        context.report(
            at: mark, "\(figure.text) does not fit \(id), which is \(isRate ? "a rate" : "no rate")",
            hint: isRate ? "write a percentage, for example 95%" : "write a number without %")
    }
}
