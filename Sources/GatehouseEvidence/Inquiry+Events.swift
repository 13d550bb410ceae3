import GatehouseModel
import GatehouseModuleKit

// Whatever stands at a place of the journal.
extension Inquiry {
    mutating func event(_ sequence: Int64, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        guard let event = try reading.event(at: sequence) else {
            var newest: Int64 = 0
            for topic in Topic.all.values.joined() {
                var walk = reading.walk(topic)
                newest = max(newest, try walk.next()?.sequence ?? 0)
            }
            throw .unknown(
                sequence > newest
                    ? "there is no event \(sequence): the newest is \(newest)"
                    : "the event \(sequence) is not in the journal any more: retention has taken it")
        }
        return try self.event(event, depth)
    }

    mutating func event(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        var node: Explanation
        switch event.topic.rawValue {
        case "attendance.closed", "attendance.updated": node = try attendance(event, depth)
        case "patrol.closed", "patrol.revised": node = try round(event, depth)
        case "kpi.updated": node = try figure(event, depth)
        case "incentive.computed": node = try statement(event, depth)
        case "alert.raised": node = try alert(event, depth)
        case "hazard.opened", "hazard.overdue", "hazard.closed":
            guard let story = try hazards(event.text("hazard") ?? "").first else { return try plain(event, depth) }
            node = try hazard(story, depth)
            node.told = EvidenceRow(event)
        default: return try plain(event, depth)
        }
        if depth >= 0, let newer = try newer(than: event) {
            node.remarks.insert(
                say("a newer figure stands at sequence \(newer)", "序号 \(newer) 处有更新的结果"), at: 0)
        }
        return node
    }

    /// Whether what an event of that topic says is opened, not only shown.
    static func isFigure(_ topic: Topic) -> Bool {
        [
            "attendance.closed", "patrol.closed", "patrol.revised", "kpi.updated", "incentive.computed", "alert.raised",
            "hazard.opened", "hazard.closed",
        ].contains(topic)
    }

    /// Where a figure that was told again stands.
    private func newer(than event: StoredEvent) throws(EvidenceProblem) -> Int64? {
        let names: [String]
        var topics = [event.topic]
        switch event.topic.rawValue {
        case "attendance.closed": names = ["person", "date", "shift", "start"]
        case "patrol.closed", "patrol.revised": (names, topics) = (["round"], ["patrol.revised"])
        case "kpi.updated": names = ["kpi", "department", "period", "person"]
        case "incentive.computed": names = ["incentive", "department", "period"]
        default: return nil
        }
        for topic in topics {
            var walk = reading.walk(topic)
            while let other = try walk.next(), other.sequence > event.sequence {
                if names.allSatisfy({ other.text($0) == event.text($0) }) { return other.sequence }
            }
        }
        return nil
    }

    /// An event that is no figure: what it says, and what led to it.
    mutating func plain(_ event: StoredEvent, _ depth: Int) throws(EvidenceProblem) -> Explanation {
        var node = Explanation(
            .event(event.sequence), title: "\(event.topic.rawValue) \(event.subject)", value: nil)
        node.told = EvidenceRow(event)
        node.isOpen = depth >= 0
        guard depth >= 0 else { return node }
        node.parts = EvidenceRow(event).reading
        if let device = event.text("device"), event.topic.origin == .device {
            node.formula = say("told by the device \(device)", "由设备 \(device) 给出")
        }
        // A scan that a visit names stands nearer than its cause, which may be another event.
        for sequence in [event.data["scan"]?.sequence, event.cause].compactMap({ $0 })
        where !node.events.contains(where: { $0.sequence == sequence }) {
            node.events.append(try row(sequence, role: say("it came from this", "来源")))
        }
        return node
    }
}
