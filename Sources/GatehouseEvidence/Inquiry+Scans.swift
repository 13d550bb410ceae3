import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// The scans behind a round.
extension Inquiry {
    /// The visits that were told of a round before an event closed it: of each checkpoint the one told last.
    func visits(of round: String, _ event: StoredEvent) throws(EvidenceProblem) -> [StoredEvent] {
        var newest: [String: StoredEvent] = [:]
        let isOpen = event.topic == "patrol.opened"
        let wanted = Set(event.list("visited"))
        let oldest = event.moment("start") ?? event.recorded
        var walk = reading.walk("patrol.visited", before: isOpen ? .max : event.sequence)
        while let visit = try walk.next(), visit.recorded >= oldest {
            guard visit.text("round") == round, let checkpoint = visit.text("checkpoint"),
                isOpen || wanted.contains(checkpoint), newest[checkpoint] == nil
            else { continue }
            newest[checkpoint] = visit
            // Everything that the round lists has been found.
            if !isOpen, newest.count == wanted.count { break }
        }
        return newest.values.sorted { $0.sequence < $1.sequence }
    }

    /// The scans that count, those of the checkpoints that were not visited, the waivers, and the rules.
    mutating func roundRows(
        _ event: StoredEvent, _ visits: [StoredEvent], _ route: Route?
    ) throws(EvidenceProblem) -> [EvidenceRow] {
        var rows: [EvidenceRow] = []
        for visit in visits {
            guard let scan = visit.data["scan"]?.sequence else { continue }
            rows.append(try row(scan, topic: "scan.recorded", role: visitRole(visit)))
        }
        let counted = Set(rows.map(\.sequence))
        rows += try otherScans(event, route).filter { !counted.contains($0.sequence) }
        var walk = reading.walk("visit.waived", before: event.topic == "patrol.opened" ? .max : event.sequence)
        let oldest = (event.moment("start") ?? event.recorded) - Self.waivedAhead
        while let waiver = try walk.next(), waiver.recorded >= oldest {
            guard waiver.text("round") == event.text("round") else { continue }
            rows.append(EvidenceRow(waiver, role: say("waived", "免检")))
        }
        rows.sort { $0.sequence < $1.sequence }
        return try (rulesRow(before: event.cause ?? event.sequence).map { [$0] } ?? []) + rows
    }

    /// A visit may be waived before its round begins; a month ahead is looked at.
    private static let waivedAhead = Duration.seconds(31 * 86_400)

    private func visitRole(_ visit: StoredEvent) -> String {
        let checkpoint = visit.text("checkpoint") ?? ""
        let who = visit.text("guard") ?? say("nobody named", "未识别人员")
        let late = visit.data["late"]?.bool == true ? say(", late", "，迟到") : ""
        return say("visit of \(checkpoint) by \(who)\(late)", "巡检 \(checkpoint)，\(who)\(late)")
    }

    /// Scans, within the round's time, of its checkpoints that were missed or too fast: why they did not count is the
    /// first question.
    private func otherScans(_ event: StoredEvent, _ route: Route?) throws(EvidenceProblem) -> [EvidenceRow] {
        let wanted = Set(event.list("missed") + event.list("suspect") + event.list("unproven"))
        guard !wanted.isEmpty, let start = event.moment("start"), let end = event.moment("end") else { return [] }
        let last = end + (route?.tolerance ?? .zero)
        var rows: [EvidenceRow] = []
        var walk = reading.walk("scan.recorded", before: event.sequence)
        while let scan = try walk.next(), scan.recorded >= start {
            guard let value = scan.text("value"), wanted.contains(value), scan.time >= start, scan.time <= last else {
                continue
            }
            rows.append(EvidenceRow(scan, role: say("scan of \(value), not counted here", "扫码 \(value)，本轮未计")))
        }
        return rows
    }
}
