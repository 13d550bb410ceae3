import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseModuleKit

@Suite("Who works when")
struct ScheduleTests {
    private let monday = ScheduleStage.day("2026-11-02")

    private func plan(_ entries: ScheduleEntry..., calendar: WorkCalendar? = nil) -> ShiftPlan {
        ShiftPlan(SiteIndex(ScheduleStage.site(.entries(entries), calendar: calendar)))
    }

    private func assigned(_ person: String, _ date: CalendarDay, _ shift: String?) -> Fact {
        Fact(
            sequence: 1, id: "a", source: "", topic: "schedule.assigned", time: Moment(milliseconds: 0),
            received: Moment(milliseconds: 0), content: .assigned(person: person, date: date, shift: shift))
    }

    @Test("The last entry that covers a person and date wins, whatever it says")
    func lastEntry() {
        let plan = plan(
            ScheduleEntry(who: .department("d"), from: monday, plan: .shift("day")),
            ScheduleEntry(
                who: .people(["E1"]), from: monday.adding(1), to: monday.adding(2), plan: .cycle(["late", nil])))
        let days = (-1...3).map { plan.duty(of: "E1", on: monday.adding($0)) }
        #expect(days == [.none, .shifts([0]), .shifts([1]), .none, .shifts([0])])
        #expect(plan.duty(of: "E2", on: monday.adding(1)) == .shifts([0]))
    }

    @Test("A shift is worked on the calendar's working days; a cycle goes through the calendar")
    func calendar() {
        let calendar = WorkCalendar(
            restDays: [.sat, .sun], holidays: [monday, monday.adding(6)],
            workdays: [monday.adding(5), monday.adding(6)])
        let shift = plan(
            ScheduleEntry(who: .people(["E1"]), from: monday, plan: .shift("day")), calendar: calendar)
        // Monday is a holiday, Saturday is worked in exchange, Sunday is in both lists and so a holiday.
        let worked = (0...6).filter { shift.duty(of: "E1", on: monday.adding($0)) != .none }
        #expect(worked == [1, 2, 3, 4, 5])
        let cycle = plan(
            ScheduleEntry(who: .people(["E1"]), from: monday, plan: .cycle(["day", "late", nil])), calendar: calendar)
        let steps = (0...3).map { cycle.duty(of: "E1", on: monday.adding($0)) }
        #expect(steps == [.shifts([0]), .shifts([1]), .none, .shifts([0])])
    }

    @Test("An entry without a shift is nothing, by the calendar's days of rest")
    func off() {
        let plan = plan(ScheduleEntry(who: .people(["E1"]), from: monday, plan: .shift(nil)))
        #expect(plan.duty(of: "E1", on: monday) == .none)
        #expect(!plan.line(of: "E1").isRestDay(monday.number))
        #expect(plan.line(of: "E1").isRestDay(monday.adding(5).number))
    }

    @Test("A table gives the shifts of its rows in order, the same twice once; dates without rows are days of rest")
    func table() {
        let rows = ["late", "day", "day", nil].map { ScheduleRow(person: "E1", date: monday, shift: $0) }
        let plan = ShiftPlan(SiteIndex(ScheduleStage.site(.rows(rows))))
        #expect(plan.duty(of: "E1", on: monday) == .shifts([0, 1]))
        #expect(plan.duty(of: "E1", on: monday.adding(1)) == .none)
        #expect(plan.line(of: "E1").isRestDay(monday.adding(1).number))
        #expect(plan.line(of: "E1").hasSchedule && !plan.line(of: "E2").hasSchedule)
    }

    @Test("An assignment replaces all of the date, the last received wins; a shift that nobody knows assigns nothing")
    func assignments() {
        var plan = plan(ScheduleEntry(who: .department("d"), from: monday, plan: .shift("day")))
        plan.assignments.hear(assigned("E1", monday, "late"))
        #expect(plan.duty(of: "E1", on: monday) == .shifts([1]))
        plan.assignments.hear(assigned("E1", monday, nil))
        #expect(plan.duty(of: "E1", on: monday) == .none)
        #expect(plan.line(of: "E1").isRestDay(monday.number))
        plan.assignments.hear(assigned("E1", monday, "nonsense"))
        #expect(plan.duty(of: "E1", on: monday) == .shifts([0]))
        #expect(plan.assignments.isKnown("E1") && !plan.assignments.isKnown("E2"))
    }

    @Test("A flexible date offers its shifts; an assignment takes its place, and not the schedule's hours")
    func flexible() {
        let hours = ExactDecimal(unscaled: 40)
        var plan = plan(
            ScheduleEntry(who: .people(["E1"]), from: monday, plan: .flexible(["day", "late"], weeklyHours: hours)))
        #expect(plan.duty(of: "E1", on: monday.adding(6)) == .flexible([0, 1]))
        plan.assignments.hear(assigned("E1", monday, "late"))
        #expect(plan.duty(of: "E1", on: monday) == .shifts([1]))
        #expect(plan.line(of: "E1").flexible(on: monday.number)?.weeklyHours == hours)
        #expect(plan.line(of: "E2").flexible(on: monday.number) == nil)
        #expect(plan.line(of: "E1").mayBeFlexible && !plan.line(of: "E2").mayBeFlexible)
    }

    @Test("Somebody whom the site does not know works nothing, and no date is too far away to be asked for")
    func unknown() {
        var plan = plan(ScheduleEntry(who: .department("d"), from: monday, plan: .cycle(["day"])))
        plan.assignments.hear(assigned("X", monday, "day"))
        #expect(plan.duty(of: "X", on: monday) == .none)
        #expect(plan.line(of: "E1").duty(on: .max) == .none && plan.line(of: "E1").duty(on: .min) == .none)
        #expect(plan.line(of: "E1").duty(on: ScheduleStage.day("9999-12-30").number) == .shifts([0]))
    }

    @Test("Assignments are packed and unpacked")
    func packing() throws {
        var assignments = Assignments()
        for shift in ["day", nil] { assignments.hear(assigned("E1", monday.adding(shift == nil ? 1 : 0), shift)) }
        var packer = Packer()
        packer.add(assignments)
        var unpacker = Unpacker(packer.bytes)
        #expect(try unpacker.next(Assignments.self) == assignments)
    }
}

@Suite("A shift on a date")
struct ScheduleInstanceTests {
    private func instance(_ start: String, _ end: String, _ date: String, breaks: [Shift.Break] = []) -> ShiftInstance {
        ShiftInstance(
            ScheduleStage.shift("x", start, end, breaks: breaks), place: 0, on: ScheduleStage.day(date), in: .utc)
    }

    @Test("A break is the first such time at or after the start")
    func breaks() throws {
        let from = try #require(TimeOfDay("02:00"))
        let to = try #require(TimeOfDay("02:30"))
        let pause = Shift.Break(from: from, to: to, isPaid: false)
        let night = instance("22:00", "06:00", "2026-11-02", breaks: [pause])
        #expect(night.breaks[0].range.lowerBound - night.start == .seconds(4 * 3600))
        let early = instance("02:00", "10:00", "2026-11-02", breaks: [pause])
        #expect(early.breaks[0].range.lowerBound == early.start)
    }

    @Test("Every two windows that overlap are cut in the middle; a third that overlaps too cuts them further")
    func cutting() {
        var three = [
            instance("12:00", "20:00", "2026-11-02"), instance("08:00", "16:00", "2026-11-02"),
            instance("17:00", "21:00", "2026-11-02"),
        ]
        let whole = three.map { ($0.start, $0.end) }
        ShiftInstance.cutWindows(&three)
        #expect(three.map(\.start) == [whole[1].0, whole[0].0, whole[2].0])
        // 16:00 and 12:00 meet at 14:00, 20:00 and 17:00 at 18:30, 16:00 and 17:00 at 16:30.
        #expect(three[0].closes - three[0].start == .seconds(6 * 3600))
        #expect(three[1].opens == three[0].closes)
        #expect(three[2].opens == three[1].closes && three[1].closes - three[1].start == .seconds(6 * 3600 + 1800))
        #expect(ShiftInstance.holder(of: three[1].opens, in: three)?.start == three[1].start)
    }
}
