import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// A key figure, down to the records, rounds and hazards that it counts.
extension Inquiry {
    /// The newest word on a key figure.
    mutating func kpi(
        _ kpi: String, period: String, department: String?, person: String?, _ depth: Int
    ) throws(EvidenceProblem) -> Explanation {
        guard let span = FigurePeriod(period) else {
            throw .unknown("\(period) is no period; write 2026-11, 2026-Q4, 2026 or a week such as 2026-W45")
        }
        // A figure is told when something of its period has happened, which is not before the period begins.
        let oldest = span.start(in: try zone()) - .seconds(86_400 * Int64(Self.daysAhead))
        var newest: [KPIFigure.Key: StoredEvent] = [:]
        var walk = reading.walk("kpi.updated")
        while let event = try walk.next(), event.recorded >= oldest {
            guard event.text("kpi") == kpi, event.text("period") == period,
                let key = KPIFigure(json: event.data)?.key
            else { continue }
            if newest[key] == nil { newest[key] = event }
            let isAsked = key.department == department && key.person == person
            // Whoever names neither may mean another than the site's: then all of them must be known.
            if isAsked { return try figure(event, depth) }
        }
        let fitting = newest.filter { key, _ in
            (department == nil || key.department == department) && (person == nil || key.person == person)
        }
        if fitting.count == 1, let event = fitting.first?.value { return try figure(event, depth) }
        throw try noFigure(kpi, period, newest.keys.sorted(), asked: department ?? person)
    }

    private mutating func noFigure(
        _ kpi: String, _ period: String, _ keys: [KPIFigure.Key], asked: String?
    ) throws(EvidenceProblem) -> EvidenceProblem {
        if !keys.isEmpty {
            let departments = Set(keys.compactMap(\.department)).sorted()
            let people = Set(keys.compactMap(\.person)).sorted()
            let choice =
                (departments.isEmpty ? "" : "--department \(departments.prefix(12).joined(separator: "|"))")
                + (people.isEmpty ? "" : " --person \(people.prefix(12).joined(separator: "|"))")
            let whose = asked.map { " of \($0)" } ?? " of the site"
            return .unknown("\(kpi) \(period) has no figure\(whose); choose \(choice)")
        }
        var (names, periods): (Set<String>, Set<String>) = ([], [])
        var (walk, looked) = (reading.walk("kpi.updated"), 0)
        while looked < 20_000, let event = try walk.next() {
            looked += 1
            names.insert(event.text("kpi") ?? "")
            if event.text("kpi") == kpi, let period = event.text("period") { periods.insert(period) }
        }
        guard periods.isEmpty else {
            return .unknown("\(kpi) has no figure for \(period); it has \(Self.some(periods.sorted().reversed()))")
        }
        let family = kpi.prefix { $0 != "." }
        let likely = names.sorted { ($0.hasPrefix(family) ? 0 : 1, $0) < ($1.hasPrefix(family) ? 0 : 1, $1) }
        return .unknown("there is no figure \(kpi); there are \(Self.some(likely))")
    }

    /// A figure as an event tells it.
    mutating func figure(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let figure = KPIFigure(json: event.data) else { return try plain(event, depth) }
        let site = try site(before: event.cause ?? event.sequence)?.index
        let kpi = site?.site.kpis.first { $0.id == figure.kpi }
        let isOwn = event.source.hasSuffix("/modules/incentives")
        let whose = figure.department.map { site?.departments[$0]?.name ?? $0 } ?? site?.site.name ?? ""
        let who = figure.person.map { site?.people[$0].map { "\($0.name) (\($0.id))" } ?? $0 }
        var node = Explanation(
            .kpi(figure.kpi, period: figure.period, department: figure.department, person: figure.person),
            title: [kpi?.name ?? KPIWords.name(figure.kpi, language), figure.kpi, figure.period, whose, who]
                .compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " · "),
            value: shown(figure, kpi))
        node.computation =
            "\(figure.numerator.text) / \(figure.denominator.text) = \(figure.value?.rounded(to: 6) ?? "∅")"
        node.told = EvidenceRow(event)
        node.isOpen = depth >= 0
        guard depth >= 0 else { return node }
        node.formula = isOwn ? ownFormula(kpi, figure) : KPIWords.formula(figure.kpi, language)
        node.parts = [
            part(.numerator, figure.numerator.text), part(.denominator, figure.denominator.text),
            part(.asWritten, figure.formula),
        ]
        node.former = try formerFigures(event, figure)
        if isOwn {
            try addInputs(event.data["inputs"], of: kpi?.source, figure, event, to: &node, depth)
        } else {
            try addCounted(figure, event, to: &node, depth)
        }
        node.remarks += remarkMissing(node.events)
        return node
    }

    /// A rate as a percentage too; what is counted or timed as it is.
    private func shown(_ figure: KPIFigure, _ kpi: KPI?) -> String? {
        guard let value = figure.value else { return nil }
        let rounded = value.rounded(to: 6)
        return KPIWords.isRate(figure.kpi, kpi) ? "\(rounded) (\((value * Fraction(100)).rounded(to: 2)) %)" : rounded
    }

    /// The last values before, five at most.
    private func formerFigures(
        _ event: StoredEvent, _ figure: KPIFigure
    ) throws(EvidenceProblem) -> [Explanation.Former] {
        guard let span = FigurePeriod(figure.period) else { return [] }
        let oldest = span.start(in: .utc) - .seconds(86_400 * Int64(Self.daysAhead))
        var (former, until): ([Explanation.Former], Int64) = ([], event.sequence)
        var walk = reading.walk("kpi.updated", before: event.sequence)
        while former.count < 5, let other = try walk.next(), other.recorded >= oldest {
            guard other.text("kpi") == figure.kpi, other.text("period") == figure.period,
                let was = KPIFigure(json: other.data), was.key == figure.key
            else { continue }
            let value = "\(was.numerator.text) / \(was.denominator.text) = \(was.value?.rounded(to: 6) ?? "∅")"
            former.append(.init(value: value, sequence: other.sequence, until: until))
            until = other.sequence
        }
        return former
    }

    /// What a module counted, by the kind of figure.
    private mutating func addCounted(
        _ figure: KPIFigure, _ event: StoredEvent, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        if figure.kpi.hasPrefix("patrol.") {
            try addRounds(figure, event, to: &node, depth)
        } else if figure.kpi.hasPrefix("hazard.") {
            try addHazards(figure, event, to: &node, depth)
        } else if figure.kpi == "flexible.coverage" {
            try addFlexible(figure, event, to: &node)
        } else {
            try addRecords(figure, event, to: &node, depth)
        }
    }

    /// Says so where what was found does not come to what was told.
    func remark(_ numerator: Fraction, _ denominator: Fraction, against figure: KPIFigure) -> [String] {
        guard numerator != figure.numerator || denominator != figure.denominator else { return [] }
        return [
            say(
                "what the journal holds of it adds up to \(numerator.text) / \(denominator.text): some of its events "
                    + "are gone, or were told again in between",
                "日志中现存的相关记录合计为 \(numerator.text) / \(denominator.text)：部分事件已清理，或其间被重新计算")
        ]
    }
}
