import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("Attendance figures")
struct AttendanceFigureTests {
    @Test("attendance and late rate: instances, those wholly on leave left out")
    func rates() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.leave("E3", from: "2026-11-02 00:00", to: "2026-11-03 00:00", at: "2026-11-02 01:00")
        stage.punch("E1", at: "2026-11-02 08:10")
        stage.punch("E1", at: "2026-11-02 16:00")
        stage.wait(until: "2026-11-02 21:00")
        #expect(stage.figure("attendance.rate", "security") == "1/2")
        #expect(stage.figure("attendance.rate") == "1/2")
        #expect(stage.figure("late.rate", "security") == "1/2")
        #expect(stage.figure("leave.rate", "security") == "480/1440")
    }

    @Test("every month with a closed record has every figure, for each department and for the site, and no other")
    func combinations() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("F1", at: "2026-11-02 08:00")
        stage.wait(until: "2026-11-02 19:00")
        #expect(stage.module.figures(asOf: stage.clock).isEmpty)
        stage.punch("F1", at: "2026-11-02 19:30")
        stage.wait(until: "2026-11-02 20:01")
        let keys = stage.module.figures(asOf: stage.clock).map {
            "\($0.kpi) \($0.department ?? "-") \($0.period)\($0.person.map { " \($0)" } ?? "")"
        }
        let monthly = [
            "attendance.rate", "flexible.coverage", "late.rate", "leave.rate", "overtime.hours", "post.coverage",
        ].flatMap { kpi in ["-", "security", "sewing"].map { "\(kpi) \($0) 2026-11" } }
        let weekly =
            ["security"].flatMap { department in ["E1", "E2", "E3"].map { "weekly.hours \(department) 2026-W45 \($0)" }
            }
            + ["weekly.hours sewing 2026-W45 F1"]
        #expect(keys == monthly + weekly)
        #expect(stage.figure("post.coverage") == "0/0")
        #expect(stage.module.figures(asOf: stage.clock).first { $0.kpi == "post.coverage" }?.value == nil)
    }

    @Test("flexible coverage: people flexible on the month's last day / people")
    func flexible() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.wait(until: "2026-11-02 21:00")
        #expect(stage.figure("flexible.coverage") == "2/6")
        #expect(stage.figure("flexible.coverage", "sewing") == "2/2")
        #expect(stage.figure("flexible.coverage", "security") == "0/3")
        stage.assign("F2", "2026-11-30", "day", at: "2026-11-02 22:00")
        #expect(stage.figure("flexible.coverage", "sewing") == "1/2")
        stage.wait(until: "2026-11-02 22:01")
        let told = stage.data("kpi.updated").last { $0["kpi"]?.text == "flexible.coverage" }
        #expect(told?["numerator"]?.integer == 1)
    }

    @Test("overtime hours: minutes / 60, by rate, overtime records with them")
    func overtime() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.approve("E1", from: "2026-11-02 16:00", to: "2026-11-02 18:00", at: "2026-11-02 09:00")
        stage.approve("E1", from: "2026-11-07 09:00", to: "2026-11-07 12:00", at: "2026-11-02 09:00")
        stage.punch("E1", at: "2026-11-02 07:55")
        stage.punch("E1", at: "2026-11-02 17:30")
        stage.punch("E1", at: "2026-11-07 08:50")
        stage.punch("E1", at: "2026-11-07 11:00")
        stage.wait(until: "2026-11-08 00:00")
        #expect(stage.figure("overtime.hours", "security") == "210/60")
        let figure = stage.module.figures(asOf: stage.clock).first { $0.kpi == "overtime.hours" }
        #expect(figure?.byRate == ["1.5": 90, "2": 120, "3": 0])
        // An overtime record is in no other figure: five working days of three people.
        #expect(stage.figure("attendance.rate") == "1/15")
        #expect(stage.figure("weekly.hours", "security", "2026-W45", person: "E1") == "480/60")
    }

    @Test("what no clock could tell is in no figure, and a week of nothing else has no row")
    func unproven() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        for device in ["gate-1", "yard-1"] {
            stage.hear("device.connected", .connected(device: device, driver: ""), at: "2026-11-02 00:01")
            stage.hear("device.disconnected", .disconnected(device: device, reason: ""), at: "2026-11-02 07:00")
        }
        stage.wait(until: "2026-11-02 21:00")
        #expect(stage.figure("attendance.rate") == "0/0")
        #expect(stage.figure("leave.rate") == "0/0")
        #expect(!stage.module.figures(asOf: stage.clock).contains { $0.kpi == "weekly.hours" })
    }

    @Test("post coverage: minutes in which enough people were between in and out, of the dates whose shift has been")
    func posts() {
        let posts: [Post] = [.gate(required: 2), .gate(required: 1, days: [.tue], id: "gate-tue")]
        var stage = AttendanceStage(.plant(posts: posts), at: "2026-11-01 00:00")
        stage.punch("E1", at: "2026-11-02 07:50")
        stage.punch("E2", at: "2026-11-02 09:00:40")
        stage.punch("E2", at: "2026-11-02 12:00")
        stage.punch("E1", at: "2026-11-02 17:00")
        stage.wait(until: "2026-11-02 19:59")
        #expect(stage.module.figures(asOf: stage.clock).isEmpty)
        stage.wait(until: "2026-11-02 20:00")
        // The Sunday's shift has been too: nobody was there.
        #expect(stage.figure("post.coverage", "security") == "179/960")
        #expect(stage.figure("post.coverage", "sewing") == "0/0")
        stage.wait(until: "2026-11-03 20:00")
        #expect(stage.figure("post.coverage", "security") == "179/1920")
        // A late punch revises it.
        stage.punch("E2", at: "2026-11-02 13:00", received: "2026-11-03 21:00")
        #expect(stage.figure("post.coverage", "security") == "239/1920")
        let early = stage.module.figures(asOf: stage.clock, openedBy: .at("2026-11-03 05:00"))
        #expect(early.first { $0.kpi == "post.coverage" }?.denominator == Fraction(960))
    }

    @Test("figures are told at the next full minute, those that are different only")
    func told() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 08:00")
        stage.punch("E1", at: "2026-11-02 16:00")
        stage.wait(until: "2026-11-02 20:00")
        let count = stage.data("kpi.updated").count
        #expect(count == 18 + 3)
        stage.punch("E2", at: "2026-11-02 08:00", received: "2026-11-02 21:00:10")
        stage.wait(until: "2026-11-02 21:01")
        let changed = stage.data("kpi.updated").dropFirst(count).map {
            "\($0["kpi"]?.text ?? "") \($0["department"]?.text ?? "-") \($0["numerator"]?.integer ?? -1)"
        }
        #expect(changed == ["attendance.rate - 2", "attendance.rate security 2"])
    }

    @Test("people who change departments are counted where they are now")
    func moved() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 08:00")
        stage.punch("E1", at: "2026-11-02 16:00")
        stage.wait(until: "2026-11-02 21:00")
        var site = Site.plant()
        site.people[0].department = "sewing"
        stage.change(site, at: "2026-11-02 22:00")
        #expect(stage.figure("attendance.rate", "security") == "0/2")
        #expect(stage.figure("attendance.rate", "sewing") == "1/1")
        #expect(stage.figure("attendance.rate") == "1/3")
    }
}
