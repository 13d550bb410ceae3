import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("Overtime")
struct RecordOvertimeTests {
    private func minutes(_ stage: RecordStage, _ person: String, _ date: String, _ shift: String? = "day") -> [Int32] {
        let overtime = stage.record(person, date, shift)?.overtime
        return [overtime?.atOneAndHalf ?? -1, overtime?.atTwo ?? -1, overtime?.atThree ?? -1]
    }

    @Test("Presence inside the approved interval and outside the shift counts one and a half times")
    func workday() {
        var stage = RecordStage()
        stage.approve("E1", "2026-11-02 15:00", "2026-11-02 18:00", at: "2026-11-02 09:00")
        stage.punch("E1", "2026-11-02 08:00", "2026-11-02 17:30:59")
        #expect(minutes(stage, "E1", "2026-11-02") == [90, 0, 0])
        #expect(stage.record("E1", "2026-11-02", nil) == nil)
    }

    @Test("Without approval nothing is overtime; approved later it is")
    func approval() {
        var stage = RecordStage()
        stage.punch("E1", "2026-11-02 08:00", "2026-11-02 18:00")
        stage.wait(until: "2026-11-03 09:00")
        #expect(minutes(stage, "E1", "2026-11-02") == [0, 0, 0])
        stage.approve("E1", "2026-11-02 16:00", "2026-11-02 18:00", at: "2026-11-03 09:00")
        #expect(minutes(stage, "E1", "2026-11-02") == [120, 0, 0])
        #expect(stage.changes.last?.kind == .revised)
        // The same approval twice is one, and minutes approved twice count once.
        let count = stage.changes.count
        stage.approve("E1", "2026-11-02 16:00", "2026-11-02 18:00", at: "2026-11-03 10:00")
        stage.approve("E1", "2026-11-02 17:00", "2026-11-02 18:00", at: "2026-11-03 10:00")
        #expect(stage.changes.count == count)
    }

    @Test("On a day of rest an approval with a punch is a record of its own, at twice")
    func restDay() {
        var stage = RecordStage()
        stage.approve("E1", "2026-11-07 10:00", "2026-11-07 14:00", at: "2026-11-06 09:00")
        stage.punch("E1", "2026-11-07 09:55", "2026-11-07 13:30")
        #expect(
            stage.line("E1", "2026-11-07", nil)
                == "overtime 09:55-13:30 late 0 early 0 worked 0 leave 0 overtime 0/210/0")
        stage.wait(until: "2026-11-07 18:00")
        #expect(stage.record("E1", "2026-11-07", nil)?.isClosed == true)
        #expect(stage.changes.map(\.kind).suffix(3) == [.opened, .updated, .closed])
    }

    @Test("A shift assigned afterwards makes the date no day of rest: the record is closed again, at another rate")
    func restDayTakenAway() {
        var stage = RecordStage()
        stage.approve("E1", "2026-11-07 21:00", "2026-11-07 23:00", at: "2026-11-06 09:00")
        stage.punch("E1", "2026-11-07 21:00", "2026-11-07 22:30")
        stage.wait(until: "2026-11-08 06:00")
        #expect(minutes(stage, "E1", "2026-11-07", nil) == [0, 90, 0])
        stage.assign("E1", "2026-11-07", "day", at: "2026-11-08 06:00")
        #expect(minutes(stage, "E1", "2026-11-07", nil) == [90, 0, 0])
        #expect(stage.record("E1", "2026-11-07", nil)?.revision == 1)
    }

    @Test("Of a single punch the out is null; without one there is no record")
    func single() {
        var stage = RecordStage()
        stage.approve("E1", "2026-11-07 10:00", "2026-11-07 14:00", at: "2026-11-06 09:00")
        stage.wait(until: "2026-11-08 00:00")
        #expect(stage.record("E1", "2026-11-07", nil) == nil)
        stage.punch("E1", "2026-11-07 18:00", received: "2026-11-08 01:00")
        #expect(
            stage.line("E1", "2026-11-07", nil)
                == "overtime 18:00-? late 0 early 0 worked 0 leave 0 overtime 0/0/0")
        #expect(stage.changes.last?.kind == .closed)
    }

    @Test("A punch belongs to the interval that starts first")
    func first() {
        var stage = RecordStage()
        stage.approve("E1", "2026-11-07 12:00", "2026-11-07 13:00", at: "2026-11-06 09:00")
        stage.punch("E1", "2026-11-07 11:00", "2026-11-07 16:30")
        stage.approve("E1", "2026-11-07 10:00", "2026-11-07 11:30", at: "2026-11-08 09:00")
        let records = stage.records.filter { $0.person == "E1" && $0.shift == nil }
        #expect(records.map(\.punches) == [[2], [3]])
    }

    @Test("A minute whose date is a statutory holiday counts threefold, scheduled work too")
    func holiday() {
        let shifts: [Shift] = [.plain("night", "22:00", "06:00", breaks: [.plain("01:00", "01:30")])]
        let site = Site.plant(
            shifts: shifts, schedule: .cycle(["night", nil], "E1"), holidays: [.of("2026-11-03")])
        var stage = RecordStage(site)
        // 2 November is the 305th date of the cycle: nothing; 3 November has a night shift that begins on the holiday.
        stage.assign("E1", "2026-11-02", "night", at: "2026-11-01 09:00")
        stage.assign("E1", "2026-11-03", nil, at: "2026-11-01 09:00")
        stage.approve("E1", "2026-11-02 20:00", "2026-11-02 22:00", at: "2026-11-01 09:00")
        stage.approve("E1", "2026-11-03 06:00", "2026-11-03 07:00", at: "2026-11-01 09:00")
        stage.punch("E1", "2026-11-02 21:00", "2026-11-03 07:00")
        // From midnight to 06:00 less the break, and the hour after.
        #expect(minutes(stage, "E1", "2026-11-02", "night") == [60, 0, 390])
        #expect(stage.record("E1", "2026-11-02", "night")?.workedMinutes == 450)
    }

    @Test("A day of rest is, with a cycle, a table or an assignment, a date without a shift; else the calendar's")
    func restDays() {
        let sunday = CalendarDay.of("2026-11-08").number
        let monday = CalendarDay.of("2026-11-09").number
        func line(_ site: Site, _ person: String = "E1") -> ShiftPlan.Line {
            ShiftPlan(SiteIndex(site)).line(of: person)
        }
        #expect(line(.plant()).isRestDay(sunday) && !line(.plant()).isRestDay(monday))
        #expect(!line(.plant().with { $0.calendar.workdays = [.of("2026-11-08")] }).isRestDay(sunday))
        let cycle = Site.plant(schedule: .cycle(["day", "day", "day", "day", "day", nil], "E1"))
        // The 312th date of the cycle begins it again.
        #expect(line(cycle).isRestDay(sunday) && !line(cycle).isRestDay(monday) && !line(cycle).isRestDay(sunday - 1))
        let table = Site.plant(schedule: .rows([ScheduleRow(person: "E2", date: .of("2026-11-08"), shift: "day")]))
        #expect(
            !line(table, "E2").isRestDay(sunday) && line(table, "E2").isRestDay(monday) && line(table).isRestDay(monday)
        )
        // Flexible people and those without any schedule have the calendar's.
        #expect(line(.plant(), "F1").isRestDay(sunday) && !line(.plant(), "V").isRestDay(monday))
    }
}
