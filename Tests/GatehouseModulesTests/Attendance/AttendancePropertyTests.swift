import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("Attendance as a fold")
struct AttendancePropertyTests {
    static let site = Site.plant(posts: [.gate(required: 2)], hasMemory: true)

    @Test("a history split anywhere and resumed from a snapshot says the same, to the byte", arguments: 1...3)
    func snapshot(seed: Int) {
        let events = History(seed: seed).events
        var whole = AttendanceStage(Self.site, at: "2026-11-02 00:00")
        var split = whole
        split.restartsAlways = true
        for event in events {
            event.play(&whole)
            event.play(&split)
        }
        whole.wait(until: "2026-11-17 00:00")
        split.wait(until: "2026-11-17 00:00")
        #expect(whole.transcript == split.transcript)
        #expect(whole.transcript.count > 300)
        #expect(whole.module.figures(asOf: whole.clock) == split.module.figures(asOf: split.clock))
        #expect(whole.module.standingAlerts == split.module.standingAlerts)
        #expect(whole.module.onSite(at: .at("2026-11-05 10:00")) == split.module.onSite(at: .at("2026-11-05 10:00")))
    }

    @Test("the order in which punches arrive changes no closed day and no figure", arguments: 1...6)
    func order(seed: Int) {
        let events = History(seed: seed).events
        var live = AttendanceStage(Self.site, at: "2026-11-02 00:00")
        var late = live
        for event in events { event.play(&live) }
        live.wait(until: "2026-11-16 00:00")
        late.wait(until: "2026-11-15 00:00")
        var random = SplitMix64(seed: UInt64(seed) + 99)
        for event in events.shuffled(using: &random) { event.play(&late, received: "2026-11-15 00:01") }
        late.wait(until: "2026-11-16 00:00")
        #expect(rows(live) == rows(late))
        #expect(figures(live) == figures(late))
        #expect(live.module.unscheduled.map(\.time) == late.module.unscheduled.map(\.time))
    }

    @Test("figures add up: the departments' are the site's, the days' the weeks'", arguments: 1...6)
    func sums(seed: Int) {
        var stage = AttendanceStage(Self.site, at: "2026-11-02 00:00")
        for event in History(seed: seed).events { event.play(&stage) }
        stage.wait(until: "2026-11-16 00:00")
        let figures = stage.module.figures(asOf: stage.clock)
        for kpi in ["attendance.rate", "late.rate", "leave.rate", "post.coverage"] {
            let rows = figures.filter { $0.kpi == kpi }
            let parts = rows.filter { $0.department != nil }
            let whole = rows.first { $0.department == nil }
            // V, who is in no department, has no schedule.
            #expect(parts.reduce(.zero) { $0 + $1.numerator } == whole?.numerator)
            #expect(parts.reduce(.zero) { $0 + $1.denominator } == whole?.denominator)
        }
        let counted = stage.module.rows(openedBy: stage.clock, closingIn: .at("2026-11-01 00:00")...stage.clock)
            .filter { $0.isClosed && $0.shift != nil && !$0.status.contains("unproven") }
        let weeks = figures.filter { $0.kpi == "weekly.hours" }.reduce(Fraction.zero) { $0 + $1.numerator }
        #expect(weeks == Fraction(counted.reduce(0) { $0 + $1.workedMinutes }))
        let overtime = figures.first { $0.kpi == "overtime.hours" && $0.department == nil }
        #expect(overtime?.numerator == Fraction(overtime?.byRate?.values.reduce(0, +) ?? -1))
    }

    @Test("the last event told of each record says what its row says", arguments: 1...3)
    func told(seed: Int) {
        var stage = AttendanceStage(Self.site, at: "2026-11-02 00:00")
        for event in History(seed: seed).events { event.play(&stage) }
        stage.wait(until: "2026-11-16 00:00")
        var last: [String: String] = [:]
        for data in stage.data("attendance.closed") where data["withdrawn"] == nil {
            let key = [data["date"], data["person"], data["shift"], data["start"]].map { $0?.text ?? "-" }
            let status = data["status"]?.elements?.compactMap(\.text) ?? []
            last[key.joined(separator: " ")] = "\(status) \(data["workedMinutes"]?.integer ?? -1)"
        }
        let rows = stage.module.rows(openedBy: stage.clock, closingIn: .at("2026-11-01 00:00")...stage.clock)
        #expect(!rows.isEmpty)
        for row in rows where row.isClosed {
            let start = Timestamp(row.start, in: .shanghai).text
            #expect(
                last["\(row.date.text) \(row.person) \(row.shift ?? "-") \(start)"]
                    == "\(row.status) \(row.workedMinutes)")
        }
    }

    @Test("nothing an event says stops the module: unknown people, times far off, the same thing twice")
    func hostile() {
        var stage = AttendanceStage(Self.site, at: "2026-11-02 00:00")
        for time in ["0001-01-01 00:00", "1969-12-31 23:59", "9999-12-31 23:59"] {
            stage.punch("E1", at: time, received: "2026-11-02 08:00")
            stage.punch("F1", at: time, received: "2026-11-02 08:00")
            stage.punch("nobody", at: time, received: "2026-11-02 08:00", device: "no-device")
            stage.correct("E1", add: time, at: "2026-11-02 08:00")
            stage.assign("F1", String(time.prefix(10)), "day", at: "2026-11-02 08:01")
            stage.assign("ghost", String(time.prefix(10)), "no-shift", at: "2026-11-02 08:01")
        }
        stage.leave("E2", from: "0001-01-01 00:00", to: "9999-12-31 23:59", at: "2026-11-02 08:02")
        stage.approve("E1", from: "0001-01-02 00:00", to: "9999-12-30 23:59", at: "2026-11-02 08:02")
        stage.approve("ghost", from: "2026-11-02 18:00", to: "2026-11-02 20:00", at: "2026-11-02 08:02")
        stage.wait(until: "2026-11-09 00:01")
        stage.restart()
        #expect(stage.module.rows(openedBy: stage.clock, closingIn: .at("2026-11-02 00:00")...stage.clock).count > 10)
        #expect(!stage.module.figures(asOf: stage.clock).isEmpty)
    }

    private func rows(_ stage: AttendanceStage) -> [String] {
        stage.module.rows(openedBy: stage.clock, closingIn: .at("2026-11-01 00:00")...stage.clock).map {
            "\($0.person) \($0.date.text) \($0.shift ?? "-") \($0.status) \($0.lateMinutes) \($0.earlyMinutes) "
                + "\($0.workedMinutes) \($0.leaveMinutes) \($0.overtime.sorted { $0.key < $1.key }) "
                + "\($0.arrival?.milliseconds ?? 0)"
        }
    }

    private func figures(_ stage: AttendanceStage) -> [String] {
        stage.module.figures(asOf: stage.clock).map {
            "\($0.kpi) \($0.department ?? "-") \($0.person ?? "-") "
                + "\($0.numerator.exactText)/\($0.denominator.exactText)"
        }
    }
}

/// Twelve days in the life of the plant, drawn from a seed.
private struct History {
    /// One event, in the order in which it would be received live.
    struct Event {
        var time: String
        var play: (inout AttendanceStage, String?) -> Void

        func play(_ stage: inout AttendanceStage, received: String? = nil) { play(&stage, received) }
    }

    private(set) var events: [Event] = []
    private var random: SplitMix64

    init(seed: Int) {
        random = SplitMix64(seed: UInt64(seed))
        for day in 2...13 {
            for person in ["E1", "E2", "E3", "F1", "F2", "V"] where chance(85) { work(person, on: day) }
            if chance(30) { approve("E1", on: day) }
            if chance(20) { leave("E\(Int.random(in: 1...3, using: &random))", on: day) }
        }
        events.sort { $0.time < $1.time }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func work(_ person: String, on day: Int) {
        let isLate = person.hasPrefix("F") && chance(40)
        let start = isLate ? 16 * 60 : 8 * 60
        var minutes = [
            start + Int.random(in: -20...15, using: &random), start + 480 + Int.random(in: -10...90, using: &random),
        ]
        if chance(30) { minutes += [start + 240, start + 270] }
        for minute in minutes.sorted() where chance(93) {
            let time = Self.text(day, minute, Int.random(in: 0..<60, using: &random))
            let direction = chance(50) ? Fact.Direction.unknown : minute < start + 120 ? .in : .out
            let device = chance(80) ? "gate-1" : "yard-1"
            let id = "\(person)-\(day)-\(minute)"
            add(time) { $0.punch(person, direction, at: time, received: $1, device: device, id: id) }
            guard chance(5) else { continue }
            let later = Self.text(day, minute + 30, 0)
            add(later) { $0.correct(person, void: id, at: $1 ?? later) }
        }
    }

    private mutating func approve(_ person: String, on day: Int) {
        let (from, to, now) = (Self.text(day, 960, 0), Self.text(day, 1080, 0), Self.text(day, 0, 1))
        add(now) { $0.approve(person, from: from, to: to, at: $1 ?? now) }
    }

    private mutating func leave(_ person: String, on day: Int) {
        let (from, to, now) = (Self.text(day, 480, 0), Self.text(day, chance(50) ? 720 : 960, 0), Self.text(day, 0, 2))
        add(now) { $0.leave(person, from: from, to: to, at: $1 ?? now, id: "L-\(person)-\(day)") }
    }

    private mutating func add(_ time: String, _ play: @escaping (inout AttendanceStage, String?) -> Void) {
        events.append(Event(time: time, play: play))
    }

    private static func text(_ day: Int, _ minute: Int, _ second: Int) -> String {
        let (day, minute) = (day + minute / 1440, minute % 1440)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "2026-11-\(two(day)) \(two(minute / 60)):\(two(minute % 60)):\(two(second))"
    }
}
