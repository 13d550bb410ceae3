/// A place with a code that a patrol must visit.
public struct Checkpoint: Hashable, Sendable {
    public var id: String
    public var name: String
    /// The id of its place; without one nobody can be too fast at it.
    public var place: String?
    /// What the sticker says that is already there; nil: Gatehouse's own signed code.
    public var code: String?

    public init(id: String, name: String, place: String? = nil, code: String? = nil) {
        self.id = id
        self.name = name
        self.place = place
        self.code = code
    }
}

/// What a guard can say about a checkpoint by a scan.
public struct Condition: Hashable, Sendable {
    public var id: String
    public var name: String
    public var code: String?
    /// The severity of the hazard that it opens; nil opens none.
    public var hazard: String?

    public init(id: String, name: String, code: String? = nil, hazard: String? = nil) {
        self.id = id
        self.name = name
        self.code = code
        self.hazard = hazard
    }
}

/// The checkpoints of one kind of round.
public struct Route: Hashable, Sendable {
    public var id: String
    public var name: String
    /// Ids, none twice; their order matters where it is `strict`.
    public var checkpoints: [String]
    /// Whether a visit out of the order of `checkpoints` is told.
    public var order: Order
    /// When its rounds begin.
    public var starts: Starts
    /// From the start of a round to the last moment at which a visit is in time.
    public var duration: Duration
    /// How long after the duration a visit still counts, as late.
    public var tolerance: Duration
    /// How long after that scans delivered later still correct the round.
    public var allowedLateness: Duration
    /// Nil: anybody.
    public var guards: Crew?
    /// Nil: every device with the role patrol or both.
    public var devices: [String]?

    public init(
        id: String, name: String, checkpoints: [String], order: Order, starts: Starts, duration: Duration,
        tolerance: Duration, allowedLateness: Duration, guards: Crew? = nil, devices: [String]? = nil
    ) {
        self.id = id
        self.name = name
        self.checkpoints = checkpoints
        self.order = order
        self.starts = starts
        self.duration = duration
        self.tolerance = tolerance
        self.allowedLateness = allowedLateness
        self.guards = guards
        self.devices = devices
    }

    /// Whether the checkpoints must be visited in the order of the list.
    public enum Order: String, Hashable, Sendable, CaseIterable {
        case any, strict
    }
}

/// When the rounds of a route begin.
public struct Starts: Hashable, Sendable {
    /// The times of day at which rounds begin.
    public var times: Times
    /// Tested against the date of the first start of a night, or of the start itself where the times are listed.
    public var days: Set<Weekday>

    public init(times: Times, days: Set<Weekday>) {
        self.times = times
        self.days = days
    }

    /// The times of day.
    public enum Times: Hashable, Sendable {
        /// In steps from `from` to `to`, both included, through midnight where `to` is not after `from`.
        case every(Duration, from: TimeOfDay, to: TimeOfDay)
        /// At each of these times.
        case at([TimeOfDay])
    }
}

/// How scans are read.
public struct PatrolRules: Hashable, Sendable {
    /// How long a person's scan says who scans.
    public var guardSession: Duration
    /// How long after a checkpoint a condition speaks of it.
    public var conditionWindow: Duration
    /// Whether visits that came too fast count all the same.
    public var countsSuspect: Bool

    public init(guardSession: Duration, conditionWindow: Duration, countsSuspect: Bool) {
        self.guardSession = guardSession
        self.conditionWindow = conditionWindow
        self.countsSuspect = countsSuspect
    }
}

/// How unsafe conditions must be put right.
public struct HazardRules: Hashable, Sendable {
    /// By severity; `general` and `major` always exist.
    public var severities: [String: Severity]
    /// Whoever put it right may not verify it.
    public var verifyByOther: Bool
    /// Seen again this soon after closing, it is a repeat.
    public var repeatWindow: Duration

    public init(severities: [String: Severity], verifyByOther: Bool, repeatWindow: Duration) {
        self.severities = severities
        self.verifyByOther = verifyByOther
        self.repeatWindow = repeatWindow
    }

    /// How soon a hazard must be closed.
    public struct Severity: Hashable, Sendable {
        /// From opening to the moment at which it is overdue.
        public var deadline: Duration
        /// How often it is told again after the deadline; nil: never.
        public var escalateAfter: Duration?

        public init(deadline: Duration, escalateAfter: Duration? = nil) {
            self.deadline = deadline
            self.escalateAfter = escalateAfter
        }
    }
}

/// What the site file says of one alert code.
public enum AlertRule: Hashable, Sendable {
    /// Never raised.
    case off
    /// The limits that differ from the code's own, by their names.
    case limits([String: Limit])

    /// The value of a limit.
    public enum Limit: Hashable, Sendable {
        case duration(Duration)
        case percentage(ExactDecimal)
        case count(Int)
        case size(Int64)
    }
}
