import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// The events behind a person's day.
extension Inquiry {
    /// The punches and corrections that the record names, the leave and the approvals that moved it, and the rules.
    mutating func attendanceRows(_ event: StoredEvent) throws(EvidenceProblem) -> [EvidenceRow] {
        var rows: [EvidenceRow] = []
        for input in event.data["inputs"]?.elements ?? [] {
            guard let sequence = input["sequence"]?.sequence else { continue }
            rows.append(
                try row(sequence, topic: input["topic"]?.text, role: punchRole(input, of: event)))
        }
        if (event.data["leaveMinutes"]?.integer ?? 0) > 0 || event.list("status").contains("on_leave") {
            rows += try overlapping("leave.granted", event, role: say("leave", "请假"))
        }
        let overtime = (event.data["overtime"]?.members ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) }
        if overtime > 0 || event.text("shift") == nil {
            rows += try overlapping("overtime.approved", event, role: say("approved overtime", "加班批准"))
        }
        rows += try assignments(event)
        rows.sort { $0.sequence < $1.sequence }
        return try (rulesRow(before: event.cause ?? event.sequence).map { [$0] } ?? []) + rows
    }

    private func punchRole(_ input: JSONValue, of event: StoredEvent) -> String {
        if input["repeat"]?.bool == true { return say("repeat, not counted", "重复打卡，不计") }
        let isCorrection = input["topic"]?.text == "punch.corrected"
        guard let time = input["time"]?.text else { return say("correction", "更正") }
        let role =
            time == event.text("in")
            ? say("in", "上班") : time == event.text("out") ? say("out", "下班") : say("counted", "计入")
        return isCorrection ? say("\(role), added by a correction", "\(role)（补卡）") : role
    }

    /// Leave or overtime of the person that overlaps the record's time and was known by then.
    private func overlapping(
        _ topic: Topic, _ event: StoredEvent, role: String
    ) throws(EvidenceProblem) -> [EvidenceRow] {
        guard let start = event.moment("start"), let end = event.moment("end") else { return [] }
        let person = event.text("person")
        let known = (event.cause ?? event.sequence) + 1
        var rows: [EvidenceRow] = []
        var walk = reading.walk(topic, before: known)
        while let other = try walk.next() {
            guard other.text("person") == person, let from = other.moment("from"), let to = other.moment("to"),
                from < end, to > start, try !isCancelled(other, before: known)
            else { continue }
            rows.append(EvidenceRow(other, role: role))
        }
        return rows
    }

    private func isCancelled(_ leave: StoredEvent, before known: Int64) throws(EvidenceProblem) -> Bool {
        guard leave.topic == "leave.granted", let id = leave.text("leave") else { return false }
        var walk = reading.walk("leave.cancelled", before: known)
        while let event = try walk.next(), event.sequence > leave.sequence {
            if event.text("leave") == id { return true }
        }
        return false
    }

    /// The last assignment of the person's date, which decides the shift.
    private func assignments(_ event: StoredEvent) throws(EvidenceProblem) -> [EvidenceRow] {
        var walk = reading.walk("schedule.assigned", before: (event.cause ?? event.sequence) + 1)
        while let other = try walk.next() {
            if other.text("person") == event.text("person"), other.text("date") == event.text("date") {
                return [EvidenceRow(other, role: say("assigned shift", "指定班次"))]
            }
        }
        return []
    }
}
