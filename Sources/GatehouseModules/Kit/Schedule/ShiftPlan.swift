public import GatehouseModel
public import GatehouseRules

/// Who works when: the site's schedule, and what was assigned since.
public struct ShiftPlan: Sendable {
    /// What a person's date brings.
    public enum Duty: Hashable, Sendable {
        case none
        /// These, by their places in the site's list, in the order of their starts.
        case shifts([Int])
        /// One of these, as the person chooses.
        case flexible([Int])
    }

    /// An entry of the schedule, in numbers.
    struct Rule: Hashable, Sendable {
        enum Plan: Hashable, Sendable {
            case shift(Int?)
            case cycle([Int?])
            case flexible([Int], weeklyHours: ExactDecimal?)
        }

        var from: Int
        var through: Int
        var plan: Plan
    }

    /// A row of a schedule table.
    struct Row: Hashable, Sendable {
        var day: Int32
        var shift: Int32
    }

    public let shifts: [Shift]
    public let zone: Zone
    public let calendar: WorkCalendar
    /// What was assigned; the plan's owner packs it.
    public var assignments: Assignments
    private let shiftPlaces: [String: Int]
    private let people: [String: Int]
    /// By person, the last entry first.
    private let rules: [[Rule]]
    /// By person, by date; empty without a table.
    private let rows: [[Row]]
    private let isTable: Bool

    public init(_ index: SiteIndex, assignments: Assignments = Assignments()) {
        let site = index.site
        (shifts, zone, calendar) = (site.shifts, site.zone, site.calendar)
        self.assignments = assignments
        let places = Dictionary(
            site.shifts.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        shiftPlaces = places
        let people = Dictionary(
            site.people.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.people = people
        switch site.schedule {
        case .entries(let entries):
            (rules, rows, isTable) = (Self.rules(entries, index, people, places), [], false)
        case .rows(let table):
            (rules, rows, isTable) = ([], Self.rows(table, people, places), true)
        }
    }

    /// The place of a shift in the site's list.
    public func place(ofShift id: String) -> Int? { shiftPlaces[id] }

    /// Everything that the plan says of one person. Somebody whom the site does not know works nothing.
    public func line(of person: String) -> Line {
        let place = people[person]
        return Line(
            isKnown: place != nil, rules: place.flatMap { rules.isEmpty ? nil : rules[$0] } ?? [],
            rows: place.flatMap { rows.isEmpty ? nil : rows[$0] } ?? [], isTable: isTable,
            assigned: assignments.days[person]?.compactMapValues { shift in
                // A shift that the site does not know assigns nothing.
                shift.map { shiftPlaces[$0].map { Line.Assigned.shift($0) } } ?? .rest
            } ?? [:], calendar: calendar)
    }

    /// What a person's date brings.
    public func duty(of person: String, on date: CalendarDay) -> Duty { line(of: person).duty(on: date.number) }

    /// The instances that a person's date brings, with their own windows, not cut by each other's; none where the date
    /// is flexible, until the person punches.
    public func instances(of person: String, on date: CalendarDay) -> [ShiftInstance] {
        guard case .shifts(let places) = duty(of: person, on: date) else { return [] }
        return places.map { ShiftInstance(shifts[$0], place: $0, on: date, in: zone) }
    }

    private static func rules(
        _ entries: [ScheduleEntry], _ index: SiteIndex, _ people: [String: Int], _ places: [String: Int]
    ) -> [[Rule]] {
        var rules = [[Rule]](repeating: [], count: index.site.people.count)
        for entry in entries.reversed() {
            let rule = Rule(
                from: entry.from.number, through: entry.to?.number ?? .max, plan: plan(entry.plan, places))
            let ids: [String] =
                switch entry.who {
                case .department(let department): index.people(of: department)
                case .people(let ids): ids
                }
            for id in ids {
                if let place = people[id] { rules[place].append(rule) }
            }
        }
        return rules
    }

    private static func plan(_ plan: ScheduleEntry.Plan, _ places: [String: Int]) -> Rule.Plan {
        switch plan {
        case .shift(let shift): .shift(shift.flatMap { places[$0] })
        case .cycle(let steps): .cycle(steps.map { step in step.flatMap { places[$0] } })
        case .flexible(let offers, let hours): .flexible(offers.compactMap { places[$0] }, weeklyHours: hours)
        }
    }

    private static func rows(
        _ table: [ScheduleRow], _ people: [String: Int], _ places: [String: Int]
    ) -> [[Row]] {
        var rows = [[Row]](repeating: [], count: (people.values.max() ?? -1) + 1)
        for row in table {
            guard let place = people[row.person], let shift = row.shift.flatMap({ places[$0] }) else { continue }
            rows[place].append(Row(day: Int32(row.date.number), shift: Int32(shift)))
        }
        return rows.map { rows in
            rows.sorted { ($0.day, $0.shift) < ($1.day, $1.shift) }
        }
    }
}
