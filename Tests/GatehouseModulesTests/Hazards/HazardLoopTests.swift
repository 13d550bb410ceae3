import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule
import Testing

@Suite("Hazards: the loop")
struct HazardLoopTests {
    @Test("reported, assigned, submitted, closed")
    func wholeLoop() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        #expect(stage.row("H1")?.state == "reported")
        stage.assign("H1", at: "02 09:00")
        #expect(stage.row("H1")?.state == "assigned")
        #expect(stage.row("H1")?.assignee == "E2")
        stage.step(.submitted, "H1", by: "E2", at: "02 12:00")
        #expect(stage.row("H1")?.state == "submitted")
        stage.step(.verified, "H1", by: "E3", at: "02 12:30")
        #expect(stage.row("H1")?.state == "closed")
        #expect(stage.row("H1")?.closed == Moment("02 12:30"))
        #expect(stage.turns == [])
    }

    @Test("hazard.closed has the minutes that each state took, and they add up")
    func minutes() throws {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.assign("H1", at: "02 08:35")
        stage.step(.submitted, "H1", by: "E2", at: "02 10:00")
        stage.step(.rejected, "H1", by: "E3", at: "02 10:15")
        stage.step(.submitted, "H1", by: "E2", at: "02 11:15")
        stage.step(.verified, "H1", by: "E3", at: "02 11:45")
        let closed = try #require(stage.events("hazard.closed").first)
        let minutes = closed.data()["minutes"]
        #expect(minutes?["reported"]?.integer == 35)
        #expect(minutes?["assigned"]?.integer == 85 + 60)
        #expect(minutes?["submitted"]?.integer == 15 + 30)
        #expect(closed.subject == "H1")
        #expect(closed.data()["onTime"]?.bool == true)
    }

    @Test("a hazard may be submitted without having been assigned")
    func unassigned() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.close("H1", submitted: "02 09:00", verified: "02 10:00")
        #expect(stage.row("H1")?.state == "closed")
        #expect(stage.events("hazard.closed").first?.data()["minutes"]?["assigned"]?.integer == 0)
    }

    @Test("a rejected hazard is assigned again, and its deadline is what it was")
    func rejected() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.step(.rejected, "H1", by: "E3", at: "04 09:00")
        #expect(stage.row("H1")?.state == "assigned")
        #expect(stage.row("H1")?.deadline == Moment("05 08:00"))
    }

    @Test("while submitted an assignment only names another person, and a deadline in it is ignored")
    func assignedWhileSubmitted() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.assign("H1", to: "E3", deadline: "20 00:00", at: "02 10:00")
        #expect(stage.row("H1")?.state == "submitted")
        #expect(stage.row("H1")?.assignee == "E3")
        #expect(stage.row("H1")?.deadline == Moment("05 08:00"))
        #expect(stage.row("H1")?.timesMoved == 0)
        #expect(stage.turns == [])
    }

    @Test("a step told with a clock that is behind counts no earlier than the one before it")
    func clocksThatDiffer() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.step(.verified, "H1", by: "E3", at: "02 08:50", received: "02 09:01")
        #expect(stage.row("H1")?.closed == Moment("02 09:00"))
        #expect(stage.events("hazard.closed").first?.data()["minutes"]?["submitted"]?.integer == 0)
    }

    @Test("a hazard without an id gets the id of the event that opened it")
    func ownID() {
        var stage = HazardStage()
        stage.report(nil, at: "02 08:00", id: "report-17")
        #expect(stage.rows().map(\.hazard) == ["report-17"])
    }

    @Test("before any site is heard nothing happens")
    func withoutSite() {
        var module = HazardsModule()
        var findings = Findings(cause: 1, clock: Moment("02 08:00"))
        let step = Fact.HazardStep(kind: .reported, hazard: "H1", by: "E1")
        module.hear(
            Fact(
                sequence: 1, id: "a", source: "", topic: "hazard.reported", time: Moment("02 08:00"),
                received: Moment("02 08:00"), content: .hazard(step)), into: &findings)
        #expect(findings.list.isEmpty)
        #expect(module.rows(asOf: Moment("02 08:00")).isEmpty)
        #expect(module.nextDeadline == nil)
    }
}

@Suite("Hazards: steps that are not allowed")
struct HazardRefusalTests {
    /// A step, the state in which it is asked for, and whether the loop allows it.
    static let table: [(state: String, kind: Fact.HazardStep.Kind, isAllowed: Bool)] = [
        ("reported", .reported, false), ("reported", .assigned, true), ("reported", .submitted, true),
        ("reported", .verified, false), ("reported", .rejected, false),
        ("assigned", .reported, false), ("assigned", .assigned, true), ("assigned", .submitted, true),
        ("assigned", .verified, false), ("assigned", .rejected, false),
        ("submitted", .reported, false), ("submitted", .assigned, true), ("submitted", .submitted, false),
        ("submitted", .verified, true), ("submitted", .rejected, true),
        ("closed", .reported, false), ("closed", .assigned, false), ("closed", .submitted, false),
        ("closed", .verified, false), ("closed", .rejected, false),
    ]

    @Test(
        "a step out of turn is refused, naming the state; one that arrives all the same changes nothing and is told",
        arguments: table)
    func outOfTurn(state: String, kind: Fact.HazardStep.Kind, isAllowed: Bool) throws {
        var stage = HazardStage()
        stage.bring("H1", to: state)
        let before = stage.row("H1")
        let refusal = stage.module.refusal(of: Fact.HazardStep(kind: kind, hazard: "H1", by: "E3"))
        #expect((refusal == nil) == isAllowed)
        if let refusal { #expect(refusal.contains(state)) }
        let sequence = stage.step(kind, "H1", by: "E3", at: "03 00:00")
        guard !isAllowed else { return #expect(stage.turns == []) }
        #expect(stage.row("H1") == before)
        #expect(stage.turns == ["raised hazard.invalid_step H1"])
        #expect(stage.module.standingAlerts.map(\.evidence) == [[sequence]])
    }

    @Test("an unknown hazard is refused, and its alert is about the id that was asked for")
    func unknown() {
        var stage = HazardStage()
        #expect(
            stage.module.refusal(of: Fact.HazardStep(kind: .submitted, hazard: "H9", by: "E1"))
                == "there is no hazard H9; report it first, or name one that is listed")
        stage.step(.submitted, "H9", by: "E1", at: "02 08:00")
        #expect(stage.turns == ["raised hazard.invalid_step H9"])
    }

    @Test("a changed deadline without a reason is refused, with the same deadline it is no change")
    func deadlineWithoutReason() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.assign("H1", deadline: "06 00:00", at: "02 09:00")
        #expect(stage.row("H1")?.state == "reported")
        #expect(stage.row("H1")?.deadline == Moment("05 08:00"))
        #expect(stage.turns == ["raised hazard.invalid_step H1"])
        stage.assign("H1", deadline: "05 08:00", at: "02 10:00")
        #expect(stage.row("H1")?.state == "assigned")
        #expect(stage.row("H1")?.timesMoved == 0)
    }

    @Test("who put it right may not verify it, unless the site lets them", arguments: [true, false])
    func ownWork(verifyByOther: Bool) {
        var stage = HazardStage(.hazards(verifyByOther: verifyByOther))
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.step(.verified, "H1", by: "E2", at: "02 10:00")
        #expect(stage.row("H1")?.state == (verifyByOther ? "submitted" : "closed"))
        #expect(stage.turns == (verifyByOther ? ["raised hazard.invalid_step H1"] : []))
    }

    @Test("the alert is raised once, gathers the steps, and ends the next day")
    func alertOfADay() {
        var stage = HazardStage()
        let first = stage.step(.verified, "H9", by: "E1", at: "02 08:00")
        let second = stage.step(.rejected, "H9", by: "E1", at: "02 09:00")
        #expect(stage.module.standingAlerts.map(\.evidence) == [[first, second]])
        stage.wait(until: "02 23:59")
        #expect(stage.turns == ["raised hazard.invalid_step H9"])
        stage.wait(until: "03 00:00")
        #expect(stage.turns == ["raised hazard.invalid_step H9", "cleared H9 next-day"])
    }

    @Test("a code that is turned off is not raised")
    func turnedOff() {
        var stage = HazardStage(.hazards(alerts: ["hazard.invalid_step": .off]))
        stage.step(.verified, "H9", by: "E1", at: "02 08:00")
        #expect(stage.turns == [])
    }
}

extension HazardStage {
    /// A hazard in that state on 2 November.
    fileprivate mutating func bring(_ hazard: String, to state: String) {
        report(hazard, at: "02 08:00")
        if state != "reported" { assign(hazard, at: "02 09:00") }
        if state == "submitted" || state == "closed" { step(.submitted, hazard, by: "E2", at: "02 10:00") }
        if state == "closed" { step(.verified, hazard, by: "E3", at: "02 11:00") }
    }
}
