import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// What a rule pays, down to the figures, measures and incidents that it looks at.
extension Inquiry {
    /// The newest statement of a rule for a period; without one, of the newest period.
    mutating func incentive(_ id: String, period: String?, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        var periods: Set<String> = []
        var (walk, newest): (EventWalk, StoredEvent?) = (reading.walk("incentive.computed"), nil)
        while let event = try walk.next() {
            guard event.text("incentive") == id, let own = event.text("period") else { continue }
            periods.insert(own)
            if let period {
                if own == period { return try statement(event, depth) }
            } else if newest.map({ own > ($0.text("period") ?? "") }) ?? true {
                newest = event
            }
        }
        if let newest { return try statement(newest, depth) }
        guard periods.isEmpty else {
            throw .unknown(
                "\(id) has no statement for \(period ?? ""); it has \(Self.some(periods.sorted().reversed()))")
        }
        let rules = try site()?.index.site.incentives.map(\.id) ?? []
        throw .unknown(
            rules.contains(id)
                ? "\(id) has paid for nothing yet: its KPI or measure has no value"
                : "there is no rule \(id); the site file has \(Self.some(rules))")
    }

    /// A statement as an event tells it.
    mutating func statement(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let id = event.text("incentive"), let period = event.text("period") else {
            return try plain(event, depth)
        }
        let site = try site(before: event.cause ?? event.sequence)?.index
        let rule = site?.site.incentives.first { $0.id == id }
        let whose = event.text("department").map { site?.departments[$0]?.name ?? $0 }
        var node = Explanation(
            .incentive(id, period: period), title: [id, period, whose].compactMap { $0 }.joined(separator: " · "),
            value: event.text("amount"))
        node.computation = event.text("formula") ?? ""
        node.told = EvidenceRow(event)
        node.isOpen = depth >= 0
        guard depth >= 0 else { return node }
        node.formula = rule.map { ruleFormula($0.rule) } ?? ""
        node.parts = statementParts(event)
        node.former = try formerStatements(event, id, period)
        try addStatementInputs(event, rule, site?.site, to: &node, depth)
        node.remarks += remarkMissing(node.events)
        return node
    }

    private func ruleFormula(_ rule: Incentive.Rule) -> String {
        switch rule {
        case .threshold(let kpi, let at, let pay):
            say("\(kpi) on the right side of \(at.text) → \(text(pay))", "\(kpi) 达到 \(at.text) → \(text(pay))")
        case .perStep(let kpi, let step, _, let pay, let most):
            say(
                "each whole \(step.text) of improvement of \(kpi) → \(text(pay))"
                    + (most.map { ", at most \($0)" } ?? ""),
                "\(kpi) 每改善 \(step.text) → \(text(pay))" + (most.map { "，最多 \($0) 步" } ?? ""))
        case .tiers(let kpi, let tiers):
            "\(kpi): " + tiers.map { "≥ \($0.at.text) → \(text($0.pay))" }.joined(separator: "; ")
        case .share(let measure, let share, let cap):
            "\(share.text) % × Σ \(measure)"
                + (cap.map { say(", at most \($0.text) % of performance pay", "，不超过绩效工资的 \($0.text) %") } ?? "")
        case .noneIn(let topic, let months, let pay):
            say(
                "no \(topic) in \(months.map { "\($0) months" } ?? "the period") → \(text(pay))",
                "\(months.map { "\($0) 个月内" } ?? "期内")没有 \(topic) → \(text(pay))")
        }
    }

    private func text(_ pay: Incentive.Pay) -> String {
        switch pay {
        case .percentage(let part): say("\(part.text) % of performance pay", "绩效工资的 \(part.text) %")
        case .money(let sum): sum.text
        case .shareOfLoss(let part): say("\(part.text) % of the mean yearly loss before", "此前年均损失的 \(part.text) %")
        }
    }

    private func statementParts(_ event: StoredEvent) -> [Explanation.Part] {
        let names: [(EvidenceWords, String)] = [
            (.kpi, "kpi"), (.value, "value"), (.baseline, "baseline"), (.improvement, "improvement"), (.steps, "steps"),
            (.tier, "tier"), (.amount, "amount"),
        ]
        return names.compactMap { word, name in
            guard let value = event.data[name], value != .null else { return nil }
            return part(word, value.text ?? value.jsonText)
        }
    }

    private func formerStatements(
        _ event: StoredEvent, _ id: String, _ period: String
    ) throws(EvidenceProblem) -> [Explanation.Former] {
        var (former, until): ([Explanation.Former], Int64) = ([], event.sequence)
        var walk = reading.walk("incentive.computed", before: event.sequence)
        while former.count < 5, let other = try walk.next() {
            guard other.text("incentive") == id, other.text("period") == period else { continue }
            former.append(.init(value: other.text("formula") ?? "", sequence: other.sequence, until: until))
            until = other.sequence
        }
        return former
    }

    private mutating func addStatementInputs(
        _ event: StoredEvent, _ rule: Incentive?, _ site: Site?, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        var span = InputSpan(department: event.text("department"), period: event.text("period") ?? "")
        switch rule?.rule {
        case .threshold(let kpi, _, _), .perStep(let kpi, _, _, _, _), .tiers(let kpi, _):
            let kpi = site?.kpis.first { $0.id == kpi }
            span.department = kpi?.department
            switch kpi?.source {
            case .module(let name): span.name = name
            case .measure(let name, _): span.name = name
            case nil: break
            }
        case .share(let measure, _, _):
            (span.name, span.department) = (measure, rule?.department)
        case .noneIn(let topic, let months, let pay):
            span.department = rule?.department
            return try addOccurrences(Topic(rawValue: topic), months, pay, span, event, to: &node)
        case nil: break
        }
        try add(event.data["inputs"], span, before: event.sequence, to: &node, depth)
    }
}
