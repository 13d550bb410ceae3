import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule
import Testing

@Suite("Hazards: deadlines")
struct HazardDeadlineTests {
    @Test("the deadline is the report's own, else opened and the severity's")
    func whose() {
        var stage = HazardStage()
        stage.report("H1", severity: "major", condition: nil, at: "02 08:00", received: "02 10:00")
        stage.report("H2", severity: "major", condition: nil, deadline: "09 00:00", at: "02 08:00")
        #expect(stage.row("H1")?.deadline == Moment("03 08:00"))
        #expect(stage.row("H2")?.deadline == Moment("09 00:00"))
    }

    @Test("overdue at the deadline in force, once")
    func overdueOnce() throws {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.wait(until: "2026-11-05T07:59:59.999+08:00")
        #expect(stage.events("hazard.overdue").isEmpty)
        stage.wait(until: "30 00:00")
        let overdue = try #require(stage.events("hazard.overdue").first)
        #expect(overdue.time == Moment("05 08:00"))
        #expect(stage.events("hazard.overdue").count == 1)
        #expect(stage.turns == ["raised hazard.overdue H1"])
    }

    @Test("an event received at that very moment comes first")
    func closedAtTheDeadline() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "05 07:00")
        stage.step(.verified, "H1", by: "E3", at: "05 08:00")
        stage.wait(until: "30 00:00")
        #expect(stage.events("hazard.overdue").isEmpty)
        #expect(stage.row("H1")?.isOnTime == true)
    }

    @Test("again after each escalate_after, until it is closed")
    func escalates() {
        var stage = HazardStage()
        stage.report("H1", severity: "major", condition: nil, at: "02 08:00")
        stage.wait(until: "04 10:00")
        let times = ["03 08:00", "03 20:00", "04 08:00"].map { Moment($0) }
        #expect(stage.events("hazard.overdue").map(\.time) == times)
        #expect(stage.events("hazard.overdue").map { $0.data()["reminder"]?.integer } == [1, 2, 3])
        stage.close("H1", submitted: "04 11:00", verified: "04 20:00")
        stage.wait(until: "30 00:00")
        #expect(stage.events("hazard.overdue").map(\.time) == times)
        #expect(stage.turns == ["raised hazard.overdue H1", "cleared H1 closed"])
        #expect(stage.row("H1")?.isOnTime == false)
    }

    @Test("a deadline that is long past on arrival is told at once, and its escalations are not made up for")
    func pastOnArrival() {
        var stage = HazardStage()
        stage.report("H1", severity: "major", condition: nil, at: "0001-01-01T00:00:00Z", received: "02 10:00")
        stage.wait(until: "02 10:00")
        #expect(stage.events("hazard.overdue").map(\.time) == [Moment("02 10:00")])
        stage.wait(until: "03 10:00")
        #expect(stage.events("hazard.overdue").count == 3)
    }

    @Test("a changed deadline is the one in force; the first one is kept, and so is how often it was moved")
    func moved() throws {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.assign("H1", deadline: "07 00:00", reason: "parts", at: "02 09:00")
        stage.assign("H1", deadline: "06 00:00", reason: "sooner", at: "02 10:00")
        stage.wait(until: "05 12:00")
        #expect(stage.events("hazard.overdue").isEmpty)
        stage.wait(until: "08 00:00")
        let overdue = try #require(stage.events("hazard.overdue").first)
        #expect(overdue.time == Moment("06 00:00"))
        #expect(overdue.data()["firstDeadline"]?.text == "2026-11-05T08:00:00.000+08:00")
        #expect(overdue.data()["timesMoved"]?.integer == 2)
        #expect(stage.row("H1")?.firstDeadline == Moment("05 08:00"))
    }

    @Test("a later deadline clears the alert, and is told in its turn")
    func laterDeadline() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.wait(until: "06 00:00")
        stage.assign("H1", deadline: "08 00:00", reason: "parts", at: "06 09:00")
        #expect(stage.turns == ["raised hazard.overdue H1", "cleared H1 later-deadline"])
        #expect(stage.row("H1")?.isOnTime == nil)
        stage.wait(until: "08 00:00")
        #expect(stage.turns.last == "raised hazard.overdue H1")
        #expect(stage.module.standingAlerts.map(\.evidence) == [[]])
    }

    @Test("an open hazard is not on time once its deadline has passed, and neither before")
    func onTimeOfAnOpenOne() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        #expect(stage.row("H1", asOf: "2026-11-05T07:59:59.999+08:00")?.isOnTime == nil)
        #expect(stage.row("H1", asOf: "05 08:00")?.isOnTime == false)
    }

    @Test("another site file tells the overdue by its own escalation, and keeps the deadlines that were given")
    func anotherSite() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.report("H2", severity: "major", condition: nil, at: "04 20:00")
        stage.wait(until: "05 12:00")
        let rules: [String: HazardRules.Severity] = [
            "general": .init(deadline: .seconds(3600), escalateAfter: .seconds(86_400)),
            "major": .init(deadline: .seconds(3600)),
        ]
        stage.hear("site.updated", .site(.hazards(severities: rules)), at: "05 12:00")
        stage.wait(until: "07 09:00")
        let told = stage.events("hazard.overdue").map { "\($0.subject) \($0.time.milliseconds)" }
        let expected = [("H1", "05 08:00"), ("H2", "05 20:00"), ("H1", "06 08:00"), ("H1", "07 08:00")]
        #expect(told == expected.map { "\($0.0) \(Moment($0.1).milliseconds)" })
    }

    @Test("the message says what, where, since when and who, in the site's language")
    func message() throws {
        var stage = HazardStage()
        stage.report("H1", severity: "major", at: "02 08:00")
        stage.assign("H1", to: "E2", at: "02 09:00")
        stage.wait(until: "03 08:00")
        let alert = try #require(stage.events("alert.raised").first).data()
        #expect(
            alert["message"]?.text
                == "Hazard H1 (通道堵塞, 1号消防栓 CP01) is overdue: it was due at 2026-11-03T08:00:00.000+08:00, "
                + "assigned to Guard 2 E2")
        #expect(alert["severity"]?.text == "critical")
        #expect(alert["rule"]?["limit"]?.text == "2026-11-03T08:00:00.000+08:00")
    }
}
