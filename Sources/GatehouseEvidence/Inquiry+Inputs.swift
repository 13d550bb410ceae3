import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// What the site's own key figures and its rules of pay name as their inputs: figures of modules, measures, incidents.
extension Inquiry {
    func ownFormula(_ kpi: KPI?, _ figure: KPIFigure) -> String {
        guard let kpi else { return figure.formula }
        switch kpi.source {
        case .module(let name):
            let words = KPIWords.formula(name, language)
            guard kpi.period != .month, !name.hasPrefix("hazard.") else { return "\(name): \(words)" }
            return say(
                "\(name) over the months: numerators and denominators added up (\(words))",
                "各月 \(name) 的分子、分母分别相加（\(words)）")
        case .measure(let name, .mean):
            return say("mean of \(name), weighted: Σ(value × weight) / Σ weight", "\(name) 的加权平均：Σ(数值 × 权重) / Σ 权重")
        case .measure(let name, .sum): return say("sum of \(name)", "\(name) 之和")
        case .measure(let name, .last): return say("the last \(name)", "\(name) 的最后一个值")
        }
    }

    /// Opens what an event names as its inputs: each of them, or of many the first, the last and their number.
    ///
    /// Where only the ends are named, the topic is walked from the last back to the first and asked which of its events
    /// are of the measure, the department and the period: the same three that decided when it was counted. Folding the
    /// journal again would give the same list for the price of the whole journal.
    mutating func addInputs(
        _ inputs: JSONValue?, of source: KPI.Source?, _ figure: KPIFigure, _ event: StoredEvent,
        to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        var span = InputSpan(department: figure.department, period: figure.period)
        switch source {
        case .module(let name): span.name = name
        case .measure(let name, _): span.name = name
        case nil: break
        }
        try add(inputs, span, before: event.sequence, to: &node, depth)
        if figure.value == nil, node.children.isEmpty, node.events.isEmpty {
            node.remarks.append(say("nothing to compute it from", "没有可计算的数据"))
        }
    }

    /// Which events of a topic a figure counted.
    struct InputSpan {
        /// The measure or the module's figure; nil: whatever the topic has.
        var name: String?
        var department: String?
        /// As figures name it.
        var period: String
        /// Where other months count than those of the period: from there.
        var from: CalendarDay?
    }

    mutating func add(
        _ inputs: JSONValue?, _ span: InputSpan, before sequence: Int64, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        for input in inputs?.elements ?? [] {
            guard let first = input["sequence"]?.sequence, let topic = input["topic"]?.text else { continue }
            guard let last = input["through"]?.sequence else {
                try add(first, topic, to: &node, depth)
                continue
            }
            let found = try sequences(Topic(rawValue: topic), first...max(first, last), span)
            for sequence in found { try add(sequence, topic, to: &node, depth) }
            if let count = input["count"]?.integer, count != found.count {
                node.remarks.append(
                    say(
                        "\(count) events were counted, and \(found.count) of them are in the journal",
                        "共计入 \(count) 个事件，日志中现存 \(found.count) 个"))
            }
        }
    }

    private mutating func add(
        _ sequence: Int64, _ topic: String, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        guard topic == "kpi.updated", let event = try reading.event(at: sequence) else {
            node.events.append(try row(sequence, topic: topic))
            return
        }
        var child = try figure(event, depth - 1)
        if let figure = KPIFigure(json: event.data) {
            child.contribution = "\(figure.numerator.text) / \(figure.denominator.text)"
        }
        node.children.append(child)
    }

    /// The events between two that are of that name, department and period, the oldest first; of a figure that was told
    /// again the last.
    private mutating func sequences(
        _ topic: Topic, _ range: ClosedRange<Int64>, _ span: InputSpan
    ) throws(EvidenceProblem) -> [Int64] {
        guard let period = FigurePeriod(span.period) else { return [] }
        let zone = try zone()
        var found: [Int64] = []
        var told: Set<KPIFigure.Key> = []
        var walk = reading.walk(topic, before: range.upperBound + 1)
        while let event = try walk.next(), event.sequence >= range.lowerBound {
            guard Self.isOf(event, span, period, zone) else { continue }
            if let key = KPIFigure(json: event.data)?.key, topic == "kpi.updated" {
                guard told.insert(key).inserted else { continue }
            }
            found.append(event.sequence)
        }
        return found.reversed()
    }

    private static func isOf(_ event: StoredEvent, _ span: InputSpan, _ period: FigurePeriod, _ zone: Zone) -> Bool {
        let name = event.topic == "kpi.updated" ? event.text("kpi") : event.text("measure")
        if let wanted = span.name, name != nil, name != wanted { return false }
        if let wanted = span.department, event.text("department") != wanted { return false }
        if let own = event.text("period") {
            // A week counts in the month of its Thursday.
            let day = FigurePeriod(own).map { own.contains("W") ? $0.first.adding(3) : $0.first }
            return day.map { period.holds($0) } ?? false
        }
        let day = CalendarDay(event.time, in: zone)
        return day < period.end && day >= (span.from ?? period.first)
    }
}
