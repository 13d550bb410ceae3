import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Two shifts, a person, and whatever schedule is asked about.
enum ScheduleStage {
    static func site(_ schedule: Schedule, calendar: WorkCalendar? = nil, people: [String] = ["E1", "E2"]) -> Site {
        Site(
            id: "s", name: "s", zone: .utc, language: .english,
            calendar: calendar ?? WorkCalendar(restDays: [.sat, .sun], holidays: [], workdays: []),
            departments: [Department(id: "d", name: "d")],
            people: people.map { Person(id: $0, name: $0, department: "d", badges: []) }, places: [], travel: [],
            devices: [], shifts: [shift("day", "08:00", "16:00"), shift("late", "16:00", "24:00")],
            schedule: schedule, leave: [], posts: [], checkpoints: [], conditions: [], routes: [],
            attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .zero),
            patrol: PatrolRules(guardSession: .zero, conditionWindow: .zero, countsSuspect: false),
            hazards: HazardRules(severities: [:], verifyByOther: true, repeatWindow: .zero), alerts: [:], kpis: [],
            incentives: [], gateway: .standard, json: .object([]), sha256: "")
    }

    static func shift(_ id: String, _ start: String, _ end: String, breaks: [Shift.Break] = []) -> Shift {
        guard let start = TimeOfDay(start), let end = TimeOfDay(end) else { preconditionFailure("a time of day") }
        return Shift(
            id: id, name: id, start: start, end: end, graceIn: .zero, graceOut: .zero, breaks: breaks,
            opensBefore: .seconds(7200), closesAfter: .seconds(14_400), noShowAfter: .seconds(1800),
            punches: .firstLast)
    }

    static func day(_ text: String) -> CalendarDay {
        guard let day = CalendarDay(text) else { preconditionFailure("a date: \(text)") }
        return day
    }
}
