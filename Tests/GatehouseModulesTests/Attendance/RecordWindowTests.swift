import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("From punch to shift: windows")
struct RecordWindowTests {
    /// E1 works day and late on one date: their windows would overlap.
    private static let double = Site.plant(
        schedule: .rows([
            ScheduleRow(person: "E1", date: .of("2026-11-02"), shift: "day"),
            ScheduleRow(person: "E1", date: .of("2026-11-02"), shift: "late"),
        ]))

    @Test("The window is two hours before the start to four hours after the end, both moments included")
    func ends() {
        for (time, belongs) in [
            ("05:59:59", false), ("06:00:00", true), ("20:00:00", true), ("20:00:01", false),
        ] {
            var stage = RecordStage()
            stage.punch("E1", "2026-11-02 \(time)")
            stage.wait(until: "2026-11-03 00:00")
            #expect((stage.record("E1", "2026-11-02")?.counted == 1) == belongs, "\(time)")
            #expect(stage.unscheduled.isEmpty == belongs, "\(time)")
        }
    }

    @Test("Where two windows overlap, both end in the middle between the first's end and the second's start")
    func middle() {
        // Both at 16:00: the end of the one is the start of the other.
        var stage = RecordStage(Self.double)
        stage.punch("E1", "2026-11-02 08:00", "2026-11-02 15:59:59", "2026-11-02 16:03", "2026-11-02 23:59:59")
        stage.wait(until: "2026-11-04 00:00")
        #expect(stage.record("E1", "2026-11-02")?.closes == stage.at("2026-11-02 16:00"))
        #expect(stage.record("E1", "2026-11-02", "late")?.opens == stage.at("2026-11-02 16:00"))
        #expect(stage.record("E1", "2026-11-02")?.punches == [1, 2])
        #expect(stage.record("E1", "2026-11-02", "late")?.punches == [3, 4])
    }

    @Test("A shared moment belongs to the second")
    func shared() {
        var stage = RecordStage(Self.double)
        stage.punch("E1", "2026-11-02 16:00")
        stage.wait(until: "2026-11-04 00:00")
        #expect(stage.record("E1", "2026-11-02")?.counted == 0)
        #expect(stage.record("E1", "2026-11-02", "late")?.counted == 1)
    }

    @Test("The middle may be outside the overlap")
    func outside() {
        // Day may end at 18:00, night begins at 24:00 less eight hours: the middle is 20:00, after both.
        let site = Site.plant(
            shifts: [
                .plain("day", "08:00", "16:00", closesAfter: .seconds(7200)),
                .plain("night", "00:00", "06:00", opensBefore: .seconds(8 * 3600)),
            ],
            schedule: .rows([
                ScheduleRow(person: "E1", date: .of("2026-11-02"), shift: "day"),
                ScheduleRow(person: "E1", date: .of("2026-11-03"), shift: "night"),
            ]))
        var stage = RecordStage(site)
        stage.punch("E1", "2026-11-02 19:59:59", "2026-11-02 20:01")
        stage.wait(until: "2026-11-04 00:00")
        #expect(stage.record("E1", "2026-11-02", "day")?.punches == [1])
        #expect(stage.record("E1", "2026-11-03", "night")?.punches == [2])
    }

    @Test("Windows that only touch do not overlap")
    func touching() {
        let site = Site.plant(
            shifts: [
                .plain("day", "08:00", "16:00", closesAfter: .seconds(7200)),
                .plain("night", "22:00", "06:00", opensBefore: .seconds(4 * 3600)),
            ], schedule: .rows(["day", "night"].map { ScheduleRow(person: "E1", date: .of("2026-11-02"), shift: $0) }))
        var stage = RecordStage(site)
        stage.wait(until: "2026-11-02 12:00")
        // They touch at 18:00, though the middle would be 19:00.
        #expect(stage.record("E1", "2026-11-02", "day")?.closes == stage.at("2026-11-02 18:00"))
        stage.punch("E1", "2026-11-02 18:00")
        #expect(stage.record("E1", "2026-11-02", "night")?.counted == 1)
    }

    @Test("A punch in no window is unscheduled; one in approved overtime is not")
    func unscheduled() {
        var stage = RecordStage()
        stage.approve("E1", "2026-11-07 10:00", "2026-11-07 12:00", at: "2026-11-06 12:00")
        stage.punch("E1", "2026-11-07 07:59", "2026-11-07 08:00:30", "2026-11-07 16:00", "2026-11-07 16:02")
        stage.wait(until: "2026-11-08 00:00")
        // The second is a repeat of the first, itself unscheduled: it is neither counted nor unscheduled.
        #expect(stage.unscheduled == ["E1 11-07T07:59", "E1 11-07T16:02"])
        stage.punch("E1", "2026-11-08 08:00", received: "2026-11-08 09:00")
        #expect(stage.fates.last?.fate == .unscheduled)
    }

    @Test("A repeat is measured from the previous punch, itself a repeat or not and at whichever clock")
    func debounce() {
        var stage = RecordStage()
        stage.punch("E1", "2026-11-02 08:00:00", "2026-11-02 08:01:00")
        stage.punch("E1", "2026-11-02 08:02:00", device: "yard-1")
        stage.punch("E1", "2026-11-02 08:03:01")
        #expect(stage.record("E1", "2026-11-02")?.counted == 2)
        #expect(stage.record("E1", "2026-11-02")?.punches == [1, 2, 3, 4])
        #expect(stage.record("E1", "2026-11-02")?.out?.sequence == 4)
    }

    @Test("Voided punches are taken out first")
    func voids() {
        var stage = RecordStage()
        stage.punch("E1", "2026-11-02 08:00:00", id: "first")
        stage.punch("E1", "2026-11-02 08:00:30", id: "second")
        #expect(stage.record("E1", "2026-11-02")?.in?.sequence == 1)
        stage.void("E1", "first", at: "2026-11-02 09:00")
        #expect(stage.record("E1", "2026-11-02")?.in?.sequence == 2)
        #expect(stage.record("E1", "2026-11-02")?.corrections == [3])
        #expect(stage.record("E1", "2026-11-02")?.punches == [2])
    }

    @Test("Only a punch of that person is voided, be the correction there first or not; an added one too")
    func whoseVoid() {
        var stage = RecordStage()
        stage.void("E1", "p", at: "2026-11-02 07:00")
        stage.punch("E2", "2026-11-02 08:00", id: "p")
        stage.punch("E1", "2026-11-02 08:10", id: "p")
        #expect(stage.record("E2", "2026-11-02")?.counted == 1)
        #expect(stage.record("E1", "2026-11-02")?.counted == 0)
        stage.add("E1", "2026-11-02 08:01", at: "2026-11-02 09:00", id: "a")
        #expect(stage.record("E1", "2026-11-02")?.in == .init(time: stage.at("2026-11-02 08:01"), sequence: 4))
        stage.void("E1", "a", at: "2026-11-02 09:30")
        #expect(stage.record("E1", "2026-11-02")?.counted == 0)
        #expect(stage.record("E1", "2026-11-02")?.corrections == [1, 4, 5])
    }

    @Test("A late punch counts in the order of its time, and makes a repeat of the one after it")
    func late() {
        var stage = RecordStage()
        stage.punch("E1", "2026-11-02 08:06:00")
        stage.punch("E1", "2026-11-02 08:05:30", received: "2026-11-02 10:00")
        #expect(stage.record("E1", "2026-11-02")?.counted == 1)
        #expect(stage.record("E1", "2026-11-02")?.in?.sequence == 2)
    }

    @Test("schedule.assigned replaces all of a person's date, the last received wins, and what was closed is withdrawn")
    func assigned() {
        var stage = RecordStage()
        stage.assign("E1", "2026-11-03", "late", at: "2026-11-01 10:00")
        stage.assign("E1", "2026-11-03", nil, at: "2026-11-01 11:00")
        stage.assign("E1", "2026-11-07", "day", at: "2026-11-01 11:00")
        stage.wait(until: "2026-11-08 12:00")
        #expect(stage.records.filter { $0.person == "E1" }.map(\.date.day) == [2, 4, 5, 6, 7])
        stage.assign("E1", "2026-11-02", "late", at: "2026-11-08 12:00")
        #expect(stage.record("E1", "2026-11-02") == nil)
        #expect(stage.status("E1", "2026-11-02", "late") == ["absent"])
        #expect(stage.changes.suffix(2).map(\.kind) == [.withdrawn, .closed])
    }

    @Test("A shift that ends at or before its start ends on the next day")
    func midnight() {
        let shifts: [Shift] = [.plain("night", "22:00", "06:00"), .plain("whole", "08:00", "08:00")]
        var stage = RecordStage(.plant(shifts: shifts, schedule: .cycle(["night", "whole", nil], "E1")))
        stage.wait(until: "2026-11-05 12:00")
        let spans = stage.records.map { [$0.start, $0.end] }
        #expect(spans.contains([stage.at("2026-11-03 22:00"), stage.at("2026-11-04 06:00")]))
        #expect(spans.contains([stage.at("2026-11-04 08:00"), stage.at("2026-11-05 08:00")]))
    }
}

extension CalendarDay {
    static func of(_ text: String) -> CalendarDay {
        guard let day = CalendarDay(text) else { preconditionFailure("a date: \(text)") }
        return day
    }
}
