import GatehouseEvidence
import GatehouseModel
import GatehouseRules

/// An explanation as a terminal shows it.
struct ExplanationText {
    let language: Site.Language

    /// Every line, the deeper the further in. A formula stands once for the records that follow each other.
    func lines(of tree: Explanation, indent: Int = 0, after formula: String = "") -> [String] {
        let margin = String(repeating: "  ", count: indent)
        var lines = [margin + heading(of: tree)]
        let inner = margin + "  "
        if !tree.formula.isEmpty, tree.formula != formula {
            lines.append("\(inner)\(say("formula", "公式")): \(tree.formula)")
        }
        if !tree.computation.isEmpty { lines.append("\(inner)\(say("numbers", "代入")): \(tree.computation)") }
        if tree.isOpen {
            for part in tree.parts { lines.append("\(inner)\(part.name): \(part.text)") }
        }
        if let told = tree.told { lines.append("\(inner)\(say("told by", "事件")) #\(told.sequence) \(told.recorded)") }
        for former in tree.former {
            lines.append(
                inner
                    + say(
                        "was \(former.value) until #\(former.until)", "此前为 \(former.value)，至 #\(former.until)"))
        }
        for remark in tree.remarks { lines.append("\(inner)! \(remark)") }
        for event in tree.events { lines.append(inner + row(event)) }
        var before = tree.formula
        for child in tree.children {
            lines += self.lines(of: child, indent: indent + 1, after: before)
            before = child.formula
        }
        return lines.map(Console.shown)
    }

    private func heading(of tree: Explanation) -> String {
        let value = tree.value.map { " = \($0)" } ?? ""
        let brought = tree.contribution.map { "  [\($0)]" } ?? ""
        let closed = tree.isOpen ? "" : "  …"
        return tree.title + value + brought + closed
    }

    /// `#12 2026-11-02T07:58:31.000+08:00 gate-1-clock punch.recorded (in) badge=1001 …`.
    private func row(_ event: EvidenceRow) -> String {
        guard event.isStored else {
            return "#\(event.sequence) \(event.topic.rawValue) \(say("is not in the journal any more", "已不在日志中"))"
        }
        let role = event.role.map { "(\($0))" }
        let reading = event.reading.map { "\($0.name)=\($0.text)" }.joined(separator: " ")
        let who = event.device ?? event.source
        return ["#\(event.sequence)", event.time, who, event.topic.rawValue, role, reading].compactMap { $0 }
            .filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
}
