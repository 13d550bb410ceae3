public import GatehouseModel

/// Everything that the site file says about one place, checked: every name in it leads somewhere.
public struct Site: Hashable, Sendable {
    /// The site's own id, part of every event's source.
    public var id: String
    public var name: String
    /// All wall-clock times of the site are in it; its offsets are known from 1990 to 2060.
    public var zone: Zone
    public var language: Language
    public var calendar: WorkCalendar
    public var departments: [Department]
    /// In the order of the list or table.
    public var people: [Person]
    public var places: [Place]
    public var travel: [Travel]
    public var devices: [Device]
    public var shifts: [Shift]
    /// Who works when; empty entries where the site file has none.
    public var schedule: Schedule
    public var leave: [Leave]
    public var posts: [Post]
    public var checkpoints: [Checkpoint]
    public var conditions: [Condition]
    public var routes: [Route]
    public var attendance: AttendanceRules
    public var patrol: PatrolRules
    /// Its severities are what conditions may name.
    public var hazards: HazardRules
    /// By alert code; a code that the site file does not name follows its own default.
    public var alerts: [String: AlertRule]
    public var kpis: [KPI]
    public var incentives: [Incentive]
    /// Nil where nothing is shared out by coefficients.
    public var coefficients: Coefficients?
    public var bonus: Bonus?
    /// What the command line may override.
    public var gateway: GatewaySettings
    /// The whole of it as JSON, in one stable order, defaults and CSV tables put in, secrets left out.
    public let json: JSONValue
    /// The SHA-256 of the JSON's bytes, in hexadecimal.
    public let sha256: String

    public init(
        id: String, name: String, zone: Zone, language: Language, calendar: WorkCalendar, departments: [Department],
        people: [Person], places: [Place], travel: [Travel], devices: [Device], shifts: [Shift], schedule: Schedule,
        leave: [Leave], posts: [Post], checkpoints: [Checkpoint], conditions: [Condition], routes: [Route],
        attendance: AttendanceRules, patrol: PatrolRules, hazards: HazardRules, alerts: [String: AlertRule],
        kpis: [KPI], incentives: [Incentive], coefficients: Coefficients? = nil, bonus: Bonus? = nil,
        gateway: GatewaySettings, json: JSONValue, sha256: String
    ) {
        self.id = id
        self.name = name
        self.zone = zone
        self.language = language
        self.calendar = calendar
        self.departments = departments
        self.people = people
        self.places = places
        self.travel = travel
        self.devices = devices
        self.shifts = shifts
        self.schedule = schedule
        self.leave = leave
        self.posts = posts
        self.checkpoints = checkpoints
        self.conditions = conditions
        self.routes = routes
        self.attendance = attendance
        self.patrol = patrol
        self.hazards = hazards
        self.alerts = alerts
        self.kpis = kpis
        self.incentives = incentives
        self.coefficients = coefficients
        self.bonus = bonus
        self.gateway = gateway
        self.json = json
        self.sha256 = sha256
    }

    /// In which language reports and the dashboard start.
    public enum Language: String, Hashable, Sendable, CaseIterable {
        case chinese = "zh-Hans"
        case english = "en"
    }

    /// The data of the `site.updated` event: the site as in force, and the digest of exactly these bytes.
    public var updatedData: JSONValue {
        ["site": json, "sha256": .string(sha256)]
    }
}

/// Which days are worked.
public struct WorkCalendar: Hashable, Sendable {
    /// Saturday and Sunday unless the site file says otherwise.
    public var restDays: Set<Weekday>
    /// Statutory holidays: overtime counts threefold. A date in both lists is a holiday.
    public var holidays: Set<CalendarDay>
    /// Days of rest that are worked in exchange.
    public var workdays: Set<CalendarDay>

    public init(restDays: Set<Weekday>, holidays: Set<CalendarDay>, workdays: Set<CalendarDay>) {
        self.restDays = restDays
        self.holidays = holidays
        self.workdays = workdays
    }
}

/// A part of the staff.
public struct Department: Hashable, Sendable {
    public var id: String
    public var name: String
    /// What the adjustment for size goes by; not counted from the people.
    public var headcount: Int?
    /// What percentages in incentives are of: a month's sum.
    public var performancePay: ExactDecimal?

    public init(id: String, name: String, headcount: Int? = nil, performancePay: ExactDecimal? = nil) {
        self.id = id
        self.name = name
        self.headcount = headcount
        self.performancePay = performancePay
    }
}

/// Somebody who punches, patrols or both.
public struct Person: Hashable, Sendable {
    public var id: String
    public var name: String
    /// The id of a department.
    public var department: String?
    /// What the points of positions are looked up by.
    public var position: String?
    /// As the devices give them, noughts in front included.
    public var badges: [String]
    /// The own base of a bonus share: the column that `bonus: base` names.
    public var basePay: ExactDecimal?

    public init(
        id: String, name: String, department: String? = nil, position: String? = nil, badges: [String],
        basePay: ExactDecimal? = nil
    ) {
        self.id = id
        self.name = name
        self.department = department
        self.position = position
        self.badges = badges
        self.basePay = basePay
    }
}

/// A named spot at the site.
public struct Place: Hashable, Sendable {
    public var id: String
    public var name: String

    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// The least time that the way between two places takes.
public struct Travel: Hashable, Sendable {
    public var from: String
    public var to: String
    public var atLeast: Duration

    public init(from: String, to: String, atLeast: Duration) {
        self.from = from
        self.to = to
        self.atLeast = atLeast
    }
}

extension Site {
    /// The least time from one place to another; the way back counts where only that is given.
    public func leastTravel(from: String, to: String) -> Duration? {
        let forth = travel.first { $0.from == from && $0.to == to }
        return (forth ?? travel.first { $0.from == to && $0.to == from })?.atLeast
    }
}
