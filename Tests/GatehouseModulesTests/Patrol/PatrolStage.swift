import GatehouseDriverKit
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule

/// A patrol module that hears events one after the other, as the house lets it.
struct PatrolStage {
    private(set) var module = PatrolModule()
    private(set) var found: [Finding] = []
    private(set) var clock: Moment
    private var site: Site
    private var sequence: Int64 = 0

    init(_ site: Site = .patrolled(), at start: String = "02 12:00") {
        self.site = site
        clock = Moment(start)
        hear("site.updated", .site(site), at: start)
    }

    /// Hears an event that happened at `time` and was received then, or later.
    @discardableResult
    mutating func hear(_ topic: Topic, _ content: Fact.Content, at time: String, received: String? = nil) -> Int64 {
        sequence += 1
        hear(
            Fact(
                sequence: sequence, id: "e\(sequence)", source: "/sites/sh1/clients/test", topic: topic,
                time: Moment(time), received: Moment(received ?? time), content: content))
        return sequence
    }

    mutating func hear(_ fact: Fact) {
        let now = max(clock, fact.received)
        advance(cause: fact.sequence) { $0.precedes(eventAt: now) }
        clock = now
        sequence = max(sequence, fact.sequence)
        var findings = Findings(cause: fact.sequence, clock: clock)
        module.hear(fact, into: &findings)
        found += findings.drain()
    }

    /// Everything due by then happens.
    mutating func wait(until time: String) { wait(until: Moment(time)) }

    mutating func wait(until moment: Moment) {
        advance(cause: sequence) { $0.moment <= moment }
        clock = max(clock, moment)
    }

    private mutating func advance(cause: Int64, while isDue: (Deadline) -> Bool) {
        while let deadline = module.nextDeadline, isDue(deadline) {
            var findings = Findings(cause: cause, clock: max(clock, deadline.moment))
            clock = findings.clock
            module.reach(deadline, into: &findings)
            precondition(module.nextDeadline != deadline, "a deadline that was reached must be gone")
            found += findings.drain()
        }
    }

    /// Packed and unpacked, as between two runs.
    mutating func restart() throws {
        var packer = Packer()
        module.pack(into: &packer)
        var unpacker = Unpacker(packer.bytes)
        module = try PatrolModule(from: &unpacker)
        precondition(unpacker.isAtEnd, "all that was packed is unpacked")
        module.resume(site)
    }
}

/// What happens.
extension PatrolStage {
    /// A scan of a registered code.
    @discardableResult
    mutating func scan(
        _ code: String, at time: String, received: String? = nil, device: String = "wand"
    ) -> Int64 {
        let scan = Fact.Scan(device: device, code: code, kind: "unknown", value: nil, authentic: "unknown")
        return hear("scan.recorded", .scan(scan), at: time, received: received)
    }

    mutating func waive(_ checkpoint: String, in round: String, at time: String) {
        hear("visit.waived", .waived(round: round, checkpoint: checkpoint, reason: "locked", by: "E9"), at: time)
    }

    mutating func connect(_ device: String = "wand", at time: String, received: String? = nil) {
        hear("device.connected", .connected(device: device, driver: "auto"), at: time, received: received)
    }

    mutating func disconnect(_ device: String = "wand", at time: String, received: String? = nil) {
        hear("device.disconnected", .disconnected(device: device, reason: "gone"), at: time, received: received)
    }

    mutating func sync(_ device: String = "wand", through: String, at time: String) {
        hear("device.synced", .synced(device: device, through: Moment(through)), at: time)
    }

    mutating func change(_ site: Site, at time: String) {
        self.site = site
        hear("site.updated", .site(site), at: time)
    }
}

/// What came of it.
extension PatrolStage {
    func events(_ topic: Topic) -> [Finding] { found.filter { $0.topic == topic } }

    var rounds: [RoundReport] {
        module.rounds(closing: Moment(milliseconds: .min)...Moment(milliseconds: .max))
    }

    /// The only round, or the one that starts then.
    func round(_ start: String = "02 22:00", route: String = "night") -> RoundReport? {
        rounds.first { $0.start == Moment(start) && $0.route == route }
    }

    /// `patrol.missed CP02` and `-patrol.missed CP02 late-data`, in order.
    var alerts: [String] {
        found.compactMap { finding in
            switch finding.alert {
            case .raised(_, let code, let subject, _): "\(code) \(subject)"
            case .cleared:
                "-\(finding.data()["key"]?.text?.split(separator: ":").first ?? "") \(finding.subject) "
                    + (finding.data()["reason"]?.text ?? "")
            case nil: nil
            }
        }
    }

    /// Of alerts that were raised.
    func evidence(_ code: String) -> [[Int64]] {
        found.compactMap { finding in
            if case .raised(_, code, _, let evidence) = finding.alert { evidence } else { nil }
        }
    }

    /// A figure as `numerator/denominator`; nil where there is none.
    func figure(_ kpi: String, of department: String? = nil, _ period: String = "2026-11") -> String? {
        module.figures(asOf: clock)
            .first { $0.kpi == kpi && $0.department == department && $0.period == period }
            .map { "\($0.numerator.text)/\($0.denominator.text)" }
    }

    /// Everything that was said, to the byte.
    var transcript: [String] {
        found.map { "\($0.time.milliseconds) \($0.id) \($0.data().jsonText)" }
    }
}

extension Moment {
    /// The moment of an RFC 3339 time; a day of November 2026 and a time of day is Shanghai's.
    init(_ text: String) {
        let seconds = text.count > 8 ? "" : ":00"
        let full = text.count > 12 ? text : "2026-11-\(text.prefix(2))T\(text.dropFirst(3))\(seconds)+08:00"
        self = Timestamp(full)?.moment ?? Moment(milliseconds: .min)
    }
}

extension Route {
    /// Three checkpoints at 22:00, 40 minutes and 10 more.
    static func night(
        _ id: String = "night", checkpoints: [String] = ["CP01", "CP02", "CP03"], order: Order = .any,
        starts: Starts? = nil, duration: Int = 40, tolerance: Int = 10, lateness: Int = 1440, guards: Crew? = nil,
        devices: [String]? = nil
    ) -> Route {
        Route(
            id: id, name: "夜间巡检", checkpoints: checkpoints, order: order, starts: starts ?? .at("22:00"),
            duration: .seconds(duration * 60), tolerance: .seconds(tolerance * 60),
            allowedLateness: .seconds(lateness * 60), guards: guards, devices: devices)
    }
}

extension Starts {
    static func at(_ times: String..., days: Set<Weekday> = Set(Weekday.allCases)) -> Starts {
        Starts(times: .at(times.compactMap { TimeOfDay($0) }), days: days)
    }

    static func every(
        _ minutes: Int, from: String, to: String, days: Set<Weekday> = Set(Weekday.allCases)
    ) -> Starts {
        let (from, to) = (TimeOfDay(from), TimeOfDay(to))
        guard let from, let to else { return .at() }
        return Starts(times: .every(.seconds(minutes * 60), from: from, to: to), days: days)
    }
}

extension Site {
    /// A plant with four checkpoints at four places, four guards, of whom E1 and E2 are of the security department, a
    /// wand with memory, a scanner without, and one that belongs to E3.
    static func patrolled(
        routes: [Route] = [.night()], travel: [Travel] = [], zone: Zone = .shanghai, countsSuspect: Bool = false,
        alerts: [String: AlertRule] = [:], devices: [Device]? = nil
    ) -> Site {
        Site(
            id: "sh1", name: "上海一厂", zone: zone, language: .english,
            calendar: WorkCalendar(restDays: [.sat, .sun], holidays: [], workdays: []),
            departments: [Department(id: "security", name: "安保部"), Department(id: "office", name: "办公室")],
            people: (1...4).map {
                Person(
                    id: "E\($0)", name: "Guard \($0)", department: $0 < 3 ? "security" : "office", badges: ["P\($0)"])
            }, places: (1...4).map { Place(id: "place-\($0)", name: "Place \($0)") }, travel: travel,
            devices: devices ?? [.scanner("wand", memory: true), .scanner("line"), .scanner("own", owner: "E3")],
            shifts: [], schedule: .entries([]), leave: [], posts: [],
            checkpoints: (1...4).map {
                Checkpoint(id: "CP0\($0)", name: "Checkpoint \($0)", place: "place-\($0)", code: "C\($0)")
            },
            conditions: [
                Condition(id: "normal", name: "正常", code: "N0"),
                Condition(id: "blocked", name: "通道堵塞", code: "N1", hazard: "general"),
            ], routes: routes, attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)),
            patrol: PatrolRules(
                guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: countsSuspect),
            hazards: HazardRules(severities: [:], verifyByOther: true, repeatWindow: .seconds(30 * 86_400)),
            alerts: alerts, kpis: [], incentives: [], gateway: .standard, json: .null, sha256: "")
    }
}

extension Device {
    static func scanner(
        _ id: String, memory: Bool = false, owner: String? = nil, role: Device.Role = .patrol
    ) -> Device {
        Device(
            id: id, driver: "auto", match: Match(), role: role, clock: .report, clearLog: .never, memory: memory,
            guardPerson: owner, settings: .null)
    }
}

extension Zone {
    static let shanghai = Zone(name: "Asia/Shanghai", spans: [Span(start: Moment(seconds: 0), offsetSeconds: 28_800)])

    /// In 2026: winter time, summer time from 29 March 01:00 UTC, winter time again from 25 October 01:00 UTC.
    static let berlin = Zone(
        name: "Europe/Berlin",
        spans: [
            Span(start: Moment(seconds: 0), offsetSeconds: 3600),
            Span(start: Moment(seconds: 1_774_746_000), offsetSeconds: 7200),
            Span(start: Moment(seconds: 1_792_890_000), offsetSeconds: 3600),
        ])
}
