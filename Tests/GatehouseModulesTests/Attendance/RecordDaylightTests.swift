import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("Daylight saving")
struct RecordDaylightTests {
    private func site(_ zone: Zone, _ shift: Shift) -> Site {
        Site.plant(shifts: [shift], schedule: .cycle(["night"], "E1")).with { $0.zone = zone }
    }

    private static let night = Shift.plain("night", "22:00", "06:00", breaks: [.plain("02:00", "02:30")])

    @Test("The night in which the clock goes forward is an hour shorter: Berlin, 28 March")
    func forward() {
        var stage = RecordStage(site(.berlin, Self.night), at: "2026-03-27 12:00")
        stage.punch("E1", "2026-03-28 22:00", "2026-03-29 06:00")
        stage.wait(until: "2026-03-29 12:00")
        let record = stage.record("E1", "2026-03-28", "night")
        // Seven hours; the break from 02:00 to 02:30, which do not exist, is from 03:00 to 03:30.
        #expect(record?.workedMinutes == 390)
        #expect(record?.scheduledMinutes == 390)
        #expect(record?.status.words == ["present"])
    }

    @Test("The night in which it goes back is an hour longer: New York, 31 October")
    func back() {
        var stage = RecordStage(site(.newYork, Self.night), at: "2026-10-31 12:00")
        stage.punch("E1", "2026-10-31 22:00", "2026-11-01 06:00")
        stage.wait(until: "2026-11-01 12:00")
        let record = stage.record("E1", "2026-10-31", "night")
        #expect(record?.workedMinutes == 510)
        #expect(record?.end == stage.at("2026-11-01 06:00"))
    }

    @Test("A window is elapsed time: two hours before 03:00 is midnight where the clock went forward")
    func window() {
        var stage = RecordStage(site(.berlin, .plain("night", "03:00", "11:00")), at: "2026-03-27 12:00")
        stage.wait(until: "2026-03-29 11:30")
        let record = stage.record("E1", "2026-03-29", "night")
        #expect(record?.opens == stage.at("2026-03-29 00:00"))
        #expect(record?.closes == stage.at("2026-03-29 15:00"))
    }

    @Test("A start that is skipped is moved on by the gap; one that comes twice is the first")
    func skippedAndTwice() {
        var spring = RecordStage(site(.newYork, .plain("night", "02:30", "10:00")), at: "2026-03-07 12:00")
        spring.wait(until: "2026-03-08 12:00")
        #expect(spring.record("E1", "2026-03-08", "night")?.start == spring.at("2026-03-08 03:30"))
        var autumn = RecordStage(site(.newYork, .plain("night", "01:30", "10:00")), at: "2026-10-31 12:00")
        autumn.wait(until: "2026-11-01 12:00")
        #expect(autumn.record("E1", "2026-11-01", "night")?.start == Moment(seconds: 1_793_511_000))
    }

    @Test("A break that a skipped hour leaves nothing of is no break")
    func lostBreak() {
        let shift = Shift.plain("night", "22:00", "06:00", breaks: [.plain("02:30", "03:00")])
        var stage = RecordStage(site(.berlin, shift), at: "2026-03-27 12:00")
        stage.wait(until: "2026-03-29 02:30")
        #expect(stage.record("E1", "2026-03-28", "night")?.scheduledMinutes == 420)
    }

    @Test("The rate of overtime goes by the date at the site")
    func holiday() {
        let site = site(.newYork, .plain("night", "08:00", "16:00")).with { $0.calendar.holidays = [.of("2026-11-01")] }
        var stage = RecordStage(site, at: "2026-10-30 12:00")
        stage.assign("E1", "2026-11-01", nil, at: "2026-10-30 12:00")
        stage.approve("E1", "2026-10-31 20:00", "2026-11-01 04:00", at: "2026-10-30 12:00")
        stage.assign("E1", "2026-10-31", nil, at: "2026-10-30 12:00")
        stage.punch("E1", "2026-10-31 20:00", "2026-11-01 04:00")
        // Four hours of Saturday, which the assignment made a day of rest, and five of Sunday: the clock went back.
        let overtime = stage.record("E1", "2026-10-31", nil)?.overtime
        #expect(overtime == .init(atOneAndHalf: 0, atTwo: 240, atThree: 300))
    }
}
