public import GatehouseModel

/// A scheduled span of work, without its date.
public struct Shift: Hashable, Sendable {
    public var id: String
    public var name: String
    /// Never 24:00.
    public var start: TimeOfDay
    /// At or before `start`: on the next day.
    public var end: TimeOfDay
    /// How late is not yet late.
    public var graceIn: Duration
    /// How early is not yet early.
    public var graceOut: Duration
    /// Each the first such time at or after the start.
    public var breaks: [Break]
    /// How long before the start a punch belongs to it.
    public var opensBefore: Duration
    /// How long after the end a punch belongs to it.
    public var closesAfter: Duration
    /// How long after the expected start somebody who has not come is missed.
    public var noShowAfter: Duration
    /// How punches become presence.
    public var punches: PunchRule

    public init(
        id: String, name: String, start: TimeOfDay, end: TimeOfDay, graceIn: Duration, graceOut: Duration,
        breaks: [Break], opensBefore: Duration, closesAfter: Duration, noShowAfter: Duration, punches: PunchRule
    ) {
        self.id = id
        self.name = name
        self.start = start
        self.end = end
        self.graceIn = graceIn
        self.graceOut = graceOut
        self.breaks = breaks
        self.opensBefore = opensBefore
        self.closesAfter = closesAfter
        self.noShowAfter = noShowAfter
        self.punches = punches
    }

    /// A pause within the shift.
    public struct Break: Hashable, Sendable {
        public var from: TimeOfDay
        public var to: TimeOfDay
        /// A paid break is working time.
        public var isPaid: Bool

        public init(from: TimeOfDay, to: TimeOfDay, isPaid: Bool) {
            self.from = from
            self.to = to
            self.isPaid = isPaid
        }
    }

    /// Which punches say when somebody was there.
    public enum PunchRule: String, Hashable, Sendable, CaseIterable {
        /// From the first to the last.
        case firstLast = "first_last"
        /// The sum of pairs of in and out.
        case pairs
    }
}

/// Who works when.
public enum Schedule: Hashable, Sendable {
    /// The last entry that covers a person and date wins.
    case entries([ScheduleEntry])
    /// A table: a person's date has the shifts of its rows; with rows that give none, and without rows, it is a rest
    /// day.
    case rows([ScheduleRow])
}

/// One row of a schedule table.
public struct ScheduleRow: Hashable, Sendable {
    public var person: String
    public var date: CalendarDay
    /// Nil is a rest day.
    public var shift: String?

    public init(person: String, date: CalendarDay, shift: String? = nil) {
        self.person = person
        self.date = date
        self.shift = shift
    }
}

/// One rule of the schedule.
public struct ScheduleEntry: Hashable, Sendable {
    /// Whom the entry covers.
    public var who: Crew
    public var from: CalendarDay
    /// The last date; nil goes on.
    public var to: CalendarDay?
    /// What they work.
    public var plan: Plan

    public init(who: Crew, from: CalendarDay, to: CalendarDay? = nil, plan: Plan) {
        self.who = who
        self.from = from
        self.to = to
        self.plan = plan
    }

    /// What somebody covered by the entry works.
    public enum Plan: Hashable, Sendable {
        /// This shift on the calendar's working days; nil: nothing.
        case shift(String?)
        /// One step a day from the entry's first date, through the calendar; nil is a rest day.
        case cycle([String?])
        /// One of these shifts, as the person chooses, and these hours a week.
        case flexible([String], weeklyHours: ExactDecimal?)
    }
}

/// Some of the people.
public enum Crew: Hashable, Sendable {
    /// Everybody in it, by its id.
    case department(String)
    /// These, by their ids.
    case people([String])
}

/// Time that somebody need not work, half-open.
public struct Leave: Hashable, Sendable {
    public var id: String
    public var person: String
    public var from: Moment
    public var to: Moment
    /// The site's own word for it; shown, never judged.
    public var kind: String

    public init(id: String, person: String, from: Moment, to: Moment, kind: String) {
        self.id = id
        self.person = person
        self.from = from
        self.to = to
        self.kind = kind
    }
}

/// A place of duty that needs a number of people during a shift.
public struct Post: Hashable, Sendable {
    public var id: String
    public var name: String
    public var shift: String
    public var department: String
    /// So many people must be there throughout the shift.
    public var required: Int
    /// The dates that need it, by the day on which the shift begins.
    public var days: Set<Weekday>

    public init(id: String, name: String, shift: String, department: String, required: Int, days: Set<Weekday>) {
        self.id = id
        self.name = name
        self.shift = shift
        self.department = department
        self.required = required
        self.days = days
    }
}

/// How punches are read.
public struct AttendanceRules: Hashable, Sendable {
    /// A punch this soon after the last is a repeat.
    public var debounce: Duration
    /// How long a record may wait for a clock that cannot be asked.
    public var allowedLateness: Duration

    public init(debounce: Duration, allowedLateness: Duration) {
        self.debounce = debounce
        self.allowedLateness = allowedLateness
    }
}
