import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import IncentivesModule

// Coefficients and shares of the bonus. No event tells them: they are computed as of now, by the module itself, from
// the events that it would have heard.
extension Inquiry {
    mutating func coefficient(ofPosition position: String) throws(EvidenceProblem) -> Explanation {
        guard let account = try module(from: []).account(ofPosition: position) else {
            let all = try site()?.index.site.coefficients?.positions?.points.keys.sorted() ?? []
            throw .unknown("the position \(position) has no points; the site file gives them to \(Self.some(all))")
        }
        var node = Explanation(.position(position), title: "\(EvidenceWords.position.text(language)) \(position)")
        node.formula = say(
            "top × points / highest points, rounded half up to the step, at least the floor",
            "最高系数 × 分值 / 最高分值，按步长四舍五入，不低于下限")
        try fill(&node, account, 0)
        return node
    }

    mutating func coefficient(ofDepartment department: String, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        let listed = try site()?.index.site.coefficients?.departments.map(\.department) ?? []
        guard listed.contains(department),
            let account = try module(from: payEvents()).account(ofDepartment: department, asOf: now)
        else {
            throw .unknown(
                "the department \(department) is not listed and has the coefficient 1; listed are \(Self.some(listed))")
        }
        let name = try site()?.index.departments[department]?.name ?? ""
        var node = Explanation(.department(department), title: "\(name) \(department)")
        node.formula = say(
            "Σ weight × ratio of the KPIs × (average headcount / headcount × 0.2 + 0.8)",
            "Σ 权重 × 指标比值，再 ×（平均人数 / 人数 × 0.2 + 0.8）")
        try fill(&node, account, depth)
        return node
    }

    mutating func coefficient(ofPerson person: String, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let account = try module(from: payEvents()).account(ofPerson: person, asOf: now) else {
            throw try noAccount(of: person, "nobody is weighed: the site file has no coefficients for people")
        }
        let name = try site()?.index.people[person]?.name ?? ""
        var node = Explanation(.person(person), title: "\(name) \(person)")
        node.formula = say(
            "Σ weight × the person's mean of each measure × (1 + extras)", "Σ 权重 × 本人各项均值，再 ×（1 + 附加）")
        try fill(&node, account, depth)
        return node
    }

    mutating func share(of person: String, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let account = try module(from: payEvents()).account(ofShare: person, asOf: now) else {
            throw try noAccount(of: person, "the site file has no bonus to share out")
        }
        let name = try site()?.index.people[person]?.name ?? ""
        var node = Explanation(.share(person), title: "\(name) \(person)")
        node.formula = say(
            "weight = base × position × department × person; share = pool × weight / Σ weights, in cents by largest "
                + "remainder",
            "权重 = 基数 × 岗位 × 部门 × 个人系数；份额 = 奖金池 × 权重 / Σ 权重，按最大余数分到分")
        try fill(&node, account, depth)
        return node
    }

    private mutating func noAccount(of person: String, _ otherwise: String) throws(EvidenceProblem) -> EvidenceProblem {
        let people = try site()?.index.site.people.map(\.id) ?? []
        return .unknown(
            people.contains(person) ? otherwise : "nobody is \(person); the site has \(Self.some(people))")
    }

    /// The module with the newest site and these events.
    private mutating func module(from events: [StoredEvent]) throws(EvidenceProblem) -> IncentivesModule {
        guard let site = try site() else {
            throw .unknown("the journal has no site: start the gateway with --site once")
        }
        var module = IncentivesModule()
        module.isTelling = false
        let reader = FactReader { _ in nil }
        var findings = Findings(cause: site.sequence, clock: now)
        module.hear(
            Fact(
                sequence: site.sequence, id: "", source: "", topic: "site.updated", time: now, received: now,
                content: .site(site.index.site)), into: &findings)
        for event in events {
            let fact = reader.fact(
                event.json, topic: event.topic, sequence: event.sequence, received: event.recorded)
            module.hear(fact, into: &findings)
        }
        return module
    }

    /// What coefficients are computed from: every measure, the closed records of the bonus period, and the newest of
    /// each figure that a department's score uses.
    private mutating func payEvents() throws(EvidenceProblem) -> [StoredEvent] {
        guard let site = try site()?.index.site else { return [] }
        var events: [StoredEvent] = []
        var measures = reading.walk("measure.recorded")
        while let event = try measures.next() { events.append(event) }
        if site.coefficients?.people?.late != nil, let span = bonusPeriod(of: site) {
            events += try closedRecords(in: span, before: .max)
        }
        events += try scoreFigures(site)
        return events.sorted { $0.sequence < $1.sequence }
    }

    private func bonusPeriod(of site: Site) -> FigurePeriod? {
        FigurePeriod(site.bonus?.period ?? .year, holding: now, in: site.zone)
    }

    private func scoreFigures(_ site: Site) throws(EvidenceProblem) -> [StoredEvent] {
        var names: Set<String> = []
        for entry in site.coefficients?.departments ?? [] {
            guard case .weighted(let parts) = entry.score else { continue }
            for part in parts {
                guard let kpi = site.kpis.first(where: { $0.id == part.kpi }), case .module(let name) = kpi.source
                else { continue }
                names.insert(name)
            }
        }
        guard !names.isEmpty, let year = FigurePeriod(.year, holding: now, in: site.zone) else { return [] }
        var found: [KPIFigure.Key: StoredEvent] = [:]
        let oldest = year.start(in: site.zone)
        var walk = reading.walk("kpi.updated")
        while let event = try walk.next(), event.recorded >= oldest {
            guard let kpi = event.text("kpi"), names.contains(kpi), let key = KPIFigure(json: event.data)?.key else {
                continue
            }
            if found[key] == nil { found[key] = event }
        }
        return Array(found.values)
    }
}

extension Inquiry {
    /// The account as a tree: each of its numbers, and what it was read from.
    private mutating func fill(_ node: inout Explanation, _ account: PayAccount, _ depth: Int) throws(EvidenceProblem) {
        node.value = account.value
        node.computation = account.computation
        node.isOpen = depth >= 0
        guard depth >= 0 else { return }
        node.parts = account.terms.map { .init($0.name, $0.text ?? "∅") }
        if let rules = try rulesRow(before: .max) { node.events.append(rules) }
        for term in account.terms {
            switch term.source {
            case .siteFile: break
            case .position(let position): try add(coefficient(ofPosition: position), term, to: &node)
            case .department(let department):
                try add(coefficient(ofDepartment: department, depth - 1), term, to: &node)
            case .person(let person): try add(coefficient(ofPerson: person, depth - 1), term, to: &node)
            case .kpi(let kpi, let department, let period):
                // Without a value there is no figure to open.
                guard term.text != nil else { continue }
                try add(
                    self.kpi(kpi, period: period, department: department, person: nil, depth - 1), term, to: &node)
            case .measure(let measure, let person, let period):
                node.events += try measures(measure, of: person, in: period)
            case .late(let person, let period): try addLate(person, period, to: &node, depth)
            }
        }
        node.remarks += remarkMissing(node.events)
        if account.value == nil {
            node.remarks.append(say("a number is missing (∅): it pays nothing", "缺少数据（∅）：不发放"))
        }
    }

    private func add(_ child: Explanation, _ term: PayAccount.Term, to node: inout Explanation) {
        var child = child
        child.contribution = term.text
        node.children.append(child)
    }

    private mutating func measures(
        _ measure: String, of person: String, in period: String
    ) throws(EvidenceProblem) -> [EvidenceRow] {
        guard let span = FigurePeriod(period) else { return [] }
        let zone = try zone()
        var rows: [EvidenceRow] = []
        var walk = reading.walk("measure.recorded")
        while let event = try walk.next() {
            guard event.text("measure") == measure, event.subject == person else { continue }
            let isWithin =
                if let own = event.text("period") {
                    FigurePeriod(own).map { span.contains($0) } ?? false
                } else {
                    span.holds(event.time, in: zone)
                }
            if isWithin { rows.append(EvidenceRow(event, role: measure)) }
        }
        return rows.reversed()
    }

    private mutating func addLate(
        _ person: String, _ period: String, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        guard let span = FigurePeriod(period) else { return }
        for record in try closedRecords(in: span, before: .max)
        where record.text("person") == person && record.list("status").contains("late") && record.text("shift") != nil {
            var child = try attendance(record, depth - 1)
            child.contribution = StatusWords.text("late", language)
            node.children.append(child)
        }
    }
}
