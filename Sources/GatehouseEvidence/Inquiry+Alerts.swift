import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// An alert, with what was compared and the events that show it.
extension Inquiry {
    /// By its id, or the newest under a key.
    mutating func alert(_ name: String, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        var known: [String] = []
        var walk = reading.walk("alert.raised")
        while let event = try walk.next() {
            if event.text("alert") == name || event.text("key") == name { return try alert(event, depth) }
            if known.count < 8, let key = event.text("key"), !known.contains(key) { known.append(key) }
        }
        throw .unknown("there is no alert with the id or key \(name); the newest keys are \(Self.some(known))")
    }

    /// An alert as the event tells it that raised it.
    mutating func alert(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let id = event.text("alert") else { return try plain(event, depth) }
        let code = event.text("code") ?? ""
        let clearing = try clearing(of: id, after: event)
        var node = Explanation(
            .alert(id), title: "\(code) \(event.text("subject") ?? "")",
            value: clearing == nil ? say("stands", "未解除") : EvidenceWords.cleared.text(language))
        let rule = event.data["rule"] ?? .null
        node.computation = compared(rule)
        node.told = EvidenceRow(event)
        node.isOpen = depth >= 0
        guard depth >= 0 else { return node }
        node.formula = event.text("message") ?? ""
        node.parts = [part(.key, event.text("key") ?? ""), part(.severity, status([event.text("severity") ?? ""]))]
        node.parts += (rule.members ?? []).filter { $0.value != .null }.map { member in
            .init(label(member.name), member.value.text ?? member.value.jsonText)
        }
        if let clearing {
            let reason = clearing.text("reason") ?? ""
            let time = clearing.json["time"]?.text ?? ""
            node.parts.append(part(.cleared, "\(reason) \(time) #\(clearing.sequence)"))
        }
        try addEvidence(event, clearing, to: &node, depth)
        return node
    }

    private func compared(_ rule: JSONValue) -> String {
        func shown(_ name: String) -> String? {
            rule[name].flatMap { $0 == .null ? nil : $0.text ?? $0.jsonText }
        }
        let measured = shown("measured").map { say("measured \($0)", "测得 \($0)") }
        let limit = shown("limit").map { say("limit \($0)", "限值 \($0)") }
        let from = shown("from").map { say("(from: \($0))", "（来自 \($0)）") }
        return [measured, limit, from].compactMap { $0 }.joined(separator: language == .chinese ? "；" : "; ")
    }

    private func label(_ name: String) -> String {
        switch name {
        case "measured": EvidenceWords.measured.text(language)
        case "limit": EvidenceWords.limit.text(language)
        case "from": EvidenceWords.limitFrom.text(language)
        default: name
        }
    }

    /// The event that cleared it, which has all the evidence.
    private func clearing(of alert: String, after event: StoredEvent) throws(EvidenceProblem) -> StoredEvent? {
        var walk = reading.walk("alert.cleared")
        while let other = try walk.next(), other.sequence > event.sequence {
            if other.text("alert") == alert { return other }
        }
        return nil
    }

    private mutating func addEvidence(
        _ event: StoredEvent, _ clearing: StoredEvent?, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        var seen: Set<Int64> = []
        let evidence = [event, clearing].compactMap { $0 }.flatMap { $0.data["evidence"]?.elements ?? [] }
        for sequence in evidence.compactMap(\.sequence) where seen.insert(sequence).inserted {
            try add(sequence, role: say("evidence", "证据"), to: &node, depth)
        }
        guard seen.isEmpty else {
            node.remarks += remarkMissing(node.events)
            return
        }
        node.remarks.append(say("the evidence is an absence: no event shows it", "证据是缺失：没有事件可列"))
        if let cause = event.cause {
            try add(cause, role: say("it was found when this came", "收到此事件时发现"), to: &node, depth)
        }
    }

    /// A figure among the evidence is opened, anything else is a row.
    private mutating func add(
        _ sequence: Int64, role: String, to node: inout Explanation, _ depth: Int
    ) throws(EvidenceProblem) {
        guard let event = try reading.event(at: sequence), Self.isFigure(event.topic) else {
            node.events.append(try row(sequence, role: role))
            return
        }
        node.children.append(try self.event(event, depth - 1))
    }
}
