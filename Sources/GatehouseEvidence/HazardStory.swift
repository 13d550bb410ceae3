import GatehouseModel
import GatehouseModuleKit

/// One hazard as its events tell it, up to some place in the journal.
struct HazardStory {
    let hazard: String
    /// The `hazard.opened`.
    let opening: StoredEvent
    /// The steps and reports that name it, the reminders and the closing, in the order of the journal.
    private(set) var steps: [StoredEvent] = []
    /// The `hazard.closed`.
    private(set) var closing: StoredEvent?
    /// The deadlines, each with the moment from which it held; the first from the opening on.
    private(set) var deadlines: [(since: Moment, deadline: Moment)] = []
    private var isSubmitted = false

    init?(_ opening: StoredEvent) {
        guard let hazard = opening.text("hazard") else { return nil }
        self.hazard = hazard
        self.opening = opening
        if let deadline = opening.moment("deadline") { deadlines = [(opened, deadline)] }
    }

    var opened: Moment { opening.moment("opened") ?? opening.time }
    var closed: Moment? { closing.flatMap { $0.moment("closed") } }
    var severity: String { opening.text("severity") ?? "" }
    var repeats: String? { opening.text("repeats") }

    /// The deadline that was in force before a moment.
    func deadline(before moment: Moment) -> Moment? {
        (deadlines.last { $0.since < moment } ?? deadlines.first)?.deadline
    }

    /// Takes the next event that names it.
    mutating func take(_ event: StoredEvent) {
        steps.append(event)
        switch event.topic.rawValue {
        case "hazard.closed": closing = event
        case "hazard.submitted": isSubmitted = closing == nil
        case "hazard.rejected": isSubmitted = false
        case "hazard.assigned":
            // While submitted a deadline is ignored, and one without a reason is refused.
            guard closing == nil, !isSubmitted, let deadline = event.moment("deadline"),
                !(event.text("reason") ?? "").isEmpty, deadline != deadlines.last?.deadline
            else { return }
            deadlines.append((event.time, deadline))
        default: break
        }
    }
}

extension Inquiry {
    /// The hazards that were opened before an event of the journal, by opening; with a name only that one.
    func hazards(_ name: String? = nil, before sequence: Int64 = .max) throws(EvidenceProblem) -> [HazardStory] {
        var stories: [String: HazardStory] = [:]
        var opened = reading.walk("hazard.opened", before: sequence)
        while let event = try opened.next() {
            guard name == nil || event.text("hazard") == name, let story = HazardStory(event) else { continue }
            stories[story.hazard] = story
            if name != nil { break }
        }
        guard !stories.isEmpty else { return [] }
        var steps: [StoredEvent] = []
        for topic in Self.hazardSteps {
            var walk = reading.walk(topic, before: sequence)
            while let event = try walk.next() {
                if let hazard = event.text("hazard"), stories[hazard] != nil { steps.append(event) }
            }
        }
        for step in steps.sorted(by: { $0.sequence < $1.sequence }) {
            if let hazard = step.text("hazard") { stories[hazard]?.take(step) }
        }
        return stories.values.sorted { ($0.opened, $0.opening.sequence) < ($1.opened, $1.opening.sequence) }
    }

    private static let hazardSteps: [Topic] = [
        "hazard.assigned", "hazard.submitted", "hazard.verified", "hazard.rejected", "hazard.overdue", "hazard.closed",
    ]
}
