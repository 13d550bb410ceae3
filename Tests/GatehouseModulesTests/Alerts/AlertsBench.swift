import GatehouseDriverKit
import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

@testable import AlertsModule

/// The alerts module on a small site, fed by hand: events are received when they happen unless it is said otherwise.
struct AlertsBench {
    struct Turn: Hashable {
        var code: String
        var subject: String
        var at: Moment
        var isRaised: Bool
    }

    var module = AlertsModule()
    /// What was raised and cleared, in order.
    private(set) var turns: [Turn] = []
    /// Everything that was said, as the bytes of the events.
    private(set) var said: [[UInt8]] = []
    private(set) var sequence: Int64 = 0
    private var clock = Moment(milliseconds: .min)
    private var codes: [String: (code: String, subject: String)] = [:]

    init(_ site: Site = .small) {
        hear("site.updated", .site(site), at: .monday)
    }

    @discardableResult
    mutating func hear(
        _ topic: Topic, _ content: Fact.Content, at received: Moment, time: Moment? = nil
    ) -> Int64 {
        sequence += 1
        hear(
            Fact(
                sequence: sequence, id: "\(sequence)", source: "", topic: topic, time: time ?? received,
                received: received, content: content))
        return sequence
    }

    mutating func hear(_ fact: Fact) {
        sequence = max(sequence, fact.sequence)
        var findings = Findings(cause: fact.sequence, clock: clock)
        pass(to: max(clock, fact.received), &findings)
        module.hear(fact, into: &findings)
        take(findings)
    }

    /// Time passes.
    mutating func wait(until moment: Moment) {
        var findings = Findings(cause: sequence, clock: clock)
        pass(to: max(clock, moment), &findings)
        take(findings)
    }

    private mutating func pass(to moment: Moment, _ findings: inout Findings) {
        while let deadline = module.nextDeadline, deadline.precedes(eventAt: moment) {
            findings.clock = max(deadline.moment, clock)
            module.reach(deadline, into: &findings)
        }
        (clock, findings.clock) = (moment, moment)
    }

    private mutating func take(_ findings: Findings) {
        for finding in findings.list {
            said.append(finding.event(site: "s", module: "alerts", zone: .utc).data)
            switch finding.alert {
            case .raised(let id, let code, let subject, _):
                codes[id] = (code, subject)
                turns.append(Turn(code: code, subject: subject, at: finding.time, isRaised: true))
            case .cleared(let id, _):
                guard let known = codes[id] else { continue }
                turns.append(Turn(code: known.code, subject: known.subject, at: finding.time, isRaised: false))
            case nil: continue
            }
        }
    }

    @discardableResult
    mutating func punch(
        _ badge: String, _ device: String = "gate", at received: Moment, time: Moment? = nil
    ) -> Int64 {
        hear(
            "punch.recorded", .punch(Fact.Punch(device: device, badge: badge, direction: .unknown)), at: received,
            time: time)
    }

    mutating func connect(_ device: String, at moment: Moment) {
        hear("device.connected", .connected(device: device, driver: "zkteco"), at: moment)
    }

    mutating func disconnect(_ device: String, at moment: Moment) {
        hear("device.disconnected", .disconnected(device: device, reason: "gone"), at: moment)
    }

    /// Packs the module and goes on with what was unpacked.
    mutating func restart(_ site: Site = .small) throws {
        var packer = Packer()
        module.pack(into: &packer)
        var unpacker = Unpacker(packer.bytes)
        module = try AlertsModule(from: &unpacker)
        module.resume(site)
    }

    func raised(_ code: String) -> [Turn] { turns.filter { $0.code == code && $0.isRaised } }
    func cleared(_ code: String) -> [Turn] { turns.filter { $0.code == code && !$0.isRaised } }

    /// The evidence of the alert of that code that stands.
    func evidence(_ code: String) -> [Int64]? { module.standingAlerts.first { $0.code == code }?.evidence }
}

extension Moment {
    /// 2026-11-02 00:00 in Shanghai.
    static let monday = Moment(seconds: 1_793_548_800)

    /// So many days, hours, minutes and seconds after that Monday.
    static func at(_ day: Int, _ hour: Int, _ minute: Int = 0, _ second: Double = 0) -> Moment {
        Moment(
            milliseconds: monday.milliseconds + Int64((day * 24 + hour) * 60 + minute) * 60_000
                + Int64((second * 1000).rounded()))
    }
}

extension Site {
    static let small = Site.small()

    /// Forty people of two departments, two clocks, a scanner, a route of six checkpoints.
    static func small(
        alerts: [String: AlertRule] = [:], holidays: Set<CalendarDay> = [], workdays: Set<CalendarDay> = [],
        without badge: String? = nil, extra: Person? = nil, clocks: [String] = ["gate", "store"]
    ) -> Site {
        let zone = Zone(
            name: "Asia/Shanghai", spans: [Zone.Span(start: Moment(milliseconds: 0), offsetSeconds: 28_800)])
        let people = (0..<40).map { number in
            Person(
                id: "E\(number)", name: "Person \(number)", department: number < 30 ? "sewing" : "office",
                badges: ["B\(number)"])
        }
        let checkpoints = (1...6).map { Checkpoint(id: "CP\($0)", name: "CP\($0)") }
        let day = Shift(
            id: "day", name: "day", start: TimeOfDay("08:00") ?? .midnight, end: TimeOfDay("16:00") ?? .midnight,
            graceIn: .zero, graceOut: .zero, breaks: [], opensBefore: .seconds(7200), closesAfter: .seconds(14_400),
            noShowAfter: .seconds(1800), punches: .firstLast)
        return Site(
            id: "s", name: "S", zone: zone, language: .english,
            calendar: WorkCalendar(restDays: [.sat, .sun], holidays: holidays, workdays: workdays),
            departments: [Department(id: "sewing", name: "Sewing"), Department(id: "office", name: "Office")],
            people: people + (extra.map { [$0] } ?? []), places: ["p", "q"].map { Place(id: $0, name: $0) },
            travel: [
                Travel(from: "p", to: "q", atLeast: .seconds(240)), Travel(from: "q", to: "p", atLeast: .seconds(180)),
            ],
            devices: clocks.map { device($0, place: $0 == "gate" ? "p" : "q", role: .clock) }
                + [
                    device("wand", place: nil, role: .patrol), device("wedge", place: "p", role: .clock, memory: false),
                ],
            shifts: [day],
            schedule: .entries(
                ["sewing", "office"].map {
                    ScheduleEntry(who: .department($0), from: CalendarDay(.monday, in: zone), plan: .shift("day"))
                }), leave: [], posts: [], checkpoints: checkpoints, conditions: [],
            routes: [
                Route(
                    id: "yard", name: "Yard", checkpoints: checkpoints.map(\.id), order: .any,
                    starts: Starts(times: .at([TimeOfDay("22:00") ?? .midnight]), days: Set(Weekday.allCases)),
                    duration: .seconds(3600), tolerance: .zero, allowedLateness: .zero)
            ], attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)),
            patrol: PatrolRules(guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false),
            hazards: HazardRules(severities: [:], verifyByOther: true, repeatWindow: .zero), alerts: alerts, kpis: [],
            incentives: [], gateway: .standard, json: .null, sha256: "")
    }

    private static func device(_ id: String, place: String?, role: Device.Role, memory: Bool = true) -> Device {
        Device(
            id: id, driver: "auto", match: Device.Match(), place: place, role: role, clock: .report, clearLog: .never,
            memory: memory, settings: .null)
    }
}

extension TimeOfDay {
    fileprivate static let midnight = TimeOfDay("00:00").unsafelyUnwrapped
}
