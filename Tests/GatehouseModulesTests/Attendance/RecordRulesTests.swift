import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("The record")
struct RecordRulesTests {
    private static let lunch = Site.plant(
        shifts: [.plain("day", "08:00", "16:00", breaks: [.plain("12:00", "12:30")]), .plain("late", "16:00", "24:00")])

    private func day(_ site: Site = lunch, _ act: (inout RecordStage) -> Void) -> String? {
        var stage = RecordStage(site)
        act(&stage)
        stage.wait(until: "2026-11-03 00:00")
        return stage.line("E1", "2026-11-02")
    }

    @Test("The page's example: in at 08:07:10, out at 16:01")
    func example() {
        let line = day { $0.punch("E1", "2026-11-02 08:07:10", "2026-11-02 16:01") }
        #expect(line == "late 08:07-16:01 late 7 early 0 worked 442 leave 0 overtime 0/0/0")
    }

    @Test("08:05:59 with a grace of five minutes is not late; 08:06 is, by six minutes")
    func grace() {
        let inTime = day { $0.punch("E1", "2026-11-02 08:05:59", "2026-11-02 16:00") }
        #expect(inTime == "present 08:05-16:00 late 0 early 0 worked 444 leave 0 overtime 0/0/0")
        let late = day { $0.punch("E1", "2026-11-02 08:06:00", "2026-11-02 16:00") }
        #expect(late == "late 08:06-16:00 late 6 early 0 worked 444 leave 0 overtime 0/0/0")
    }

    @Test("Early without grace is a whole minute at least")
    func early() {
        #expect(day { $0.punch("E1", "2026-11-02 08:00", "2026-11-02 15:59:01") }?.hasPrefix("present") == true)
        let early = day { $0.punch("E1", "2026-11-02 08:00", "2026-11-02 15:59:00") }
        #expect(early == "early 08:00-15:59 late 0 early 1 worked 449 leave 0 overtime 0/0/0")
    }

    @Test("A single punch is the in where it is nearer to the start, or in the middle; else the out")
    func single() {
        #expect(day { $0.punch("E1", "2026-11-02 12:00:00") }?.hasPrefix("late,missing_out 12:00-?") == true)
        #expect(day { $0.punch("E1", "2026-11-02 12:00:01") }?.hasPrefix("early,missing_in ?-12:00") == true)
        #expect(
            day { $0.punch("E1", "2026-11-02 16:30") }
                == "missing_in ?-16:30 late 0 early 0 worked 0 leave 0 overtime 0/0/0")
    }

    @Test("Nobody is absent, and nothing is missing, before the window has ended")
    func running() {
        var stage = RecordStage()
        stage.wait(until: "2026-11-02 19:59:59")
        #expect(stage.status("E1", "2026-11-02") == [])
        stage.punch("E2", "2026-11-02 08:00", received: "2026-11-02 19:59:59")
        #expect(stage.status("E2", "2026-11-02") == ["present"])
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
        #expect(stage.status("E2", "2026-11-02") == ["missing_out"])
        #expect(stage.changes.suffix(3).map(\.kind) == [.closed, .closed, .closed])
    }

    @Test("What arrives after the close closes the record again, with the next revision")
    func revision() {
        var stage = RecordStage()
        stage.punch("E1", "2026-11-02 08:00")
        stage.punch("E1", "2026-11-02 16:00", received: "2026-11-04 09:00")
        #expect(stage.changes.last?.kind == .revised)
        #expect(stage.changes.last?.new?.revision == 1)
        #expect(stage.status("E1", "2026-11-02") == ["present"])
        stage.leave("E1", "2026-11-02 08:00", "2026-11-02 10:00", at: "2026-11-05 09:00")
        #expect(stage.record("E1", "2026-11-02")?.revision == 2)
        #expect(stage.record("E1", "2026-11-02")?.leaveMinutes == 120)
    }

    @Test("Worked minutes leave out unpaid breaks, and neither paid ones nor what is outside the shift")
    func breaks() {
        let site = Site.plant(
            shifts: [
                .plain(
                    "day", "08:00", "16:00",
                    breaks: [
                        .plain("10:00", "10:15", isPaid: true), .plain("12:00", "12:30"), .plain("15:45", "16:15"),
                    ])
            ], schedule: .shift("day", "E1"))
        let line = day(site) { $0.punch("E1", "2026-11-02 07:00", "2026-11-02 17:00") }
        #expect(line == "present 07:00-17:00 late 0 early 0 worked 435 leave 0 overtime 0/0/0")
        var stage = RecordStage(site)
        stage.wait(until: "2026-11-02 12:00")
        #expect(stage.record("E1", "2026-11-02")?.scheduledMinutes == 435)
    }

    @Test("pairs: a begin while begun drops the earlier one; an end without a begin makes no pair")
    func pairs() {
        let site = Site.plant(shifts: [.plain("day", "08:00", "16:00", punches: .pairs)], schedule: .shift("day", "E1"))
        let line = day(site) { stage in
            stage.punch("E1", "2026-11-02 08:00", direction: .in)
            stage.punch("E1", "2026-11-02 09:00", direction: .breakIn)
            stage.punch("E1", "2026-11-02 10:00", direction: .breakOut)
            stage.punch("E1", "2026-11-02 11:00", direction: .out)
            stage.punch("E1", "2026-11-02 12:00", "2026-11-02 12:30", "2026-11-02 13:00")
            stage.punch("E1", "2026-11-02 16:00", direction: .out)
        }
        // 09:00 to 10:00, 12:00 to 12:30, 13:00 to 16:00.
        #expect(line == "present 08:00-16:00 late 0 early 0 worked 270 leave 0 overtime 0/0/0")
    }

    @Test("pairs: in is missing where the first counted punch ends, out where the last begins")
    func halfPairs() {
        let site = Site.plant(shifts: [.plain("day", "08:00", "16:00", punches: .pairs)], schedule: .shift("day", "E1"))
        let both = day(site) { stage in
            stage.punch("E1", "2026-11-02 08:00", direction: .out)
            stage.punch("E1", "2026-11-02 09:00", direction: .in)
        }
        #expect(both == "missing_in,missing_out ?-? late 0 early 0 worked 0 leave 0 overtime 0/0/0")
        // One without a direction takes its turn, wherever it lies.
        #expect(day(site) { $0.punch("E1", "2026-11-02 16:00") }?.hasPrefix("late,missing_out 16:00-?") == true)
    }

    @Test("Leave moves the expected start and end; in the middle it moves nothing")
    func leave() {
        let start = day { stage in
            stage.leave("E1", "2026-11-02 07:00", "2026-11-02 10:00", at: "2026-11-01 09:00")
            stage.punch("E1", "2026-11-02 10:06", "2026-11-02 16:00")
        }
        #expect(start == "late 10:06-16:00 late 6 early 0 worked 324 leave 120 overtime 0/0/0")
        let end = day { stage in
            stage.leave("E1", "2026-11-02 14:00", "2026-11-02 16:00", at: "2026-11-01 09:00")
            stage.punch("E1", "2026-11-02 08:00", "2026-11-02 13:59")
        }
        #expect(end == "early 08:00-13:59 late 0 early 1 worked 329 leave 120 overtime 0/0/0")
        let middle = day { stage in
            stage.leave("E1", "2026-11-02 09:00", "2026-11-02 10:00", at: "2026-11-01 09:00")
            stage.punch("E1", "2026-11-02 08:00", "2026-11-02 16:00")
        }
        #expect(middle == "present 08:00-16:00 late 0 early 0 worked 390 leave 60 overtime 0/0/0")
    }

    @Test("Touching leaves are one, and a break that touches a leave counts as leave")
    func touching() {
        let whole = day { stage in
            stage.leave("E1", "2026-11-02 08:00", "2026-11-02 12:00", id: "a", at: "2026-11-01 09:00")
            stage.leave("E1", "2026-11-02 12:30", "2026-11-02 16:00", id: "b", at: "2026-11-01 09:00")
        }
        #expect(whole == "on_leave ?-? late 0 early 0 worked 0 leave 450 overtime 0/0/0")
        let morning = day { stage in
            stage.leave("E1", "2026-11-02 08:00", "2026-11-02 12:00", at: "2026-11-01 09:00")
            stage.punch("E1", "2026-11-02 12:30", "2026-11-02 16:00")
        }
        #expect(morning == "present 12:30-16:00 late 0 early 0 worked 210 leave 240 overtime 0/0/0")
        let worked = day { stage in
            stage.leave("E1", "2026-11-02 00:00", "2026-11-03 00:00", at: "2026-11-01 09:00")
            stage.punch("E1", "2026-11-02 09:00", "2026-11-02 10:00")
        }
        #expect(worked == "present,on_leave 09:00-10:00 late 0 early 0 worked 0 leave 450 overtime 0/0/0")
    }

    @Test("A cancelled leave is none; granted again it is one; the last of an id holds")
    func cancelled() {
        var stage = RecordStage()
        stage.leave("E1", "2026-11-02 00:00", "2026-11-03 00:00", at: "2026-11-01 09:00")
        stage.wait(until: "2026-11-03 12:00")
        #expect(stage.status("E1", "2026-11-02") == ["on_leave"])
        stage.hear(.leaveCancelled(leave: "L1"), at: "2026-11-03 13:00")
        #expect(stage.status("E1", "2026-11-02") == ["absent"])
        stage.leave("E1", "2026-11-02 00:00", "2026-11-02 12:00", at: "2026-11-03 14:00")
        #expect(stage.record("E1", "2026-11-02")?.leaveMinutes == 240)
        #expect(stage.record("E1", "2026-11-02")?.revision == 2)
    }

    @Test("Leave of the site's table is leave until a site does without it; an event about its id holds")
    func table() {
        let table = [Leave(id: "T", person: "E1", from: .at("2026-11-02 00:00"), to: .at("2026-11-04 00:00"), kind: "")]
        var stage = RecordStage(.plant(leave: table))
        stage.wait(until: "2026-11-03 00:00")
        #expect(stage.status("E1", "2026-11-02") == ["on_leave"])
        stage.change(.plant(), at: "2026-11-03 00:00")
        stage.wait(until: "2026-11-04 00:00")
        // What has closed keeps to the site of its day.
        #expect(stage.status("E1", "2026-11-02") == ["on_leave"])
        #expect(stage.status("E1", "2026-11-03") == ["absent"])
    }
}
