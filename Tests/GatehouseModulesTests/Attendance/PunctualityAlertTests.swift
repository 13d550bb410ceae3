import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("attendance.no_show")
struct NoShowTests {
    @Test("raised when nobody has punched by S' + no_show_after, cleared by a punch")
    func raisedAndCleared() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E2", at: "2026-11-02 07:50")
        stage.punch("E3", at: "2026-11-02 08:30")
        stage.wait(until: "2026-11-02 08:40")
        stage.punch("E1", at: "2026-11-02 09:00")
        // A deadline comes before an event that is received at that very moment.
        #expect(
            stage.turns(of: "attendance.no_show") == [
                "raised 11-02T08:30 E1", "raised 11-02T08:30 E3", "cleared 11-02T08:30 E3 punch",
                "cleared 11-02T09:00 E1 punch",
            ])
        #expect(stage.evidence(of: "attendance.no_show") == [[], []])
    }

    @Test("not before a leave has ended that moves the start; then by the new S'")
    func leaveMovesStart() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.leave("E1", from: "2026-11-02 08:00", to: "2026-11-02 10:00", at: "2026-11-02 01:00")
        stage.leave("E2", from: "2026-11-02 00:00", to: "2026-11-03 00:00", at: "2026-11-02 01:00", id: "L2")
        stage.wait(until: "2026-11-02 20:00")
        #expect(
            stage.turns(of: "attendance.no_show") == ["raised 11-02T08:30 E3", "raised 11-02T10:30 E1"])
    }

    @Test("leave given afterwards clears it, and a new S' is judged at its own deadline")
    func leaveClears() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.wait(until: "2026-11-02 08:40")
        stage.leave("E1", from: "2026-11-02 13:00", to: "2026-11-02 16:00", at: "2026-11-02 08:41")
        stage.leave("E2", from: "2026-11-02 08:00", to: "2026-11-02 09:00", at: "2026-11-02 08:42", id: "L2")
        stage.leave("E3", from: "2026-11-02 00:00", to: "2026-11-03 00:00", at: "2026-11-02 08:43", id: "L3")
        stage.wait(until: "2026-11-02 12:00")
        #expect(
            stage.turns(of: "attendance.no_show").dropFirst(3) == [
                "cleared 11-02T08:42 E2 leave", "cleared 11-02T08:43 E3 leave", "raised 11-02T09:30 E2",
            ])
    }

    @Test("only where a clock vouches for S'")
    func clockVouches() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        for device in ["gate-1", "yard-1"] {
            stage.hear("device.connected", .connected(device: device, driver: ""), at: "2026-11-02 00:01")
            stage.hear("device.disconnected", .disconnected(device: device, reason: ""), at: "2026-11-02 07:00")
        }
        stage.wait(until: "2026-11-02 09:00")
        #expect(stage.turns(of: "attendance.no_show").isEmpty)
    }

    @Test("only at its deadline: a shift assigned later, or a punch voided later, raises none")
    func onlyAtDeadline() {
        var stage = AttendanceStage(.plant(), at: "2026-11-07 00:00")
        stage.wait(until: "2026-11-07 09:00")
        stage.assign("E1", "2026-11-07", "day", at: "2026-11-07 09:00")
        stage.wait(until: "2026-11-07 12:00")
        #expect(stage.turns(of: "attendance.no_show").isEmpty)
    }

    @Test("flexible people are never missed")
    func flexible() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.wait(until: "2026-11-03 00:00")
        #expect(!stage.turns(of: "attendance.no_show").contains { $0.contains("F") })
    }
}

@Suite("attendance.late")
struct LateTests {
    @Test("raised at the receipt of the first counted punch that is late, until next day")
    func raised() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 08:05:59")
        let punch = stage.punch("E2", at: "2026-11-02 08:07:10", received: "2026-11-02 08:09")
        stage.punch("E2", at: "2026-11-02 16:01")
        stage.wait(until: "2026-11-03 00:00")
        #expect(
            stage.turns(of: "attendance.late") == ["raised 11-02T08:09 E2", "cleared 11-03T00:00 E2 next-day"])
        #expect(stage.evidence(of: "attendance.late") == [[punch]])
        let alert = stage.data("alert.raised").first { $0["code"]?.text == "attendance.late" }
        #expect(alert?["key"]?.text == "attendance.late:E2+2026-11-02+day")
        #expect(alert?["rule"]?["measured"]?.integer == 7)
        #expect(alert?["message"]?.text?.contains("Name E2 (E2) came 7 minutes late") == true)
    }

    @Test("a correction can raise it, and it is not raised again after midnight while it stays so")
    func corrected() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 07:55", id: "p1")
        stage.punch("E1", at: "2026-11-02 08:20")
        stage.correct("E1", void: "p1", at: "2026-11-02 11:00")
        stage.wait(until: "2026-11-03 01:00")
        stage.punch("E1", at: "2026-11-02 16:01", received: "2026-11-03 01:10")
        #expect(
            stage.turns(of: "attendance.late") == ["raised 11-02T11:00 E1", "cleared 11-03T00:00 E1 next-day"])
    }

    @Test("not while no clock vouches for the time; once one does, it is raised")
    func unproven() {
        var stage = AttendanceStage(.plant(hasMemory: true), at: "2026-11-02 00:00")
        for device in ["gate-1", "yard-1"] {
            stage.hear("device.connected", .connected(device: device, driver: ""), at: "2026-11-02 00:01")
            stage.hear("device.disconnected", .disconnected(device: device, reason: ""), at: "2026-11-02 07:00")
        }
        stage.hear("device.connected", .connected(device: "gate-1", driver: ""), at: "2026-11-02 08:10")
        stage.punch("E1", at: "2026-11-02 08:15")
        #expect(stage.turns(of: "attendance.late").isEmpty)
        stage.hear(
            "device.synced", .synced(device: "gate-1", through: .at("2026-11-02 08:16")), at: "2026-11-02 08:20")
        #expect(stage.turns(of: "attendance.late") == ["raised 11-02T08:20 E1"])
    }

    @Test(
        "what another clock's first word puts in doubt is raised again once a clock vouches for it",
        arguments: [false, true])
    func doubtedAgain(isRestarted: Bool) {
        var stage = AttendanceStage(.plant(hasMemory: true), at: "2026-11-02 00:00")
        stage.hear("device.disconnected", .disconnected(device: "gate-1", reason: ""), at: "2026-11-02 07:00")
        // Of the other clock there is no word: it vouches for everything.
        stage.punch("E1", at: "2026-11-02 08:15", device: "yard-1")
        if isRestarted { stage.restart() }
        stage.hear("device.connected", .connected(device: "yard-1", driver: ""), at: "2026-11-02 08:20")
        #expect(stage.turns(of: "attendance.late") == ["raised 11-02T08:15 E1"])
        stage.wait(until: "2026-11-03 00:00")
        stage.hear(
            "device.synced", .synced(device: "gate-1", through: .at("2026-11-02 23:00")), at: "2026-11-03 00:10")
        #expect(
            stage.turns(of: "attendance.late") == [
                "raised 11-02T08:15 E1", "cleared 11-03T00:00 E1 next-day", "raised 11-03T00:10 E1",
            ])
    }

    @Test("a code that is off is never raised")
    func off() {
        var stage = AttendanceStage(.plant(alerts: ["attendance.late": .off]), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 08:20")
        #expect(stage.turns(of: "attendance.late").isEmpty)
    }
}

@Suite("attendance.missing_punch")
struct MissingPunchTests {
    @Test("raised when the record closes with one punch missing, cleared when it is corrected")
    func corrected() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        let punch = stage.punch("E1", at: "2026-11-02 07:55")
        stage.wait(until: "2026-11-02 20:00")
        stage.correct("E1", add: "2026-11-02 16:00", at: "2026-11-03 09:00")
        let turns = stage.turns(of: "attendance.missing_punch")
        #expect(turns == ["raised 11-02T20:00 E1", "cleared 11-03T09:00 E1 corrected"])
        #expect(stage.evidence(of: "attendance.missing_punch") == [[punch]])
    }

    @Test("a late punch completes a record and clears it")
    func latePunch() {
        var stage = AttendanceStage(.plant(), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 15:55")
        stage.wait(until: "2026-11-02 20:00")
        stage.punch("E1", at: "2026-11-02 08:00", received: "2026-11-02 21:00")
        #expect(
            stage.turns(of: "attendance.missing_punch") == [
                "raised 11-02T20:00 E1", "cleared 11-02T21:00 E1 corrected",
            ])
    }

    @Test("not while the record is pending")
    func pending() {
        var stage = AttendanceStage(.plant(hasMemory: true), at: "2026-11-02 00:00")
        stage.punch("E1", at: "2026-11-02 07:55")
        stage.hear("device.disconnected", .disconnected(device: "gate-1", reason: ""), at: "2026-11-02 12:00")
        stage.wait(until: "2026-11-02 21:00")
        #expect(stage.turns(of: "attendance.missing_punch").isEmpty)
        stage.wait(until: "2026-11-03 20:00")
        #expect(stage.turns(of: "attendance.missing_punch").filter { $0.contains("E1") } == ["raised 11-03T20:00 E1"])
    }
}
