import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("attendance.updated and attendance.closed")
struct AttendanceEventTests {
    @Test("a window that opens says nothing; a punch does, once for what it changes")
    func updated() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.wait(until: "2026-11-02 07:00")
        #expect(stage.data("attendance.updated").isEmpty)
        stage.punch("E1", at: "2026-11-02 08:07:10")
        let data = stage.data("attendance.updated")
        #expect(data.count == 1)
        #expect(data.first?["person"]?.text == "E1")
        #expect(data.first?["shift"]?.text == "day")
        #expect(data.first?["in"]?.text == "2026-11-02T08:07:10.000+08:00")
        #expect(data.first?["lateMinutes"]?.integer == 7)
    }

    @Test("a day closes with its window, with its figures, its formula and the events it came from")
    func closed() throws {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 08:07:10")
        stage.punch("E1", at: "2026-11-02 16:01", device: "yard-1")
        stage.wait(until: "2026-11-02 19:59")
        #expect(stage.data("attendance.closed").isEmpty)
        stage.wait(until: "2026-11-02 20:00")
        let data = try #require(stage.data("attendance.closed").first { $0["person"]?.text == "E1" })
        #expect(data["status"]?.elements == ["late"])
        #expect(data["workedMinutes"]?.integer == 472)
        #expect(data["department"]?.text == "security")
        #expect(data["revision"] == nil)
        #expect(
            data["formula"]?.text
                == "late in 08:07 − 08:00 = 7 min > grace 5 min; worked 472 of 480 min within 08:00–16:00")
        let inputs = data["inputs"]?.elements ?? []
        #expect(inputs.map { $0["device"]?.text } == ["gate-1", "yard-1"])
        #expect(inputs.map { $0["sequence"]?.sequence } == [2, 3])
        #expect(data["punches"]?.elements?.compactMap(\.sequence) == [2, 3])
    }

    @Test("what arrives later closes it again, with a revision and the correction's who and why")
    func revised() throws {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 07:55")
        let correction = stage.correct("E1", add: "2026-11-02 16:02", at: "2026-11-03 09:00")
        let closed = stage.data("attendance.closed").filter { $0["person"]?.text == "E1" }
        #expect(closed.map { $0["status"]?.elements } == [["missing_out"], ["present"]])
        let last = try #require(closed.last)
        #expect(last["revision"]?.integer == 1)
        let listed = last["corrections"]?.elements?.first
        #expect(listed?["by"]?.text == "HR")
        #expect(listed?["reason"]?.text == "forgot")
        #expect(listed?["add"]?.text == "2026-11-02T16:02:00.000+08:00")
        #expect(last["inputs"]?.elements?.last?["topic"]?.text == "punch.corrected")
        #expect(last["inputs"]?.elements?.last?["sequence"]?.sequence == correction)
    }

    @Test("pay hears who was late, and takes it back when the shift was assigned away")
    func withdrawn() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 08:20")
        stage.punch("E1", at: "2026-11-02 16:00")
        stage.wait(until: "2026-11-02 21:00")
        stage.assign("E1", "2026-11-02", nil, at: "2026-11-03 09:00")
        let heard = stage.found.compactMap { finding -> Bool? in
            guard case .attendance(let record) = finding.content, record.person == "E1" else { return nil }
            return record.isLate
        }
        #expect(heard == [true, false])
        let last = stage.data("attendance.closed").last
        #expect(last?["withdrawn"]?.bool == true)
        #expect(last?["status"]?.elements == [])
        #expect(last?["revision"]?.integer == 1)
        #expect(stage.figure("late.rate") == "0/2")
    }
}
