import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Who is expected when, as far as counting needs it: what each person's day looks like by the schedule, the events
/// that change it, leave and approved overtime.
struct Roster: Sendable {
    fileprivate struct Absence: Sendable {
        var id: String
        var from: Moment
        var to: Moment
    }

    /// `schedule.assigned`, until the plan has it.
    private var assignments = Assignments()
    /// Leave by events, by person; and the ids of what was cancelled.
    private var granted: [String: [Absence]] = [:]
    private var cancelled: Set<String> = []
    private var overtime: [String: [Absence]] = [:]

    /// From the site file; made anew with each.
    private var plan: ShiftPlan?
    private var listed: [String: [Leave]] = [:]

    init() {}

    /// The schedule and the leave of the site file.
    mutating func apply(_ site: SiteIndex) {
        listed = Dictionary(grouping: site.site.leave, by: \.person)
        plan = ShiftPlan(site, assignments: plan?.assignments ?? assignments)
    }

    /// A `schedule.assigned`.
    mutating func assign(_ fact: Fact) {
        plan?.assignments.hear(fact)
    }

    mutating func grant(_ leave: Leave) {
        granted[leave.person, default: []].append(Absence(id: leave.id, from: leave.from, to: leave.to))
    }

    /// Whose leave it was; nil where it is not known.
    mutating func cancel(_ leave: String) -> String? {
        cancelled.insert(leave)
        return granted.first { $0.value.contains { $0.id == leave } }?.key
            ?? listed.first { $0.value.contains { $0.id == leave } }?.key
    }

    mutating func approve(_ person: String, from: Moment, to: Moment) {
        overtime[person, default: []].append(Absence(id: "", from: from, to: to))
    }

    /// What the schedule says of one person; asked for several dates at once.
    func line(of person: String) -> ShiftPlan.Line? { plan?.line(of: person) }

    /// The site's shifts, by their places in the plan.
    var shifts: [Shift] { plan?.shifts ?? [] }

    /// Leave that touches a range.
    func leave(of person: String, in range: Range<Moment>) -> [Range<Moment>] {
        let events = granted[person]?.filter { !cancelled.contains($0.id) }.map { $0.from..<$0.to } ?? []
        let file = listed[person]?.filter { !cancelled.contains($0.id) }.map { $0.from..<$0.to } ?? []
        return (events + file).filter { $0.overlaps(range) }
    }

    /// Approved overtime with the time around it in which its punches may come, where that touches a range.
    func overtime(of person: String, in range: Range<Moment>) -> [Range<Moment>] {
        overtime[person]?.map { $0.from - .seconds(2 * 3600)..<$0.to + .seconds(4 * 3600) }.filter {
            $0.overlaps(range)
        } ?? []
    }

    /// What is over by then is forgotten.
    mutating func forget(before moment: Moment) {
        for person in granted.keys { granted[person]?.removeAll { $0.to < moment } }
        for person in overtime.keys { overtime[person]?.removeAll { $0.to < moment } }
    }
}

extension Roster: Packed {
    func pack(into packer: inout Packer) {
        packer.add(plan?.assignments ?? assignments, granted, cancelled, overtime)
    }

    /// Without the site file's part, which comes with the site.
    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (assignments, granted, cancelled, overtime) = try unpacker.values()
    }
}

extension Roster.Absence: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(id, from, to)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (id, from, to) = try unpacker.values()
    }
}
