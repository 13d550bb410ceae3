import GatehouseDriverKit
import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("What holds where the site file is silent")
struct DefaultsTests {
    private func site(_ text: String) throws -> Site {
        let bench = Workbench()
        try bench.write("site.yaml", Workbench.head + text)
        let reading = bench.read()
        #expect(reading.problems.map(\.text) == [])
        return try #require(reading.site)
    }

    @Test("two lines are a site, with every rule in force written out in its JSON")
    func smallest() throws {
        let site = try site("")
        #expect(site.name == "t1")
        #expect(site.calendar == WorkCalendar(restDays: [.sat, .sun], holidays: [], workdays: []))
        #expect(site.attendance == AttendanceRules(debounce: .seconds(60), allowedLateness: .seconds(86_400)))
        #expect(
            site.patrol
                == PatrolRules(guardSession: .seconds(43_200), conditionWindow: .seconds(120), countsSuspect: false))
        #expect(site.hazards.severities["major"]?.escalateAfter == .seconds(43_200))
        #expect(site.gateway == .standard)
        #expect(
            site.json.jsonText
                == #"{"site":"t1","timezone":"Asia/Shanghai","language":"zh-Hans","#
                + #""calendar":{"rest_days":["sat","sun"]},"#
                + #""attendance":{"debounce":"1m","allowed_lateness":"1d"},"#
                + #""patrol":{"guard_session":"12h","condition_window":"2m","count_suspect":false},"#
                + #""hazards":{"verify_by_other":true,"repeat_window":"30d","general":{"deadline":"3d"},"#
                + #""major":{"deadline":"1d","escalate_after":"12h"}},"#
                + #""gateway":{"events":"tcp://127.0.0.1:7780","requests":"tcp://127.0.0.1:7781","#
                + #""http":"127.0.0.1:8080","adms":"off","curve":"off"}}"#)
    }

    @Test("a default that is written out changes nothing")
    func written() throws {
        let silent = try site("shifts: [{ id: a, start: \"08:00\", end: \"16:00\" }]\n")
        let spoken = try site(
            """
            language: zh-Hans
            calendar: { rest_days: [sun, sat] }
            shifts: [{ punches: first_last, id: a, start: "08:00", end: "16:00", opens_before: 120m, grace_in: 0 }]
            gateway: { curve: "off", adms: false }
            """)
        #expect(silent == spoken)
    }

    @Test("a device")
    func device() throws {
        let device = try #require(try site("devices: [{ id: d, driver: auto }]\n").devices.first)
        #expect(device.match == Device.Match())
        #expect((device.role, device.clock, device.clearLog) == (.both, .report, .never))
        #expect((device.memory, device.line, device.settings) == (nil, nil, .object([])))
        #expect(!device.keepsReadings)
    }

    @Test(
        "whether a device keeps readings is its driver's to say, unless the file says so",
        arguments: [
            ("zkteco", true), ("line-scanner", false), ("zkteco, memory: false", false),
            ("line-scanner, memory: true", true),
        ])
    func memory(driver: String, keeps: Bool) throws {
        #expect(try site("devices: [{ id: d, driver: \(driver) }]\n").devices.map(\.keepsReadings) == [keeps])
    }

    @Test("a device's settings keep their kinds")
    func settings() throws {
        let site = try site(
            "devices: [{ id: d, driver: zkteco, settings: { port: 4370, password: \"0042\" } }]\n")
        #expect(site.devices.first?.settings == ["password": "0042", "port": 4370])
    }

    @Test(
        "off in a cycle is a rest day however a YAML reader sees it",
        arguments: ["off", "Off", "\"off\"", "false", "no"])
    func off(word: String) throws {
        let site = try site(
            """
            people: [{ id: E1 }]
            shifts: [{ id: day, start: "08:00", end: "16:00" }]
            schedule: [{ people: [E1], from: 2026-11-01, cycle: [day, \(word)] }]
            """)
        guard case .entries(let entries) = site.schedule else {
            Issue.record("the schedule is a list of entries")
            return
        }
        #expect(entries.map(\.plan) == [.cycle(["day", nil])])
    }

    @Test("a severity of the site's own is one like the others")
    func severity() throws {
        let site = try site(
            "hazards: { minor: { deadline: 7d } }\nconditions: [{ id: dust, hazard: minor }]\n"
                + "kpis: [{ id: k, of: hazard.ontime.minor, better: higher, target: 90% }]\n")
        #expect(site.hazards.severities["minor"]?.deadline == .seconds(7 * 86_400))
        #expect(site.hazards.severities.count == 3)
        #expect(site.conditions.map(\.hazard) == ["minor"])
    }

    @Test(
        "every limit of every alert can be set, and every alert turned off", arguments: AlertCodes.limits.keys.sorted())
    func alerts(code: String) throws {
        let limits = try #require(AlertCodes.limits[code])
        #expect(try site("alerts: { \(code): off }\n").alerts == [code: .off])
        let values = limits.mapValues { kind in
            switch kind {
            case .duration: "45s"
            case .percentage: "7.5%"
            case .count: "12"
            case .size: "3GiB"
            }
        }
        let written = values.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: ", ")
        let rules = try site("alerts: { \(code): { \(written) } }\n").alerts
        let expected = try limits.mapValues { kind -> AlertRule.Limit in
            switch kind {
            case .duration: .duration(.seconds(45))
            case .percentage: .percentage(try #require(ExactDecimal("7.5")))
            case .count: .count(12)
            case .size: .size(3 << 30)
            }
        }
        #expect(rules == [code: .limits(expected)])
    }

    @Test("curve lets the bus be reached from outside")
    func curve() throws {
        let gateway = try site("gateway: { events: \"tcp://*:7780\", requests: tcp://10.0.0.5:0, curve: on }\n").gateway
        #expect(gateway.curve)
        #expect(gateway.events == "tcp://*:7780")
        #expect(try site("gateway: { events: ipc:///run/gatehouse/events, http: off }\n").gateway.http == nil)
    }

    @Test("leave on the site's clock: a time that daylight saving skips is moved on")
    func leave() throws {
        let bench = Workbench()
        try bench.write("leave.csv", "leave,person,from,to,kind\nL1,E1,2026-03-29 02:30,2026-03-29T12:00:00Z,x\n")
        try bench.write(
            "site.yaml", "site: b\ntimezone: Europe/Berlin\npeople: [{ id: E1 }]\nleave: leave.csv\n")
        let leave = try #require(bench.read().site?.leave.first)
        // 01:30 UTC is 03:30 in Berlin, an hour after the time that was skipped.
        #expect(leave.from.seconds == 1_774_747_800)
        #expect(leave.to.seconds == 1_774_785_600)
    }
}
