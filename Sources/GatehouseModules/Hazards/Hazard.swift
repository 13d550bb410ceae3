import GatehouseModel
import GatehouseModuleKit

/// An unsafe condition on its way round the loop: reported, assigned, submitted, closed.
struct Hazard: Hashable, Sendable {
    /// Where in the loop it is; the raw value is the word in events.
    enum State: String, Hashable, Sendable, CaseIterable {
        case reported, assigned, submitted, closed
    }

    /// A deadline that was set, and when.
    struct Term: Hashable, Sendable {
        var set: Moment
        var deadline: Moment
        /// The event that set it.
        var sequence: Int64
    }

    /// What opened it: a scan, or a report.
    struct Origin: Hashable, Sendable {
        var id: String
        var severity: String
        var spot: Spot
        var description: String?
        /// The guard who scanned, or who reported; nil where nobody was named.
        var by: String?
        /// When it was seen: the `time` of the event, so that what a memory scanner delivers later counts from then.
        var opened: Moment
        /// The event that opened it.
        var sequence: Int64
        /// The closed hazard that was seen again.
        var repeats: String?
    }

    /// What is wrong, and where.
    struct Spot: Hashable, Sendable {
        var checkpoint: String?
        var place: String?
        var condition: String?
    }

    let origin: Origin
    private(set) var state = State.reported
    /// When it came into its state.
    private(set) var since: Moment
    /// The milliseconds that it was in each state that it has left.
    private(set) var spent: [State: Int64] = [:]
    /// The first deadline, and each that it was moved to.
    private(set) var terms: [Term]
    /// Whose task it is.
    private(set) var assignee: String?
    /// Who says that it was put right.
    private(set) var submitter: String?
    /// How often it was seen since it was opened.
    var sightings = 0
    private(set) var closing: Closing?
    /// How often it was told that the deadline in force has passed.
    var reminders = 0

    /// How it ended.
    struct Closing: Hashable, Sendable {
        var moment: Moment
        var by: String
        var sequence: Int64
    }

    init(_ origin: Origin, deadline: Moment) {
        self.origin = origin
        since = origin.opened
        terms = [Term(set: origin.opened, deadline: deadline, sequence: origin.sequence)]
    }

    var id: String { origin.id }
    var isOpen: Bool { closing == nil }
    /// The deadline in force: a changed one is the one in force.
    var deadline: Moment { terms[terms.count - 1].deadline }
    /// The one that it had at first, which is kept and shown.
    var firstDeadline: Moment { terms[0].deadline }
    var timesMoved: Int { terms.count - 1 }

    /// Closed at or before its deadline in force; nil while it is open.
    var isOnTime: Bool? { closing.map { $0.moment <= deadline } }

    /// The deadline that was in force just before a moment; nil where the hazard was not open yet.
    func term(before moment: Moment) -> Term? {
        terms.last { $0.set < moment }
    }
}

extension Hazard {
    /// Somebody has it now. While submitted it only names another person.
    mutating func assign(to person: String?, at moment: Moment) {
        assignee = person ?? assignee
        if state == .reported { enter(.assigned, at: moment) }
    }

    /// Another deadline is in force.
    mutating func move(deadline: Moment, at moment: Moment, by sequence: Int64) {
        // Told with clocks that differ, a change counts no earlier than the one before it.
        let set = max(moment, terms[terms.count - 1].set)
        terms.append(Term(set: set, deadline: deadline, sequence: sequence))
        reminders = 0
    }

    mutating func submit(by person: String, at moment: Moment) {
        submitter = person
        enter(.submitted, at: moment)
    }

    /// The state is assigned again; rejecting does not restart the clock.
    mutating func reject(at moment: Moment) {
        enter(.assigned, at: moment)
    }

    mutating func close(by person: String, at moment: Moment, sequence: Int64) {
        enter(.closed, at: moment)
        closing = Closing(moment: since, by: person, sequence: sequence)
    }

    /// A step counts no earlier than the one before it, so that the times in the states add up to the whole.
    private mutating func enter(_ next: State, at moment: Moment) {
        let moment = max(moment, since)
        spent[state, default: 0] += moment.milliseconds - since.milliseconds
        state = next
        since = moment
    }

    /// Whole minutes in a state, over all the times that it was in it.
    func minutes(in state: State) -> Int64 { spent[state, default: 0] / 60_000 }
}

extension Hazard: Packed {
    func pack(into packer: inout Packer) {
        packer.add(origin, state, since, spent, terms, assignee, submitter)
        packer.add(sightings, closing, reminders)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (origin, state, since, spent, terms, assignee, submitter, sightings, closing, reminders) = try unpacker.values()
        guard !terms.isEmpty, (state == .closed) == (closing != nil) else { throw .unreadable("a hazard") }
    }
}
