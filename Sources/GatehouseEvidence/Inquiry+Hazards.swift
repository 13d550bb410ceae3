import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// A hazard, down to the scan or the report that opened it and the steps that followed.
extension Inquiry {
    mutating func hazard(_ name: String, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let story = try hazards(name).first else {
            var known: [String] = []
            var walk = reading.walk("hazard.opened")
            while known.count < 12, let event = try walk.next() { known.append(event.text("hazard") ?? "") }
            throw .unknown("there is no hazard \(name); the newest are \(Self.some(known))")
        }
        return try hazard(story, depth)
    }

    mutating func hazard(_ story: HazardStory, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        let site = try site(before: story.opening.cause ?? story.opening.sequence)?.index
        let zone = try zone()
        let condition = story.opening.text("condition")
        let state =
            story.closing == nil ? StatusWords.text(state(of: story), language) : StatusWords.text("closed", language)
        var node = Explanation(
            .hazard(story.hazard),
            title: [condition.map { site?.conditions[$0]?.name ?? $0 }, story.hazard].compactMap { $0 }
                .joined(separator: " "),
            value: state)
        node.computation = course(of: story, zone)
        node.told = EvidenceRow(story.closing ?? story.opening)
        node.isOpen = depth >= 0
        guard depth >= 0 else { return node }
        node.formula = say(
            "deadline = opened + what the severity allows, unless it was moved; on time: closed at or before the "
                + "deadline in force",
            "期限 = 发现时间 + 该等级允许的时长（除非变更）；在有效期限前关闭为按期")
        node.parts = hazardParts(story, site, zone)
        node.former = formerDeadlines(story, zone)
        node.events = try hazardRows(story)
        node.remarks = remarkMissing(node.events)
        return node
    }

    private func state(of story: HazardStory) -> String {
        let last = story.steps.last { ["hazard.assigned", "hazard.submitted", "hazard.rejected"].contains($0.topic) }
        switch last?.topic.rawValue {
        case "hazard.submitted": return "submitted"
        case "hazard.assigned", "hazard.rejected": return "assigned"
        default: return "reported"
        }
    }

    private func course(of story: HazardStory, _ zone: Zone) -> String {
        let deadline = story.deadline(before: story.closed ?? now)
        let opened = text(story.opened, zone)
        let due = deadline.map { text($0, zone) } ?? "-"
        guard let closing = story.closing, let closed = story.closed else {
            return say("opened \(opened), due \(due), not closed", "发现 \(opened)，期限 \(due)，未关闭")
        }
        let minutes = ["reported", "assigned", "submitted"].map { name in
            (StatusWords.text(name, language), closing.data["minutes"]?[name]?.integer ?? 0)
        }
        let sum = minutes.map { "\($0.0) \($0.1)" }.joined(separator: " + ")
        let total = (closed - story.opened).wholeMilliseconds / 60_000
        let verdict = deadline.map {
            closed <= $0 ? say("≤ due \(due): on time", "≤ 期限 \(due)：按期") : say("> due \(due): late", "> 期限 \(due)：逾期")
        }
        return say(
            "opened \(opened), closed \(text(closed, zone)) \(verdict ?? ""); \(total) min: \(sum)",
            "发现 \(opened)，关闭 \(text(closed, zone)) \(verdict ?? "")；共 \(total) 分钟：\(sum)")
    }

    private func text(_ moment: Moment, _ zone: Zone) -> String {
        String(zone.local(at: moment).text.replacing("T", with: " "))
    }

    private func hazardParts(_ story: HazardStory, _ site: SiteIndex?, _ zone: Zone) -> [Explanation.Part] {
        let opening = story.opening
        var parts = [part(.severity, story.severity), part(.opened, text(story.opened, zone))]
        let spot =
            opening.text("checkpoint").map { id in site?.checkpoints[id].map { "\($0.name) (\(id))" } ?? id }
            ?? opening.text("place")
        if let spot { parts.insert(part(.place, spot), at: 0) }
        if let allowed = site?.site.hazards.severities[story.severity]?.deadline {
            parts.append(.init(say("allowed", "允许时长"), Written.text(allowed)))
        }
        if let first = story.deadlines.first { parts.append(part(.firstDeadline, text(first.deadline, zone))) }
        if let last = story.deadlines.last { parts.append(part(.deadline, text(last.deadline, zone))) }
        parts.append(part(.timesMoved, String(story.deadlines.count - 1)))
        if let closed = story.closed { parts.append(part(.closed, text(closed, zone))) }
        return parts
    }

    private func formerDeadlines(_ story: HazardStory, _ zone: Zone) -> [Explanation.Former] {
        let moves = story.steps.filter { step in
            step.topic == "hazard.assigned"
                && story.deadlines.dropFirst().contains {
                    $0.since == step.time && $0.deadline == step.moment("deadline")
                }
        }
        var former: [Explanation.Former] = []
        for (place, move) in moves.enumerated() where place < story.deadlines.count {
            former.append(
                .init(
                    value: part(.deadline, text(story.deadlines[place].deadline, zone)).told,
                    sequence: place == 0 ? story.opening.sequence : moves[place - 1].sequence, until: move.sequence))
        }
        return former.reversed()
    }

    private mutating func hazardRows(_ story: HazardStory) throws(EvidenceProblem) -> [EvidenceRow] {
        var rows: [EvidenceRow] = []
        var seen: Set<Int64> = []
        func add(_ row: EvidenceRow) {
            if seen.insert(row.sequence).inserted { rows.append(row) }
        }
        if let cause = story.opening.cause { add(try row(cause, role: say("opened it", "发现"))) }
        for step in story.steps where step.topic.origin == .people {
            let word = step.topic.rawValue.split(separator: ".").last.map(String.init) ?? ""
            add(EvidenceRow(step, role: StatusWords.text(word, language)))
        }
        // What verified it is a step, or the scan of a guard who found all in order.
        if let cause = story.closing?.cause { add(try row(cause, role: say("closed it", "关闭"))) }
        rows.sort { $0.sequence < $1.sequence }
        let known = story.opening.cause ?? story.opening.sequence
        return try (rulesRow(before: known).map { [$0] } ?? []) + rows
    }
}

extension Explanation.Part {
    /// Name and text in one.
    var told: String { "\(name) \(text)" }
}
