import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import HazardsModule
import Testing

@Suite("Hazards: what opens one")
struct HazardOpeningTests {
    @Test("a scan of a condition that the site marks opens a hazard at the checkpoint scanned before it")
    func byScan() throws {
        var stage = HazardStage()
        stage.scan("P1", at: "02 07:59")
        stage.scan("C1", at: "02 08:00")
        let sequence = stage.scan("N2", at: "02 08:01", received: "02 20:00")
        let row = try #require(stage.rows().first)
        #expect(row.hazard == "e\(sequence)")
        #expect((row.severity, row.checkpoint, row.condition) == ("major", "CP01", "missing"))
        #expect(row.opened == Moment("02 08:01"))
        #expect(row.deadline == Moment("03 08:01"))
        let opened = try #require(stage.events("hazard.opened").first)
        #expect(opened.time == Moment("02 20:00"))
        #expect(opened.data()["by"]?.text == "E1")
    }

    @Test("a condition that is no hazard, or speaks of no checkpoint, opens none", arguments: ["N3", "N0", "N1"])
    func noHazard(code: String) {
        var stage = HazardStage()
        stage.scan("C1", at: "02 08:00")
        // The last one comes later than two minutes after the checkpoint.
        stage.scan(code, at: code == "N1" ? "02 08:03" : "02 08:01")
        #expect(stage.rows().isEmpty)
    }

    @Test("a condition whose checkpoint arrives after it opens its hazard then, under its own id")
    func lateCheckpoint() {
        var stage = HazardStage()
        let condition = stage.scan("N1", at: "02 08:01")
        #expect(stage.rows().isEmpty)
        stage.scan("C2", at: "02 08:00", received: "02 09:00")
        #expect(stage.rows().map(\.hazard) == ["e\(condition)"])
        #expect(stage.rows().map(\.checkpoint) == ["CP02"])
        #expect(stage.rows().map(\.opened) == [Moment("02 08:01")])
    }

    @Test("a hazard that is open stays where it is, whatever arrives later")
    func staysWhereItIs() {
        var stage = HazardStage()
        stage.scan("C1", at: "2026-11-02T08:00:00+08:00")
        stage.scan("N1", at: "2026-11-02T08:01:00+08:00")
        stage.scan("C2", at: "2026-11-02T08:00:30+08:00", received: "2026-11-02T09:00:00+08:00")
        #expect(stage.rows().map(\.checkpoint) == ["CP01"])
    }

    @Test("seen or reported again while it is open, it is a sighting and no second hazard")
    func sightings() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.scan("C1", at: "02 10:00")
        stage.scan("N1", at: "02 10:01")
        stage.report("H2", at: "02 11:00")
        #expect(stage.rows().map(\.hazard) == ["H1"])
        #expect(stage.row("H1")?.sightings == 2)
        #expect(stage.events("hazard.opened").count == 1)
    }

    @Test("another checkpoint, another condition, or none at all is another hazard")
    func otherHazards() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.report("H2", checkpoint: "CP02", at: "02 08:00")
        stage.report("H3", condition: "missing", at: "02 08:00")
        stage.report("H4", condition: nil, at: "02 08:00")
        stage.report("H5", condition: nil, at: "02 08:00")
        stage.report("H6", checkpoint: nil, at: "02 08:00")
        stage.report("H7", checkpoint: nil, at: "02 08:00")
        #expect(stage.rows().map(\.hazard) == ["H1", "H2", "H3", "H4", "H5", "H6", "H7"])
    }

    @Test("what was seen before the closing and is delivered after it opens nothing")
    func deliveredLate() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.close("H1", submitted: "02 09:00", verified: "02 10:00")
        stage.scan("C1", at: "02 08:30", received: "02 18:00")
        stage.scan("N1", at: "02 08:31", received: "02 18:00")
        #expect(stage.rows().map(\.hazard) == ["H1"])
        #expect(stage.row("H1")?.sightings == 1)
    }

    @Test("an id that another event used is not used again", arguments: ["H1", nil])
    func usedID(hazard: String?) {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.report(hazard, checkpoint: "CP02", at: "02 09:00", id: "H1")
        #expect(stage.rows().count == 1)
        #expect(stage.turns == ["raised hazard.invalid_step H1"])
    }

    @Test("a report's severity: its own, else the condition's, else general; an unknown one is due as a general one")
    func severities() {
        var stage = HazardStage()
        stage.report("H1", severity: "major", condition: "blocked", at: "02 08:00")
        stage.report("H2", severity: nil, condition: "missing", at: "02 08:00")
        stage.report("H3", severity: nil, condition: nil, at: "02 08:00")
        stage.report("H4", severity: "odd", condition: nil, at: "02 08:00")
        #expect(stage.rows().map(\.severity) == ["major", "major", "general", "odd"])
        #expect(stage.row("H4")?.deadline == Moment("05 08:00"))
    }
}

@Suite("Hazards: repeats")
struct HazardRepeatTests {
    @Test("the condition seen again within 30 days of closing repeats the old one", arguments: [0, 1])
    func window(minutesPast: Int) {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.close("H1", submitted: "02 09:00", verified: "02 10:00")
        stage.report("H2", at: "2026-12-02T10:0\(minutesPast):00+08:00")
        #expect(stage.row("H2")?.repeats == (minutesPast == 0 ? "H1" : nil))
        #expect(stage.turns == (minutesPast == 0 ? ["raised hazard.repeat H2"] : []))
    }

    @Test("a repeat's alert shows both events and is cleared when it is closed")
    func alert() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.close("H1", submitted: "02 09:00", verified: "02 10:00")
        stage.report("H2", at: "03 08:00")
        #expect(stage.module.standingAlerts.map(\.evidence) == [[4, 5]])
        stage.close("H2", submitted: "03 09:00", verified: "03 10:00")
        #expect(stage.turns == ["raised hazard.repeat H2", "cleared H2 closed"])
        #expect(stage.events("hazard.opened").last?.data()["repeats"]?.text == "H1")
    }
}

@Suite("Hazards: verified by a scan")
struct HazardVerifyingScanTests {
    @Test("a normal scan by a known guard other than the submitter verifies what is submitted there")
    func verifies() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.report("H2", condition: "missing", at: "02 08:00")
        stage.report("H3", checkpoint: "CP02", at: "02 08:00")
        for hazard in ["H1", "H2", "H3"] { stage.step(.submitted, hazard, by: "E2", at: "02 09:00") }
        stage.normal(by: "P1", at: "02 10:0")
        #expect(stage.rows().map(\.state) == ["closed", "closed", "submitted"])
        #expect(stage.row("H1")?.closed == Moment("02 10:02"))
        #expect(stage.events("hazard.closed").first?.data()["verifier"]?.text == "E1")
    }

    @Test(
        "not by the submitter, though the site lets people verify their own work, and not by nobody",
        arguments: ["P2", nil])
    func doesNot(guardCode: String?) {
        var stage = HazardStage(.hazards(verifyByOther: false))
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.normal(by: guardCode, at: "02 10:0")
        #expect(stage.row("H1")?.state == "submitted")
    }

    @Test("not before it is submitted, by the time of the scan")
    func tooEarly() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.normal(by: "P1", at: "02 08:3")
        #expect(stage.row("H1")?.state == "reported")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.normal(by: "P1", at: "02 08:4", received: "02 10:00")
        #expect(stage.row("H1")?.state == "submitted")
    }

    @Test("a guard who becomes known by a late scan verifies too")
    func lateGuard() {
        var stage = HazardStage()
        stage.report("H1", at: "02 08:00")
        stage.step(.submitted, "H1", by: "E2", at: "02 09:00")
        stage.normal(by: nil, at: "02 10:0")
        stage.scan("P1", at: "02 09:30", received: "02 11:00")
        #expect(stage.row("H1")?.state == "closed")
        #expect(stage.row("H1")?.closed == Moment("02 10:02"))
    }
}

extension HazardStage {
    /// A guard looks at CP01: person, checkpoint and `normal` at the minutes 0, 1 and 2 of that time.
    fileprivate mutating func normal(by person: String?, at time: String, received: String? = nil) {
        if let person { scan(person, at: "\(time)0", received: received) }
        scan("C1", at: "\(time)1", received: received)
        scan("N0", at: "\(time)2", received: received)
    }
}
