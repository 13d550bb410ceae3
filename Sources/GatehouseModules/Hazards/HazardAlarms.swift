import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension Alarm {
    /// Past its deadline. What shows it is an absence: that it was not closed.
    static func overdue(_ hazard: Hazard, at clock: Moment, _ index: SiteIndex) -> Alarm {
        let title = HazardTitle(hazard, index)
        let due = Timestamp(hazard.deadline, in: index.site.zone).text
        let assignee = hazard.assignee.map { index.called($0) }
        let moved = hazard.timesMoved
        return Alarm(
            code: "hazard.overdue", subject: hazard.id,
            severity: hazard.origin.severity == "major" ? .critical : .warning,
            rule: [
                "measured": .string(Timestamp(clock, in: index.site.zone).text), "limit": .string(due),
                "from": .string(moved > 0 ? "changed deadline" : "first deadline"),
            ]
        ) { language in
            switch language {
            case .chinese:
                "隐患 \(title.text(language)) 已逾期：期限 \(due)"
                    + (moved > 0 ? "（已更改 \(moved) 次）" : "") + "，整改人：\(assignee ?? "未指派")"
            case .english:
                "Hazard \(title.text(language)) is overdue: it was due at \(due)"
                    + (moved > 0 ? " (moved \(moved) times)" : "") + ", "
                    + (assignee.map { "assigned to \($0)" } ?? "assigned to nobody")
            }
        }
    }

    /// Seen again within the repeat window of closing.
    static func repeated(_ hazard: Hazard, of former: Hazard, _ index: SiteIndex) -> Alarm {
        let title = HazardTitle(hazard, index)
        let closed = former.closing?.moment ?? hazard.origin.opened
        let minutes = (hazard.origin.opened.milliseconds - closed.milliseconds) / 60_000
        let window = Written.text(index.site.hazards.repeatWindow)
        let closedText = Timestamp(closed, in: index.site.zone).text
        let id = former.id
        return Alarm(
            code: "hazard.repeat", subject: hazard.id,
            evidence: (former.closing.map { [$0.sequence] } ?? []) + [hazard.origin.sequence],
            rule: ["measured": .string("\(minutes)m"), "limit": .string(window), "from": "site file"]
        ) { language in
            switch language {
            case .chinese: "隐患 \(title.text(language)) 重复出现：\(id) 已于 \(closedText) 销号（重复期限 \(window)）"
            case .english:
                "Hazard \(title.text(language)) is back: \(id) was closed at \(closedText), within \(window) of this"
            }
        }
    }

    /// A step that the loop does not allow.
    static func invalidStep(_ refusal: HazardRefusal, _ sequence: Int64) -> Alarm {
        Alarm(
            code: "hazard.invalid_step", subject: refusal.hazard, evidence: [sequence],
            rule: ["measured": .optional(refusal.state?.rawValue), "limit": .null, "from": "hazard loop"]
        ) { language in
            switch language {
            case .chinese: "隐患步骤无效：\(refusal.text(language))"
            case .english: "A hazard step is not allowed: \(refusal.text(language))"
            }
        }
    }
}

/// What a hazard is called in a message: its id, what is wrong, and where.
private struct HazardTitle: Sendable {
    private let id: String
    private let details: [String]

    init(_ hazard: Hazard, _ index: SiteIndex) {
        id = hazard.id
        let spot = hazard.origin.spot
        let place = spot.place.map { id in index.site.places.first { $0.id == id }.map { "\($0.name) \(id)" } ?? id }
        let checkpoint = spot.checkpoint.map { id in index.checkpoints[id].map { "\($0.name) \(id)" } ?? id }
        let condition = spot.condition.map { index.conditions[$0]?.name ?? $0 }
        details = [condition ?? hazard.origin.description, checkpoint ?? place].compactMap { $0 }
    }

    func text(_ language: Site.Language) -> String {
        guard !details.isEmpty else { return id }
        return language == .chinese
            ? "\(id)（\(details.joined(separator: "，"))）" : "\(id) (\(details.joined(separator: ", ")))"
    }
}

extension SiteIndex {
    /// A person's name and id, as messages call them.
    fileprivate func called(_ person: String) -> String {
        people[person].map { "\($0.name) \(person)" } ?? person
    }
}
