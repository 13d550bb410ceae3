import GatehouseModel
import GatehouseModuleKit
import GatehouseModules
import GatehouseRules
import Testing

@Suite("Evaluating a file of events")
struct EvaluationTests {
    @Test("a day's two punches are one record, and the modules' figures stand under their own names")
    func oneDay() throws {
        let report = Plant.evaluate([
            Plant.punch(1, "2026-11-02T08:07:10+08:00"), Plant.punch(2, "2026-11-02T16:01:00+08:00"),
        ])
        let record = try #require(report["attendance"]?.elements?.first)
        #expect(record["status"] == ["late"])
        #expect(record["lateMinutes"]?.integer == 7)
        let late = report["kpis"]?.elements?.first { $0["kpi"]?.text == "late.rate" && $0["department"] == .null }
        #expect(late?["value"]?.text == "1.000000")
        let alert = try #require(report["alerts"]?.elements?.first)
        #expect(alert["code"]?.text == "attendance.late")
        #expect(alert["evidence"] == ["event-1"])
    }

    @Test("without an end it stops when every window that had opened has closed; with one, there")
    func stops() {
        let events = [Plant.punch(1, "2026-11-02T08:00:00+08:00")]
        #expect(Plant.evaluate(events)["attendance"]?.elements?.count == 1)
        let early = Plant.moment("2026-11-02T12:00:00+08:00")
        #expect(Plant.evaluate(events, until: early)["attendance"]?.elements?.isEmpty == true)
        let late = Plant.moment("2026-11-03T23:00:00+08:00")
        #expect(Plant.evaluate(events, until: late)["attendance"]?.elements?.count == 2)
    }

    @Test("nothing is printed that closed before the clock started")
    func beginning() {
        let report = Plant.evaluate([Plant.punch(1, "2026-11-02T21:00:00+08:00")])
        #expect(report["attendance"]?.elements?.isEmpty == true)
        #expect(report["unscheduled"]?.elements?.count == 1)
    }
}

@Suite("The house of the modules")
struct ModuleHouseTests {
    /// Two punches a day, Monday to Saturday.
    private let events: [Fact] = (0..<6).flatMap { (day: Int) -> [Fact] in
        let first = Int64(day * 2 + 1)
        let date = "2026-11-0\(day + 2)"
        return [
            Plant.punch(first, "\(date)T08:0\(day):00+08:00"), Plant.punch(first + 1, "\(date)T16:00:00+08:00"),
        ]
    }

    @Test("no id is given twice, whatever module, deadline or event it comes of")
    func uniqueIDs() {
        var house = Plant.house()
        var ids: Set<String> = []
        for fact in events {
            for found in house.take(fact) {
                #expect(ids.insert("\(found.module) \(found.finding.id)").inserted)
            }
        }
        #expect(ids.count > events.count)
    }

    @Test("going on from a snapshot gives the same findings as going on", arguments: 0..<12)
    func snapshots(after split: Int) throws {
        var house = Plant.house()
        for fact in events.prefix(split) { _ = house.take(fact) }
        let bytes = snapshot(of: house, after: Int64(split))
        var (resumed, sequence) = try ModuleHouse.resume(bytes, version: "test", names: ModuleHouse.names) { _ in
            Plant.site
        }
        #expect(sequence == Int64(split))
        for fact in events.dropFirst(split) {
            #expect(Plant.told(house.take(fact)) == Plant.told(resumed.take(fact)))
        }
        #expect(snapshot(of: house, after: 99) == snapshot(of: resumed, after: 99))
    }

    @Test("a snapshot that is handed on in pieces is the same snapshot")
    func pieces() {
        var house = Plant.house()
        for fact in events { _ = house.take(fact) }
        var bytes: [UInt8] = []
        var packer = Packer(draining: { bytes += $0 })
        house.pack(version: "test", after: 3, into: &packer)
        #expect(bytes.isEmpty)
        packer.flush()
        #expect(bytes == snapshot(of: house, after: 3))
        #expect(packer.bytes.isEmpty)
    }

    @Test("a snapshot of another version, of other modules, or cut short is none")
    func foreignSnapshots() {
        let bytes = snapshot(of: Plant.house(), after: 7)
        func problem(
            _ bytes: [UInt8], _ version: String = "test", _ names: [String] = ModuleHouse.names
        ) -> SnapshotProblem? {
            do throws(SnapshotProblem) {
                _ = try ModuleHouse.resume(bytes, version: version, names: names, readSite: { _ in Plant.site })
                return nil
            } catch {
                return error
            }
        }
        #expect(problem(bytes) == nil)
        #expect(problem(bytes, "next") == .ofAnotherBuild)
        #expect(problem(bytes, "test", ["patrol"]) == .ofAnotherBuild)
        #expect((0..<bytes.count).allSatisfy { problem(Array(bytes.prefix($0))) == .damaged })
    }

    @Test("time that passes with an event nobody wants reaches the same deadlines as one that is heard")
    func passingTime() {
        var (one, other) = (Plant.house(), Plant.house())
        for fact in events.prefix(2) { _ = (one.take(fact), other.take(fact)) }
        let evening = Plant.moment("2026-11-02T23:00:00+08:00")
        let passed = one.pass(to: evening, sequence: 9)
        #expect(passed.contains { $0.finding.topic == "attendance.closed" })
        #expect(Plant.told(passed) == Plant.told(other.settle(through: evening, sequence: 9)))
    }
}

/// One person, one shift, one clock.
enum Plant {
    static let zone = Zone(
        name: "Asia/Shanghai", spans: [.init(start: Moment(milliseconds: 0), offsetSeconds: 8 * 3600)])

    static var site: Site {
        let shift = Shift(
            id: "day", name: "day", start: time("08:00"), end: time("16:00"), graceIn: .seconds(300), graceOut: .zero,
            breaks: [], opensBefore: .seconds(7200), closesAfter: .seconds(14_400), noShowAfter: .seconds(1800),
            punches: .firstLast)
        let entry = ScheduleEntry(
            who: .people(["E1"]), from: CalendarDay(number: 20_700), to: nil, plan: .shift("day"))
        return Site(
            id: "test", name: "test", zone: zone, language: .english,
            calendar: WorkCalendar(restDays: [.sat, .sun], holidays: [], workdays: []),
            departments: [Department(id: "office", name: "Office")],
            people: [
                Person(
                    id: "E1", name: "One", department: "office", position: nil, badges: ["100"], basePay: nil)
            ], places: [], travel: [], devices: [], shifts: [shift], schedule: .entries([entry]), leave: [], posts: [],
            checkpoints: [], conditions: [], routes: [],
            attendance: AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)),
            patrol: PatrolRules(
                guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false),
            hazards: HazardRules(severities: [:], verifyByOther: true, repeatWindow: .seconds(30 * 86_400)),
            alerts: [:], kpis: [], incentives: [], coefficients: nil, bonus: nil, gateway: .standard,
            json: ["site": "test"], sha256: "")
    }

    static func house() -> ModuleHouse {
        var house = ModuleHouse()
        let start = moment("2026-11-02T00:00:00+08:00")
        _ = house.take(
            Fact(
                sequence: 0, id: "site", source: "", topic: "site.updated", time: start, received: start,
                content: .site(site)))
        return house
    }

    static func punch(_ sequence: Int64, _ time: String) -> Fact {
        Fact(
            sequence: sequence, id: "event-\(sequence)", source: "/sites/test/devices/clock",
            topic: "punch.recorded", subject: "100", time: moment(time), received: moment(time),
            content: .punch(.init(device: "clock", badge: "100", direction: .unknown)))
    }

    static func evaluate(_ facts: [Fact], until: Moment? = nil) -> JSONValue {
        var evaluation = Evaluation(site: site, start: facts[0].received)
        for fact in facts { evaluation.take(fact) }
        return evaluation.finish(until: until) { "event-\($0)" }.json
    }

    /// What was found, to the byte.
    static func told(_ found: [ModuleHouse.Found]) -> [[UInt8]] {
        found.map { $0.finding.event(site: "test", module: $0.module, zone: zone) }
            .map { $0.encoded(sequence: 0, recorded: Timestamp(moment: Moment(milliseconds: 0), offsetSeconds: 0)) }
    }

    static func moment(_ text: String) -> Moment {
        Timestamp(text)?.moment ?? Moment(milliseconds: 0)
    }

    private static func time(_ text: String) -> TimeOfDay {
        guard let time = TimeOfDay(text) else { preconditionFailure("\(text) is a time of day") }
        return time
    }
}

/// What a house packs.
private func snapshot(of house: ModuleHouse, after sequence: Int64) -> [UInt8] {
    var packer = Packer()
    house.pack(version: "test", after: sequence, into: &packer)
    return packer.bytes
}
