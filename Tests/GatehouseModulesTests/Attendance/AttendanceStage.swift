import GatehouseDriverKit
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

@testable import AttendanceModule

/// An attendance module that hears events one after the other, as the house lets it.
struct AttendanceStage {
    private(set) var module = AttendanceModule()
    private(set) var found: [Finding] = []
    private(set) var clock: Moment
    private(set) var sequence: Int64 = 0
    private(set) var site: Site
    /// Whether the module is packed and unpacked after every event.
    var restartsAlways = false

    init(_ site: Site = .plant(), at start: String = "2026-11-01 00:00") {
        self.site = site
        clock = .at(start)
        hear("site.updated", .site(site), at: start)
    }

    /// Hears an event that happened at `time` and was received then, or later.
    @discardableResult
    mutating func hear(
        _ topic: Topic, _ content: Fact.Content, at time: String, received: String? = nil, id: String? = nil
    ) -> Int64 {
        let now = max(clock, .at(received ?? time))
        advance { $0.precedes(eventAt: now) }
        clock = now
        sequence += 1
        var findings = Findings(cause: sequence, clock: clock)
        module.hear(
            Fact(
                sequence: sequence, id: id ?? "e\(sequence)", source: "/sites/sh1/clients/test", topic: topic,
                time: .at(time), received: .at(received ?? time), content: content), into: &findings)
        found += findings.drain()
        if restartsAlways { restart() }
        return sequence
    }

    /// Everything due by then happens.
    mutating func wait(until time: String) {
        let moment = Moment.at(time)
        advance { $0.moment <= moment }
        clock = max(clock, moment)
        if restartsAlways { restart() }
    }

    private mutating func advance(while isDue: (Deadline) -> Bool) {
        while let deadline = module.nextDeadline, isDue(deadline) {
            clock = max(clock, deadline.moment)
            var findings = Findings(cause: sequence, clock: clock)
            module.reach(deadline, into: &findings)
            precondition(module.nextDeadline != deadline, "a deadline that was reached must be gone")
            found += findings.drain()
        }
    }

    /// Packed and unpacked, as between two runs.
    mutating func restart() {
        var packer = Packer()
        module.pack(into: &packer)
        var unpacker = Unpacker(packer.bytes)
        do throws(PackProblem) {
            module = try AttendanceModule(from: &unpacker)
            precondition(unpacker.isAtEnd, "everything that was packed is read again")
        } catch {
            preconditionFailure("what was packed can be read: \(error)")
        }
        module.resume(site)
    }
}

/// What people and other systems do.
extension AttendanceStage {
    @discardableResult
    mutating func punch(
        _ person: String, _ direction: Fact.Direction = .unknown, at time: String, received: String? = nil,
        device: String = "gate-1", id: String? = nil
    ) -> Int64 {
        hear(
            "punch.recorded", .punch(Fact.Punch(device: device, badge: "b-\(person)", direction: direction)),
            at: time, received: received, id: id)
    }

    @discardableResult
    mutating func correct(_ person: String, add time: String, at now: String) -> Int64 {
        hear(
            "punch.corrected",
            .correction(Fact.Correction(person: person, change: .add(.at(time)), reason: "forgot", by: "HR")), at: now)
    }

    @discardableResult
    mutating func correct(_ person: String, void id: String, at now: String) -> Int64 {
        hear(
            "punch.corrected",
            .correction(Fact.Correction(person: person, change: .void(id), reason: "not mine", by: "HR")), at: now)
    }

    mutating func leave(_ person: String, from: String, to: String, at now: String, id: String = "L1") {
        hear(
            "leave.granted",
            .leave(Leave(id: id, person: person, from: .at(from), to: .at(to), kind: "annual")), at: now)
    }

    mutating func assign(_ person: String, _ date: String, _ shift: String?, at now: String) {
        guard let date = CalendarDay(date) else { return }
        hear("schedule.assigned", .assigned(person: person, date: date, shift: shift), at: now)
    }

    mutating func approve(_ person: String, from: String, to: String, at now: String) {
        hear("overtime.approved", .overtime(person: person, from: .at(from), to: .at(to)), at: now)
    }

    mutating func change(_ site: Site, at now: String) {
        self.site = site
        hear("site.updated", .site(site), at: now)
    }
}

/// What the module said.
extension AttendanceStage {
    /// The data of every event of that topic, in order.
    func data(_ topic: Topic) -> [JSONValue] { found.filter { $0.topic == topic }.map { $0.data() } }

    /// `raised` or `cleared`, when, and the alert's code and subject: `raised 08:30 attendance.late E1`.
    func turns(of code: String) -> [String] {
        found.compactMap { finding in
            let data = finding.data()
            let time = Timestamp(finding.time, in: .shanghai).text.dropFirst(5).prefix(11)
            switch finding.alert {
            case .raised(_, code, _, _)?: return "raised \(time) \(finding.subject)"
            case .cleared where data["key"]?.text?.hasPrefix(code + ":") == true:
                return "cleared \(time) \(finding.subject) \(data["reason"]?.text ?? "")"
            default: return nil
            }
        }
    }

    /// The evidence with which the alerts of a code were raised.
    func evidence(of code: String) -> [[Int64]] {
        found.compactMap {
            if case .raised(_, code, _, let evidence) = $0.alert { evidence } else { nil }
        }
    }

    /// `person on/off place`, in order.
    var comings: [String] {
        data("presence.changed").map { data in
            let isOn = data["onSite"]?.bool == true
            return "\(data["person"]?.text ?? "") \(isOn ? "on" : "off") \(data["place"]?.text ?? "-")"
        }
    }

    /// A figure as it stands, `numerator/denominator`; nil where there is none.
    func figure(_ kpi: String, _ department: String? = nil, _ period: String = "2026-11", person: String? = nil)
        -> String?
    {
        module.figures(asOf: clock).first {
            $0.kpi == kpi && $0.department == department && $0.period == period && $0.person == person
        }
        .map { "\($0.numerator.exactText)/\($0.denominator.exactText)" }
    }

    /// Everything said, one line each, for comparing two histories.
    var transcript: [String] {
        found.map { "\($0.id) \(Timestamp($0.time, in: .shanghai).text) \($0.subject) \($0.data().jsonText)" }
    }
}

extension Moment {
    /// The wall clock in Shanghai: `2026-11-02 08:07` or `2026-11-02 08:07:10`.
    static func at(_ text: String) -> Moment {
        let seconds = text.utf8.count > 16 ? "" : ":00"
        let time = text.replacing(" ", with: "T") + seconds + "+08:00"
        return Timestamp(time)?.moment ?? Moment(milliseconds: 0)
    }
}

extension Zone {
    static let shanghai = Zone(
        name: "Asia/Shanghai", spans: [Span(start: Moment(milliseconds: 0), offsetSeconds: 8 * 3600)])
}

extension Shift {
    static func plain(
        _ id: String, _ start: String, _ end: String, punches: PunchRule = .firstLast, breaks: [Break] = [],
        opensBefore: Duration = .seconds(7200), closesAfter: Duration = .seconds(14_400)
    ) -> Shift {
        guard let start = TimeOfDay(start), let end = TimeOfDay(end) else { preconditionFailure("a time of day") }
        return Shift(
            id: id, name: id, start: start, end: end, graceIn: .seconds(300), graceOut: .zero, breaks: breaks,
            opensBefore: opensBefore, closesAfter: closesAfter, noShowAfter: .seconds(1800), punches: punches)
    }
}

extension Site {
    /// A plant with two departments: E1 to E3 guard it by day on working days, F1 and F2 choose their shifts. V has no
    /// schedule.
    static func plant(
        shifts: [Shift] = [.plain("day", "08:00", "16:00"), .plain("late", "16:00", "24:00")],
        schedule: Schedule? = nil, posts: [Post] = [], alerts: [String: AlertRule] = [:], leave: [Leave] = [],
        holidays: Set<CalendarDay> = [], hasMemory: Bool = false
    ) -> Site {
        func device(_ id: String, _ place: String) -> Device {
            Device(
                id: id, driver: "auto", match: Device.Match(), place: place, role: .clock, clock: .report,
                clearLog: .never, memory: hasMemory, settings: .object([]))
        }
        func person(_ id: String, _ department: String?) -> Person {
            Person(id: id, name: "Name \(id)", department: department, badges: ["b-\(id)"])
        }
        guard let first = CalendarDay("2026-10-01") else { preconditionFailure("a date") }
        let standard = Schedule.entries([
            ScheduleEntry(who: .department("security"), from: first, plan: .shift("day")),
            ScheduleEntry(
                who: .department("sewing"), from: first,
                plan: .flexible(["day", "late"], weeklyHours: ExactDecimal(unscaled: 40))),
        ])
        return Site(
            id: "sh1", name: "Plant", zone: .shanghai, language: .english,
            calendar: WorkCalendar(restDays: [.sat, .sun], holidays: holidays, workdays: []),
            departments: [Department(id: "security", name: "Security"), Department(id: "sewing", name: "Sewing")],
            people: ["E1", "E2", "E3"].map { person($0, "security") } + ["F1", "F2"].map { person($0, "sewing") }
                + [person("V", nil)],
            places: [Place(id: "gate", name: "Gate"), Place(id: "yard", name: "Yard")], travel: [],
            devices: [device("gate-1", "gate"), device("yard-1", "yard")], shifts: shifts,
            schedule: schedule ?? standard, leave: leave, posts: posts, checkpoints: [], conditions: [], routes: [],
            attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)),
            patrol: PatrolRules(guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false),
            hazards: HazardRules(severities: [:], verifyByOther: true, repeatWindow: .seconds(86_400)),
            alerts: alerts, kpis: [], incentives: [], gateway: .standard, json: .object([]), sha256: "")
    }
}
