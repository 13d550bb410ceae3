import GatehouseDriverKit
import GatehouseModel
import GatehouseRules

/// The site that every history is of: four departments, five clocks at three places, two patrol routes.
struct Plant {
    static let firstDay = CalendarDay(number: 20_696)
    static let days = 84

    let site: Site
    let people: [Worker]
    let guards: [Worker]

    /// One of the staff, and how he or she lives.
    struct Worker {
        var id: String
        var department: String
        var badge: String { "B\(id)" }
        /// Minutes before the start at which the person usually comes.
        var ahead: Double
        /// How punctual the person is, in minutes.
        var scatter: Double
        /// The usual clock.
        var clock: String
        /// Comes by one of the buses; nil on foot.
        var bus: Int?
        /// Comes together with that person.
        var mate: String?
        /// How evenly the person walks a round.
        var stride: Double
    }

    static let clocks = ["gate-1-a", "gate-1-b", "gate-2-a", "gate-2-b", "warehouse-a"]
    static let departments = ["security": 12, "sewing": 90, "warehouse": 36, "office": 30]

    static func start(of day: Int) -> Moment { zone.startOfDay(firstDay.adding(day)) }

    static let zone = Zone(
        name: "Asia/Shanghai", spans: [Zone.Span(start: Moment(milliseconds: 0), offsetSeconds: 28_800)])

    init(_ chance: inout Chance) {
        var people: [Worker] = []
        for (department, count) in Self.departments.sorted(by: { $0.key < $1.key }) {
            for number in 0..<count {
                let home = department == "warehouse" ? ["warehouse-a", "gate-2-a"] : Array(Self.clocks.prefix(4))
                people.append(
                    Worker(
                        id: "\(department.prefix(3).uppercased())\(100 + number)", department: department,
                        ahead: chance.number(4...22), scatter: chance.number(2...6), clock: chance.pick(home),
                        bus: chance.happens(0.35) ? chance.number(0...3) : nil, mate: nil,
                        stride: chance.happens(0.4) ? 0.035 : chance.number(0.04...0.2)))
            }
        }
        for _ in 0..<6 {
            // Couples and neighbours, who come and go together.
            let (first, second) = (chance.number(0...people.count - 1), chance.number(0...people.count - 1))
            guard people[first].department == people[second].department, first != second else { continue }
            people[second].mate = people[first].id
            people[second].clock = people[first].clock
        }
        self.people = people
        guards = people.filter { $0.department == "security" }
        site = Self.site(people)
    }

    static let holidays: Set<Int> = [33, 34, 59]
    static let workdays: Set<Int> = [40, 61]

    private static func time(_ text: String) -> TimeOfDay {
        guard let time = TimeOfDay(text) else { preconditionFailure("a time of day") }
        return time
    }

    private static func shift(_ id: String, _ start: String, _ end: String) -> Shift {
        Shift(
            id: id, name: id, start: time(start), end: time(end), graceIn: .zero, graceOut: .zero, breaks: [],
            opensBefore: .seconds(7200), closesAfter: .seconds(14_400), noShowAfter: .seconds(1800),
            punches: .firstLast)
    }

    private static func site(_ people: [Worker]) -> Site {
        let checkpoints = (1...14).map {
            Checkpoint(id: "CP\($0)", name: "CP\($0)", place: nil, code: "XF-\($0)")
        }
        return Site(
            id: "score", name: "Score", zone: zone, language: .english,
            calendar: WorkCalendar(
                restDays: [.sat, .sun], holidays: Set(holidays.map { firstDay.adding($0) }),
                workdays: Set(workdays.map { firstDay.adding($0) })),
            departments: departments.keys.sorted().map { Department(id: $0, name: $0) },
            people: people.map {
                Person(id: $0.id, name: $0.id, department: $0.department, badges: [$0.badge])
            },
            places: ["gate-1", "gate-2", "warehouse"].map { Place(id: $0, name: $0) },
            travel: [
                Travel(from: "gate-1", to: "gate-2", atLeast: .seconds(240)),
                Travel(from: "gate-1", to: "warehouse", atLeast: .seconds(360)),
                Travel(from: "gate-2", to: "warehouse", atLeast: .seconds(150)),
            ],
            devices: clocks.map { device($0, place: String($0.dropLast(2)), role: .clock) }
                + ["scanner-1", "scanner-2"].map { device($0, place: nil, role: .patrol) },
            shifts: [
                shift("day", "08:30", "17:30"), shift("early", "07:00", "15:00"), shift("late", "15:00", "23:00"),
                shift("watch", "08:00", "20:00"), shift("night", "20:00", "08:00"),
            ],
            schedule: .entries(schedule(people)), leave: [], posts: [], checkpoints: checkpoints, conditions: [],
            routes: [
                route("yard", Array(checkpoints.prefix(6)), every: 3), route("halls", checkpoints.suffix(12), every: 4),
            ],
            attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)),
            patrol: PatrolRules(
                guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false),
            hazards: HazardRules(
                severities: [:], verifyByOther: true, repeatWindow: .seconds(86_400)), alerts: [:], kpis: [],
            incentives: [],
            gateway: .standard, json: .null, sha256: "")
    }

    /// Sewing works early and late by weeks in two halves, security a cycle of watches, the others the day shift.
    private static func schedule(_ people: [Worker]) -> [ScheduleEntry] {
        let sewing = people.filter { $0.department == "sewing" }.map(\.id)
        let turns: [String?] = Array(repeating: "early", count: 7) + Array(repeating: "late", count: 7)
        let other = Array(turns.suffix(7) + turns.prefix(7))
        func week(_ turns: [String?]) -> [String?] { turns.enumerated().map { $0.offset % 7 > 4 ? nil : $0.element } }
        var entries = [
            ScheduleEntry(who: .department("office"), from: firstDay, plan: .shift("day")),
            ScheduleEntry(who: .department("warehouse"), from: firstDay, plan: .shift("day")),
            ScheduleEntry(who: .people(sewing.prefix(45).map { $0 }), from: firstDay, plan: .cycle(week(turns))),
            ScheduleEntry(who: .people(sewing.suffix(45).map { $0 }), from: firstDay, plan: .cycle(week(other))),
        ]
        for (index, worker) in people.filter({ $0.department == "security" }).enumerated() {
            let cycle: [String?] = ["watch", "night", nil, nil]
            let turned = Array(cycle.suffix(4 - index % 4) + cycle.prefix(index % 4))
            entries.append(ScheduleEntry(who: .people([worker.id]), from: firstDay, plan: .cycle(turned)))
        }
        return entries
    }

    private static func device(_ id: String, place: String?, role: Device.Role) -> Device {
        Device(
            id: id, driver: "zkteco", match: Device.Match(), place: place, role: role, clock: .report, clearLog: .never,
            memory: true, settings: .null)
    }

    private static func route(_ id: String, _ checkpoints: [Checkpoint], every hours: Int64) -> Route {
        Route(
            id: id, name: id, checkpoints: checkpoints.map(\.id), order: .any,
            starts: Starts(
                times: .every(.seconds(hours * 3600), from: time("00:00"), to: time("23:00")),
                days: Set(Weekday.allCases)),
            duration: .seconds(3600), tolerance: .zero, allowedLateness: .seconds(86_400),
            guards: .department("security"))
    }
}
