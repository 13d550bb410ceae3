import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("attendance.long_shift")
struct LongShiftTests {
    @Test("raised when somebody is still on site 12 h after the in, cleared when they leave")
    func raisedAndOut() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        let punch = stage.punch("E1", .in, at: "2026-11-02 06:30")
        stage.punch("E2", .in, at: "2026-11-02 06:30")
        stage.punch("E2", .out, at: "2026-11-02 16:00")
        stage.punch("E1", .out, at: "2026-11-02 19:00")
        #expect(
            stage.turns(of: "attendance.long_shift") == ["raised 11-02T18:30 E1", "cleared 11-02T19:00 E1 out"])
        #expect(stage.evidence(of: "attendance.long_shift") == [[punch]])
    }

    @Test("an earlier in that becomes known while it lasts shows it too")
    func earlierIn() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        let punch = stage.punch("E1", .in, at: "2026-11-02 06:30")
        stage.wait(until: "2026-11-02 18:40")
        let correction = stage.correct("E1", add: "2026-11-02 06:20", at: "2026-11-02 18:45")
        let alert = stage.module.standingAlerts.first { $0.code == "attendance.long_shift" }
        #expect(alert?.evidence == [punch, correction])
    }

    @Test("the window's end clears it")
    func windowEnd() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", .in, at: "2026-11-02 07:30")
        stage.wait(until: "2026-11-02 21:00")
        #expect(
            stage.turns(of: "attendance.long_shift") == ["raised 11-02T19:30 E1", "cleared 11-02T20:00 E1 window-end"])
    }

    @Test("who comes back after 12 h is judged then")
    func back() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", .in, at: "2026-11-02 06:30")
        stage.punch("E1", .out, at: "2026-11-02 16:00")
        stage.punch("E1", .in, at: "2026-11-02 19:00")
        #expect(stage.turns(of: "attendance.long_shift") == ["raised 11-02T19:00 E1"])
    }

    @Test("the limit of the site file holds")
    func limit() {
        let site = Site.plant(
            alerts: ["attendance.long_shift": .limits(["limit": .duration(.seconds(10 * 3600))])])
        var stage = AttendanceStage(site, at: "2026-11-02 00:00")
        stage.punch("E1", .in, at: "2026-11-02 07:30")
        stage.wait(until: "2026-11-02 19:00")
        #expect(stage.turns(of: "attendance.long_shift") == ["raised 11-02T17:30 E1"])
    }
}

@Suite("attendance.short_rest")
struct ShortRestTests {
    let site = Site.plant(
        schedule: .entries([
            ScheduleEntry(
                who: .people(["E1"]), from: CalendarDay(number: 20_759),
                plan: .cycle(["late", "day", nil, "day"]))
        ]))

    @Test("raised when the in of the next instance comes under 11 h after the out of the one before")
    func raised() {
        var stage = AttendanceStage(site, at: "2026-11-01 00:00")
        stage.punch("E1", at: "2026-11-02 15:55")
        let out = stage.punch("E1", at: "2026-11-02 23:50")
        let back = stage.punch("E1", at: "2026-11-03 07:50")
        #expect(stage.turns(of: "attendance.short_rest") == ["raised 11-03T07:50 E1"])
        #expect(stage.evidence(of: "attendance.short_rest") == [[out, back]])
        stage.wait(until: "2026-11-04 00:00")
        #expect(stage.turns(of: "attendance.short_rest").last == "cleared 11-04T00:00 E1 next-day")
    }

    @Test("a late out can raise it, a rest of 11 h does not")
    func lateOut() {
        var stage = AttendanceStage(site, at: "2026-11-01 00:00")
        stage.punch("E1", at: "2026-11-02 15:55")
        stage.punch("E1", at: "2026-11-02 20:50")
        stage.punch("E1", at: "2026-11-03 07:50")
        #expect(stage.turns(of: "attendance.short_rest").isEmpty)
        stage.punch("E1", at: "2026-11-02 23:00", received: "2026-11-03 09:00")
        #expect(stage.turns(of: "attendance.short_rest") == ["raised 11-03T09:00 E1"])
    }
}

@Suite("attendance.weekly_hours")
struct WeeklyHoursTests {
    @Test("raised at Monday 00:00 for who worked less than is owed, cleared at the next week's end")
    func raised() {
        var stage = AttendanceStage(.plant(), at: "2026-11-01 12:00")
        for day in 2...6 {
            stage.punch("F1", at: "2026-11-0\(day) 08:00")
            stage.punch("F1", at: "2026-11-0\(day) 16:00")
        }
        stage.punch("F2", at: "2026-11-03 08:00")
        stage.punch("F2", at: "2026-11-03 16:00")
        stage.wait(until: "2026-11-09 00:00")
        let turns = ["raised 11-02T00:00 F1", "raised 11-02T00:00 F2", "cleared 11-09T00:00 F1 week-end"]
        #expect(
            stage.turns(of: "attendance.weekly_hours")
                == turns + ["cleared 11-09T00:00 F2 week-end", "raised 11-09T00:00 F2"])
        let alert = stage.data("alert.raised").last { $0["code"]?.text == "attendance.weekly_hours" }
        #expect(alert?["key"]?.text == "attendance.weekly_hours:F2+2026-W45")
        #expect(alert?["rule"]?["measured"]?.integer == 480)
    }

    @Test("each working day wholly on leave lowers what is owed by a fifth")
    func leave() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.leave("F1", from: "2026-11-02 00:00", to: "2026-11-06 00:00", at: "2026-11-02 01:00")
        stage.leave("F2", from: "2026-11-02 00:00", to: "2026-11-05 23:59", at: "2026-11-02 01:00", id: "L2")
        for person in ["F1", "F2"] {
            stage.punch(person, at: "2026-11-06 08:00")
            stage.punch(person, at: "2026-11-06 16:00")
        }
        stage.wait(until: "2026-11-09 00:00")
        #expect(stage.turns(of: "attendance.weekly_hours") == ["raised 11-09T00:00 F2"])
    }

    @Test("not for who was assigned a shift in that week: it is not wholly flexible")
    func assigned() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.assign("F1", "2026-11-04", "day", at: "2026-11-02 01:00")
        stage.wait(until: "2026-11-09 00:00")
        #expect(stage.turns(of: "attendance.weekly_hours") == ["raised 11-09T00:00 F2"])
    }
}

@Suite("punch.off_schedule")
struct OffScheduleTests {
    @Test("raised for an unscheduled punch of a person who has a schedule; further punches are evidence")
    func raised() {
        var stage = AttendanceStage(.plant(), at: "2026-11-07 00:00")
        let first = stage.punch("E1", at: "2026-11-07 10:00")
        stage.punch("V", at: "2026-11-07 10:01")
        let second = stage.punch("E1", at: "2026-11-07 12:00")
        stage.punch("E1", at: "2026-11-07 12:00:30")
        #expect(stage.module.standingAlerts.map(\.evidence) == [[first, second]])
        stage.wait(until: "2026-11-08 00:00")
        #expect(
            stage.turns(of: "punch.off_schedule") == ["raised 11-07T10:00 E1", "cleared 11-08T00:00 E1 next-day"])
        #expect(stage.module.unscheduled.map(\.person) == ["E1", "V", "E1"])
    }

    @Test("a punch that an assignment makes unscheduled raises it too")
    func assignedAway() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        let punch = stage.punch("E1", at: "2026-11-02 08:00")
        stage.assign("E1", "2026-11-02", nil, at: "2026-11-02 09:00")
        #expect(stage.turns(of: "punch.off_schedule") == ["raised 11-02T09:00 E1"])
        #expect(stage.evidence(of: "punch.off_schedule") == [[punch]])
    }
}
