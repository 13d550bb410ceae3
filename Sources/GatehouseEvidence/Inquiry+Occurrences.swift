import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// The events that must not have happened, and what they cost before.
extension Inquiry {
    /// A rule's event names the first few only: the stretch is walked for all of them.
    mutating func addOccurrences(
        _ topic: Topic, _ months: Int?, _ pay: Incentive.Pay, _ span: InputSpan, _ event: StoredEvent,
        to node: inout Explanation
    ) throws(EvidenceProblem) {
        guard let period = FigurePeriod(span.period) else { return }
        let first = months.map { period.end.firstOfMonth(adding: -$0) } ?? period.first
        let known = event.cause ?? event.sequence
        node.events += try occurrences(topic, span.department, first, period.end, through: known).map {
            EvidenceRow($0, role: say("it happened", "已发生"))
        }
        let count = event.data["value"]?.integer ?? Int(event.text("value")?.prefix { $0 != "." } ?? "") ?? 0
        if node.events.count != count {
            node.remarks.append(
                say(
                    "\(count) were counted, and \(node.events.count) of them are in the journal",
                    "共计入 \(count) 个，日志中现存 \(node.events.count) 个"))
        }
        if node.events.isEmpty {
            node.remarks.append(
                say(
                    "none from \(first.text) to \(period.end.adding(-1).text): an absence has no event",
                    "\(first.text) 至 \(period.end.adding(-1).text) 没有：不存在的事没有事件"))
        }
        guard case .shareOfLoss = pay else { return }
        let before = first.firstOfMonth(adding: -36)
        node.events += try occurrences("incident.recorded", span.department, before, first, through: known).map {
            EvidenceRow($0, role: say("loss before", "此前的损失"))
        }
    }

    private mutating func occurrences(
        _ topic: Topic, _ department: String?, _ first: CalendarDay, _ end: CalendarDay, through known: Int64
    ) throws(EvidenceProblem) -> [StoredEvent] {
        let (zone, people) = (try zone(), try site(before: known)?.index.people)
        var found: [StoredEvent] = []
        var walk = reading.walk(topic, before: known + 1)
        while let event = try walk.next() {
            let day = CalendarDay(event.time, in: zone)
            let whose =
                event.text("department")
                ?? (event.text("person") ?? event.subject).nonEmpty.flatMap {
                    people?[$0]?.department
                }
            if day >= first, day < end, department == nil || whose == department { found.append(event) }
        }
        return found.reversed()
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
