import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule

/// A hazards module that hears events one after the other, as the house lets it.
struct HazardStage {
    private(set) var module: HazardsModule
    private(set) var found: [Finding] = []
    private var clock: Moment
    private var sequence: Int64

    init(_ site: Site = .hazards(), at start: String = "2026-11-01T00:00:00+08:00") {
        module = HazardsModule()
        clock = Moment(start)
        sequence = 0
        hear("site.updated", .site(site), at: start)
    }

    /// Hears an event that happened at `time` and was received then, or later.
    @discardableResult
    mutating func hear(
        _ topic: Topic, _ content: Fact.Content, at time: String, received: String? = nil, id: String? = nil
    ) -> Int64 {
        let received = Moment(received ?? time)
        let now = max(clock, received)
        sequence += 1
        var findings = Findings(cause: sequence, clock: clock)
        advance(&findings) { $0.precedes(eventAt: now) }
        clock = now
        findings.clock = now
        module.hear(
            Fact(
                sequence: sequence, id: id ?? "e\(sequence)", source: "/sites/sh1/clients/test", topic: topic,
                time: Moment(time), received: received, content: content), into: &findings)
        found += findings.drain()
        return sequence
    }

    /// Everything due by then happens, as when something else was heard then.
    mutating func wait(until time: String) {
        let moment = Moment(time)
        sequence += 1
        var findings = Findings(cause: sequence, clock: clock)
        advance(&findings) { $0.moment <= moment }
        clock = max(clock, moment)
    }

    private mutating func advance(_ findings: inout Findings, while isDue: (Deadline) -> Bool) {
        while let deadline = module.nextDeadline, isDue(deadline) {
            clock = max(clock, deadline.moment)
            findings.clock = clock
            module.reach(deadline, into: &findings)
            precondition(module.nextDeadline != deadline, "a deadline that was reached must be gone")
            found += findings.drain()
        }
    }

    /// Packed and unpacked, as between two runs.
    mutating func restart(_ site: Site = .hazards()) throws {
        var packer = Packer()
        module.pack(into: &packer)
        var unpacker = Unpacker(packer.bytes)
        module = try HazardsModule(from: &unpacker)
        module.resume(site)
    }
}

/// What people do.
extension HazardStage {
    @discardableResult
    mutating func report(
        _ hazard: String?, severity: String? = "general", checkpoint: String? = "CP01", condition: String? = "blocked",
        deadline: String? = nil, at time: String, received: String? = nil, id: String? = nil
    ) -> Int64 {
        var step = Fact.HazardStep(kind: .reported, hazard: hazard, by: "E1")
        step.severity = severity
        step.checkpoint = checkpoint
        step.condition = condition
        step.deadline = deadline.map { Moment($0) }
        return hear("hazard.reported", .hazard(step), at: time, received: received, id: id)
    }

    @discardableResult
    mutating func assign(
        _ hazard: String, to person: String = "E2", deadline: String? = nil, reason: String? = nil, at time: String
    ) -> Int64 {
        var step = Fact.HazardStep(kind: .assigned, hazard: hazard, by: "E9")
        step.to = person
        step.deadline = deadline.map { Moment($0) }
        step.reason = reason
        return hear("hazard.assigned", .hazard(step), at: time)
    }

    @discardableResult
    mutating func step(
        _ kind: Fact.HazardStep.Kind, _ hazard: String, by person: String, at time: String, received: String? = nil
    ) -> Int64 {
        let step = Fact.HazardStep(kind: kind, hazard: hazard, by: person)
        return hear(Topic(rawValue: "hazard.\(kind.rawValue)"), .hazard(step), at: time, received: received)
    }

    /// Reported, put right by E2 and verified by E3.
    mutating func close(_ hazard: String, submitted: String, verified: String) {
        step(.submitted, hazard, by: "E2", at: submitted)
        step(.verified, hazard, by: "E3", at: verified)
    }

    /// A scan of a registered code at the guardroom's scanner.
    @discardableResult
    mutating func scan(_ code: String, at time: String, received: String? = nil, device: String = "wand") -> Int64 {
        let scan = Fact.Scan(device: device, code: code, kind: "unknown", value: nil, authentic: "unknown")
        return hear("scan.recorded", .scan(scan), at: time, received: received)
    }
}

/// What came of it.
extension HazardStage {
    func rows(asOf moment: String? = nil) -> [HazardRow] { module.rows(asOf: moment.map { Moment($0) } ?? clock) }

    func row(_ hazard: String, asOf moment: String? = nil) -> HazardRow? {
        rows(asOf: moment).first { $0.hazard == hazard }
    }

    func events(_ topic: Topic) -> [Finding] { found.filter { $0.topic == topic } }

    /// `raised hazard.overdue H1`, in order, with the time where it is asked for.
    var turns: [String] {
        found.compactMap { finding in
            switch finding.alert {
            case .raised(_, let code, let subject, _): "raised \(code) \(subject)"
            case .cleared(let id, _):
                "cleared \(id.split(separator: "/").dropFirst().first ?? "") "
                    + (finding.data()["reason"]?.text ?? "")
            case nil: nil
            }
        }
    }

    /// A figure as `numerator/denominator`; nil where there is none of that name and period.
    func figure(_ kpi: String, _ period: String, asOf moment: String? = nil) -> String? {
        module.figures(asOf: moment.map { Moment($0) } ?? clock).first { $0.kpi == kpi && $0.period == period }
            .map { "\($0.numerator.text)/\($0.denominator.text)" }
    }
}

extension Moment {
    /// The moment of an RFC 3339 time; a day of November 2026 and a time of day is in Shanghai's.
    init(_ text: String) {
        let full = text.count > 12 ? text : "2026-11-\(text.prefix(2))T\(text.suffix(5)):00+08:00"
        self = Timestamp(full)?.moment ?? Moment(milliseconds: .min)
    }
}

extension Site {
    /// A plant with two checkpoints, three guards and a conditions' card.
    static func hazards(
        severities: [String: HazardRules.Severity] = [
            "general": .init(deadline: .seconds(72 * 3600)),
            "major": .init(deadline: .seconds(24 * 3600), escalateAfter: .seconds(12 * 3600)),
        ], verifyByOther: Bool = true, zone: Zone = .shanghai, alerts: [String: AlertRule] = [:], kpis: [KPI] = []
    ) -> Site {
        Site(
            id: "sh1", name: "上海一厂", zone: zone, language: .english,
            calendar: WorkCalendar(restDays: [.sat, .sun], holidays: [], workdays: []), departments: [],
            people: (1...3).map { Person(id: "E\($0)", name: "Guard \($0)", badges: ["P\($0)"]) }, places: [],
            travel: [], devices: [], shifts: [], schedule: .entries([]), leave: [], posts: [],
            checkpoints: [
                Checkpoint(id: "CP01", name: "1号消防栓", code: "C1"), Checkpoint(id: "CP02", name: "配电房", code: "C2"),
            ],
            conditions: [
                Condition(id: "normal", name: "正常", code: "N0"),
                Condition(id: "blocked", name: "通道堵塞", code: "N1", hazard: "general"),
                Condition(id: "missing", name: "灭火器缺失", code: "N2", hazard: "major"),
                Condition(id: "dusty", name: "积灰", code: "N3"),
            ], routes: [], attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)),
            patrol: PatrolRules(guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false),
            hazards: HazardRules(
                severities: severities, verifyByOther: verifyByOther, repeatWindow: .seconds(30 * 86_400)),
            alerts: alerts, kpis: kpis, incentives: [], gateway: .standard, json: .null, sha256: "")
    }
}

extension Zone {
    static let shanghai = Zone(name: "Asia/Shanghai", spans: [Span(start: Moment(seconds: 0), offsetSeconds: 28_800)])
}
