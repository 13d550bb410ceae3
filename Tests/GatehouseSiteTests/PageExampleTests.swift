import Foundation
import GatehouseDriverKit
import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("The example site, every section of it")
struct PageExampleTests {
    let bench: Workbench
    let reading: SiteReading

    init() throws {
        bench = try Workbench.copy(of: Workbench.sample("page"))
        reading = bench.read()
    }

    @Test("reads without a problem, and its secret stays out of its JSON")
    func clean() throws {
        #expect(reading.problems.map(\.text) == [])
        let site = try #require(reading.site)
        #expect(reading.secrets == ["zk-comm-key": "1234"])
        #expect(!site.json.jsonText.contains("1234"))
        #expect(site.json["devices"]?.elements?.first?["secret"] == "zk-comm-key")
    }

    @Test("the head and the calendar")
    func head() throws {
        let site = try #require(reading.site)
        #expect(site.id == "sh1")
        #expect(site.name == "上海一厂")
        #expect(site.zone.name == "Asia/Shanghai")
        #expect(site.language == .chinese)
        #expect(site.calendar.restDays == [.sat, .sun])
        #expect(site.calendar.holidays.map(\.text).sorted() == ["2026-10-01", "2026-10-02", "2026-10-03"])
        #expect(site.calendar.workdays.map(\.text) == ["2026-10-10"])
    }

    @Test("departments, people, places and ways")
    func staff() throws {
        let site = try #require(reading.site)
        let security = Department(
            id: "security", name: "安保部", headcount: 12, performancePay: ExactDecimal(unscaled: 38_000))
        #expect(site.departments.first == security)
        #expect(site.departments.map(\.id) == ["security", "office", "sewing", "hr", "operations-a"])
        #expect(
            site.people == [
                Person(
                    id: "E1001", name: "张三", department: "security", position: "guard", badges: ["0010023", "77"],
                    basePay: ExactDecimal(unscaled: 6200)),
                Person(
                    id: "E1002", name: "李四, 夜班", department: "security", position: "guard", badges: ["0010024"],
                    basePay: ExactDecimal(unscaled: 61005, scale: 1)),
                Person(
                    id: "E1003", name: "王五", department: "office", position: "regional-manager", badges: [],
                    basePay: ExactDecimal(unscaled: 9000)),
                Person(id: "E1004", name: "赵六", department: "sewing", position: nil, badges: ["0010026"], basePay: nil),
            ])
        #expect(site.places.first == Place(id: "gate-1", name: "一号门"))
        #expect(site.leastTravel(from: "gate-1", to: "warehouse") == .seconds(240))
        #expect(site.leastTravel(from: "warehouse", to: "gate-1") == .seconds(240))
        #expect(site.leastTravel(from: "warehouse", to: "power-room") == nil)
    }

    @Test("devices, with their lines and their memory")
    func devices() throws {
        let site = try #require(reading.site)
        #expect(
            site.devices == [
                Device(
                    id: "gate-1-clock", driver: "zkteco",
                    match: .init(usb: USBPattern(vendor: 0x1B55, product: 0x0840), serial: "A8N5204560001"),
                    place: "gate-1",
                    role: .clock, clock: .sync, clearLog: .never, memory: true, secret: "zk-comm-key",
                    settings: .object([])),
                Device(
                    id: "guardroom-scanner", driver: "line-scanner", match: .init(tty: "/dev/ttyUSB0"), role: .patrol,
                    clock: .report, clearLog: .never,
                    line: SerialLine(rate: 115_200, dataBits: 7, parity: .even, stopBits: 1, rs485: true),
                    settings: .object([])),
            ])
        #expect(site.devices.map(\.keepsReadings) == [true, false])
    }

    @Test("shifts, schedule, leave and posts")
    func shifts() throws {
        let site = try #require(reading.site)
        let day = try #require(site.shifts.first)
        #expect((day.start.text, day.end.text) == ("08:00", "16:00"))
        #expect((day.graceIn, day.graceOut) == (.seconds(300), .zero))
        #expect(day.breaks.map { [$0.from.text, $0.to.text] } == [["12:00", "12:30"]])
        #expect(day.breaks.first?.isPaid == false)
        #expect((day.opensBefore, day.closesAfter) == (.seconds(7200), .seconds(14_400)))
        #expect((day.noShowAfter, day.punches) == (.seconds(1800), .firstLast))
        #expect(site.shifts.dropFirst().first?.end.minutes == 1440)
        let begin = try #require(CalendarDay("2026-11-01"))
        #expect(
            site.schedule
                == .entries([
                    ScheduleEntry(
                        who: .department("office"), from: begin, to: CalendarDay("2027-01-31"), plan: .shift("day")),
                    ScheduleEntry(
                        who: .people(["E1001", "E1002"]), from: begin,
                        plan: .cycle(["day", "day", "night", "night", nil, nil])),
                    ScheduleEntry(
                        who: .department("sewing"), from: begin,
                        plan: .flexible(["day", "late"], weeklyHours: ExactDecimal(unscaled: 40))),
                ]))
        // 08:00 in Shanghai is midnight in Greenwich.
        #expect(site.leave.map(\.from.seconds) == [1_793_577_600, 1_793_714_400])
        #expect(site.leave.map(\.to.seconds) == [1_793_592_000, 1_793_743_200])
        #expect(site.leave.map(\.kind) == ["年假", "病假"])
        #expect(
            site.posts == [
                Post(
                    id: "gate-night", name: "gate-night", shift: "night", department: "security", required: 5,
                    days: Set(Weekday.allCases))
            ])
    }

    @Test("checkpoints, conditions, routes, and the rules of patrols and hazards")
    func patrols() throws {
        let site = try #require(reading.site)
        #expect(site.checkpoints.map(\.code) == ["XF-0001", nil, nil])
        #expect(site.conditions.map(\.hazard) == [nil, "general", "major"])
        let route = try #require(site.routes.first)
        #expect(route.checkpoints == ["CP01", "CP02", "CP03"])
        #expect((route.order, route.duration, route.tolerance) == (.any, .seconds(2400), .seconds(600)))
        #expect(route.allowedLateness == .seconds(86_400))
        #expect(route.guards == .department("security"))
        #expect(route.devices == ["guardroom-scanner"])
        let (from, to) = (try #require(TimeOfDay("22:00")), try #require(TimeOfDay("06:00")))
        #expect(route.starts == Starts(times: .every(.seconds(7200), from: from, to: to), days: [.mon, .tue]))
        let second = try #require(site.routes.last)
        #expect((second.order, second.tolerance, second.devices) == (.strict, .zero, nil))
        #expect(second.guards == .people(["E1001"]))
        #expect(site.attendance == AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)))
        #expect(
            site.patrol
                == PatrolRules(guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false))
        #expect(
            site.hazards.severities == [
                "general": .init(deadline: .seconds(259_200)),
                "major": .init(deadline: .seconds(86_400), escalateAfter: .seconds(43_200)),
            ])
        #expect((site.hazards.verifyByOther, site.hazards.repeatWindow) == (true, .seconds(2_592_000)))
        #expect(
            site.alerts == [
                "device.clock_drift": .limits(["limit": .duration(.seconds(30))]), "punch.off_schedule": .off,
            ])
    }

    @Test("KPIs and incentives from files of their own")
    func pay() throws {
        let site = try #require(reading.site)
        let seventy = Figure(number: ExactDecimal(unscaled: 70), isPercentage: true)
        let ninetyFive = Figure(number: ExactDecimal(unscaled: 95), isPercentage: true)
        #expect(
            site.kpis.first
                == KPI(
                    id: "security.completion", name: "巡检完成率", source: .module("patrol.completion"),
                    department: "security", period: .month, better: .higher, baseline: seventy, target: ninetyFive,
                    verifyWith: "security.accidents"))
        #expect(site.kpis.map(\.period) == [.month, .month, .month, .month, .quarter, .month])
        let ten = ExactDecimal(unscaled: 10)
        #expect(
            site.incentives.map(\.rule).prefix(2) == [
                .threshold(kpi: "security.completion", at: ninetyFive, pay: .percentage(ten)),
                .threshold(
                    kpi: "security.remediation", at: Figure(number: ExactDecimal(unscaled: 90), isPercentage: true),
                    pay: .money(ExactDecimal(unscaled: 1500))),
            ])
        #expect(
            site.incentives.map(\.rule).suffix(3) == [
                .share(measure: "overtime.saving", share: ten, cap: ExactDecimal(unscaled: 20)),
                .noneIn(event: "incident.recorded", months: nil, pay: .money(ExactDecimal(unscaled: 3000))),
                .noneIn(event: "incident.recorded", months: 18, pay: .shareOfLoss(ten)),
            ])
        #expect(site.bonus == Bonus(pool: ExactDecimal(unscaled: 200_000), period: .year, base: "base_pay"))
        let coefficients = try #require(site.coefficients)
        #expect(coefficients.positions?.step == ExactDecimal(unscaled: 1, scale: 1))
        #expect(coefficients.departments.last?.score == .fixed(ExactDecimal(unscaled: 11, scale: 1)))
        #expect(coefficients.people?.late?.add == ExactDecimal(unscaled: -5, scale: 2))
    }

    @Test("the gateway's own settings")
    func gateway() throws {
        let gateway = try #require(reading.site).gateway
        #expect(gateway.data == "/var/lib/gatehouse")
        #expect((gateway.events, gateway.requests) == ("tcp://127.0.0.1:7780", "tcp://127.0.0.1:7781"))
        #expect((gateway.http, gateway.adms, gateway.curve) == ("127.0.0.1:8080", "0.0.0.0:8081", false))
        #expect(gateway.retention == .init(age: .seconds(400 * 86_400), size: 20 << 30))
    }

    @Test("its JSON has one stable digest, and reads back to the same site")
    func canonical() throws {
        let site = try #require(reading.site)
        #expect(site.sha256 == "5aede5bc36b462412af63dc0c79f1eada40d4c95217bddb7c931107dd64974c8")
        #expect(site.updatedData["sha256"] == .string(site.sha256))
        let again = SiteReader.read(json: try JSONValue(parsing: site.json.bytes))
        #expect(again.problems.map(\.text) == [])
        #expect(again.site == site)
    }

    @Test("how the file is laid out does not change the digest")
    func layout() throws {
        let site = try #require(reading.site)
        let text = try String(contentsOfFile: bench.path("site.yaml"), encoding: .utf8)
        try bench.write("site.yaml", "# a comment\n" + text.replacing("debounce: 60s", with: "debounce: \"1m\""))
        #expect(bench.read().site?.sha256 == site.sha256)
        try bench.write("site.yaml", text.replacing("debounce: 60s", with: "debounce: 61s"))
        #expect(bench.read().site?.sha256 != site.sha256)
    }
}

@Suite("The example plant for users")
struct ExamplePlantTests {
    @Test("checks without a problem, and all its people have a shift plan")
    func clean() throws {
        let folder = Workbench.sample("").deletingLastPathComponent().deletingLastPathComponent()
        let reading = SiteReader.read(
            folder.appending(path: "examples/site/site.yaml").path, drivers: Workbench.families)
        #expect(reading.problems.map(\.text) == [])
        let site = try #require(reading.site)
        #expect(site.people.count == 6)
        #expect(site.devices.map(\.id) == ["gate-1-clock", "guardroom-scanner", "packing-clock", "night-scanner"])
        guard case .entries(let entries) = site.schedule else {
            Issue.record("the example's schedule is a list of entries")
            return
        }
        let covered = site.people.filter { person in
            entries.contains { entry in
                switch entry.who {
                case .department(let id): person.department == id
                case .people(let ids): ids.contains(person.id)
                }
            }
        }
        #expect(covered == site.people)
    }
}
