import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("The roll call")
struct PresenceTests {
    @Test("a person is on site from a punch that begins to the next that ends")
    func fromInToOut() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-02 07:55")
        #expect(stage.module.onSite(at: .at("2026-11-02 07:56")).map(\.person) == ["E1"])
        stage.punch("E1", .breakOut, at: "2026-11-02 12:00")
        stage.punch("E1", .breakIn, at: "2026-11-02 12:30")
        stage.punch("E1", .out, at: "2026-11-02 16:01")
        #expect(stage.comings == ["E1 on gate", "E1 off gate", "E1 on gate", "E1 off gate"])
        #expect(stage.module.onSite(at: .at("2026-11-02 16:02")).isEmpty)
    }

    @Test("punches without a direction take their turn among the counted punches, odd ones begin")
    func turns() {
        var stage = AttendanceStage()
        stage.punch("E1", at: "2026-11-02 07:55")
        stage.punch("E1", at: "2026-11-02 07:55:30")  // a repeat takes no turn
        stage.punch("E1", at: "2026-11-02 12:00")
        stage.punch("E1", at: "2026-11-02 12:30")
        #expect(stage.comings == ["E1 on gate", "E1 off gate", "E1 on gate"])
    }

    @Test("nobody is on site longer than to the window's end")
    func windowEnd() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-02 07:55")
        stage.wait(until: "2026-11-02 19:59:59")
        #expect(stage.comings == ["E1 on gate"])
        stage.wait(until: "2026-11-02 20:00")
        #expect(stage.comings == ["E1 on gate", "E1 off gate"])
        #expect(stage.data("presence.changed").last?["since"]?.text == "2026-11-02T20:00:00.000+08:00")
    }

    @Test("who comes by another clock is at its place")
    func place() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-02 07:55")
        stage.punch("E2", .in, at: "2026-11-02 07:56")
        stage.punch("E1", .breakIn, at: "2026-11-02 09:00", device: "yard-1")
        #expect(stage.comings == ["E1 on gate", "E2 on gate", "E1 on yard"])
        let here = stage.module.onSite(at: .at("2026-11-02 09:00"))
        #expect(here.map { "\($0.place ?? "-") \($0.person)" } == ["gate E2", "yard E1"])
    }

    @Test("a late punch says who is on site from now on")
    func latePunch() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-02 07:55", received: "2026-11-02 10:00")
        stage.punch("E2", .in, at: "2026-11-02 10:30")
        stage.punch("E2", .out, at: "2026-11-02 10:10", received: "2026-11-02 10:40")
        #expect(stage.comings == ["E1 on gate", "E2 on gate"])
        #expect(stage.found.first { $0.topic == "presence.changed" }?.time == .at("2026-11-02 10:00"))
        stage.punch("E1", .out, at: "2026-11-02 09:00", received: "2026-11-02 10:50")
        #expect(stage.comings.last == "E1 off gate")
    }

    @Test("a punch stamped later than now counts when its time has come")
    func future() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-02 08:10", received: "2026-11-02 08:00")
        #expect(stage.comings.isEmpty)
        stage.wait(until: "2026-11-02 08:10")
        #expect(stage.comings == ["E1 on gate"])
    }

    @Test("an unscheduled punch puts nobody on site, one in approved overtime does")
    func overtime() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-07 10:00")
        #expect(stage.comings.isEmpty)
        stage.approve("E1", from: "2026-11-07 13:00", to: "2026-11-07 16:00", at: "2026-11-07 10:10")
        stage.punch("E1", .overtimeIn, at: "2026-11-07 12:50")
        stage.punch("E1", .overtimeOut, at: "2026-11-07 16:10")
        #expect(stage.comings == ["E1 on gate", "E1 off gate"])
    }

    @Test("a voided punch takes back who is on site")
    func voided() {
        var stage = AttendanceStage()
        stage.punch("E1", .in, at: "2026-11-02 07:55", id: "p1")
        stage.correct("E1", void: "p1", at: "2026-11-02 09:00")
        #expect(stage.comings == ["E1 on gate", "E1 off gate"])
    }
}
