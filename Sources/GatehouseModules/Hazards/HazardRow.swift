public import GatehouseModel

/// One hazard as lists show it.
public struct HazardRow: Hashable, Sendable {
    public var hazard: String
    public var severity: String
    /// `reported`, `assigned`, `submitted`, `closed`.
    public var state: String
    public var checkpoint: String?
    public var place: String?
    public var condition: String?
    public var description: String?
    /// When it was seen first.
    public var opened: Moment
    /// The deadline in force.
    public var deadline: Moment
    /// The deadline that it had at first.
    public var firstDeadline: Moment
    /// How often the deadline was changed.
    public var timesMoved: Int
    /// Whose task it is; nil where nobody was named.
    public var assignee: String?
    /// Who says that it was put right; nil before somebody has.
    public var submitter: String?
    public var closed: Moment?
    /// Closed at or before the deadline in force; of an open one false once that has passed, nil before.
    public var isOnTime: Bool?
    /// The closed hazard that was seen again.
    public var repeats: String?
    /// How often it was seen again while it was open.
    public var sightings: Int

    init(_ hazard: Hazard, asOf moment: Moment) {
        self.hazard = hazard.id
        severity = hazard.origin.severity
        state = hazard.state.rawValue
        checkpoint = hazard.origin.spot.checkpoint
        place = hazard.origin.spot.place
        condition = hazard.origin.spot.condition
        description = hazard.origin.description
        opened = hazard.origin.opened
        deadline = hazard.deadline
        firstDeadline = hazard.firstDeadline
        timesMoved = hazard.timesMoved
        assignee = hazard.assignee
        submitter = hazard.submitter
        closed = hazard.closing?.moment
        // An event received at the deadline itself comes first; when it has come the hazard is overdue.
        isOnTime = hazard.isOnTime ?? (hazard.deadline <= moment ? false : nil)
        repeats = hazard.origin.repeats
        sightings = hazard.sightings
    }
}
