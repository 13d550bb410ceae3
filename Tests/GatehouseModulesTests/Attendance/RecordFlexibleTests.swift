import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("From punch to shift: flexible people")
struct RecordFlexibleTests {
    @Test("They have no instance until they punch, and are never absent")
    func none() {
        var stage = RecordStage()
        stage.leave("F1", "2026-11-03 00:00", "2026-11-04 00:00", at: "2026-11-02 09:00")
        stage.wait(until: "2026-11-05 00:00")
        #expect(!stage.records.contains { $0.person == "F1" })
    }

    @Test("A punch picks the offered shift whose start is nearest, the earlier on a tie; any day of the week")
    func nearest() {
        for (time, shift) in [
            ("07:50", "day"), ("11:59", "day"), ("12:00", "day"), ("14:00", "late"), ("15:50", "late"),
        ] {
            var stage = RecordStage()
            stage.punch("F1", "2026-11-07 \(time)")
            #expect(stage.record("F1", "2026-11-07", shift)?.counted == 1, "\(time)")
            #expect(stage.records.filter { $0.person == "F1" }.count == 1)
        }
    }

    @Test("Only a shift whose window holds the punch is picked")
    func held() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 05:59")
        #expect(stage.unscheduled == ["F1 11-02T05:59"])
        // Late of the date before ended at midnight: its window holds the punch, and today's day does not.
        stage.punch("F1", "2026-11-03 03:00")
        #expect(stage.record("F1", "2026-11-02", "late")?.counted == 1)
    }

    @Test("A work date is picked once: what no window holds then is unscheduled")
    func once() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 07:55", "2026-11-02 16:05", "2026-11-02 21:00")
        #expect(stage.record("F1", "2026-11-02")?.punches == [1, 2])
        #expect(stage.record("F1", "2026-11-02", "late") == nil)
        #expect(stage.unscheduled == ["F1 11-02T21:00"])
    }

    @Test("Late punches pick in the order of their time: the choice of the later ones may be another then")
    func order() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 15:50", "2026-11-02 23:55")
        stage.wait(until: "2026-11-03 12:00")
        #expect(stage.record("F1", "2026-11-02", "late")?.counted == 2)
        stage.punch("F1", "2026-11-02 08:10", received: "2026-11-03 12:00")
        #expect(stage.record("F1", "2026-11-02", "late") == nil)
        #expect(stage.record("F1", "2026-11-02")?.punches == [3, 1])
        #expect(stage.status("F1", "2026-11-02") == ["late", "early"])
        #expect(stage.unscheduled == ["F1 11-02T23:55"])
    }

    @Test("A voided punch picks nothing")
    func voided() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 08:10", id: "wrong")
        stage.punch("F1", "2026-11-02 15:50")
        stage.void("F1", "wrong", at: "2026-11-02 17:00")
        #expect(stage.record("F1", "2026-11-02") == nil)
        #expect(stage.record("F1", "2026-11-02", "late")?.in?.sequence == 2)
    }

    @Test("An assignment replaces the choice, and takes it away with a day of rest")
    func assigned() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 08:10")
        stage.assign("F1", "2026-11-02", "late", at: "2026-11-02 09:00")
        #expect(stage.record("F1", "2026-11-02") == nil)
        #expect(stage.record("F1", "2026-11-02", "late")?.counted == 0)
        stage.assign("F1", "2026-11-02", nil, at: "2026-11-02 09:30")
        #expect(stage.records.allSatisfy { $0.person != "F1" })
        #expect(stage.unscheduled == ["F1 11-02T08:10"])
    }

    @Test("Who is assigned the very shift that they had chosen owes it, also without a punch")
    func assignedTheSame() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 08:10", id: "wrong")
        stage.assign("F1", "2026-11-02", "day", at: "2026-11-03 01:00")
        stage.void("F1", "wrong", at: "2026-11-03 02:00")
        #expect(stage.status("F1", "2026-11-02") == ["absent"])
    }

    @Test("A punch that an assignment takes from one instance and gives to another is never unscheduled")
    func reassigned() {
        let shifts: [Shift] = [.plain("night", "22:00", "06:00"), .plain("day", "06:00", "14:00")]
        let schedule = Schedule.entries([
            ScheduleEntry(who: .people(["F1"]), from: .first, plan: .flexible(["night"], weeklyHours: nil))
        ])
        var stage = RecordStage(.plant(shifts: shifts, schedule: schedule))
        stage.punch("F1", "2026-11-03 06:10")
        #expect(stage.record("F1", "2026-11-02", "night")?.counted == 1)
        stage.assign("F1", "2026-11-03", "day", at: "2026-11-03 07:00")
        #expect(stage.record("F1", "2026-11-02", "night") == nil)
        #expect(stage.record("F1", "2026-11-03", "day")?.counted == 1)
        #expect(!stage.fates.contains { $0.fate == .unscheduled })
    }

    @Test("A pick comes before approved overtime")
    func overtime() {
        var stage = RecordStage()
        stage.approve("F1", "2026-11-02 06:00", "2026-11-02 08:00", at: "2026-11-01 09:00")
        stage.punch("F1", "2026-11-02 06:00", "2026-11-02 05:00", received: "2026-11-02 06:00")
        #expect(stage.record("F1", "2026-11-02")?.counted == 1)
        #expect(stage.record("F1", "2026-11-02", nil)?.punches == [3])
    }

    @Test("Missing punches and lateness are theirs as everybody's")
    func rules() {
        var stage = RecordStage()
        stage.punch("F1", "2026-11-02 08:10")
        stage.wait(until: "2026-11-03 00:00")
        #expect(stage.status("F1", "2026-11-02") == ["late", "missing_out"])
    }
}
