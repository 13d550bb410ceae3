import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("kpi.below_target")
struct TargetAlertTests {
    static let site: JSONValue = [
        "departments": [["id": "security", "name": "Guards"]],
        "kpis": [
            [
                "id": "done", "name": "Completion", "of": "patrol.completion", "department": "security",
                "better": "higher", "target": "95%",
            ]
        ],
    ]

    @Test("is raised at the close of the period, at 00:00 of the first day after it")
    func raised() throws {
        var stage = try PayStage(Self.site)
        stage.figure(
            "patrol.completion", 94, over: 100, "2026-11", department: "security", at: "2026-11-20T00:00:00+08:00")
        stage.pass(to: "2026-11-30T23:59:59+08:00")
        #expect(stage.standing.isEmpty)
        stage.pass(to: "2026-12-01T00:00:00+08:00")
        let alert = try #require(stage.module.standingAlerts.first)
        #expect(alert.key == "kpi.below_target:done+security+2026-11")
        #expect((alert.subject, alert.raised) == ("done", PayStage.moment("2026-12-01T00:00:00+08:00")))
        #expect(alert.evidence == [2])
        let data = try #require(stage.found.last { $0.topic == "alert.raised" }?.data())
        #expect(data["rule"]?["measured"] == "0.940000")
        #expect(data["rule"]?["limit"] == "0.950000")
        #expect(
            data["message"]?.text
                == "Guards: Completion (done) was 94% in 2026-11; the target is 95%, higher is better")
    }

    @Test("on the fraction: exactly the target meets it", arguments: [(95, 100, 0), (949_999, 1_000_000, 1)])
    func fraction(_ numerator: Int, _ denominator: Int, _ count: Int) throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", numerator, over: denominator, "2026-11", department: "security")
        stage.pass(to: "2026-12-01T00:00:00+08:00")
        #expect(stage.standing.count == count)
    }

    @Test("is cleared at the next period's close, and raised anew for that period")
    func cleared() throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", 1, over: 2, "2026-11", department: "security")
        stage.pass(to: "2026-12-01T00:00:00+08:00")
        // What is put right later does not clear it.
        stage.figure("patrol.completion", 1, over: 1, "2026-11", department: "security")
        stage.figure("patrol.completion", 1, over: 3, "2026-12", department: "security")
        #expect(stage.module.standingAlerts.map(\.key) == ["kpi.below_target:done+security+2026-11"])
        stage.pass(to: "2027-01-01T00:00:00+08:00")
        #expect(stage.module.standingAlerts.map(\.key) == ["kpi.below_target:done+security+2026-12"])
        stage.pass(to: "2027-02-01T00:00:00+08:00")
        #expect(stage.standing.isEmpty)
        let cleared = stage.found.filter { $0.topic == "alert.cleared" }.map(\.time)
        #expect(cleared == ["2027-01-01", "2027-02-01"].map { PayStage.moment("\($0)T00:00:00+08:00") })
    }

    @Test("without a value there is no alert")
    func nothing() throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", 0, over: 0, "2026-11", department: "security")
        stage.pass(to: "2027-03-01T00:00:00+08:00")
        #expect(stage.standing.isEmpty)
    }

    @Test("a quarter is judged at the quarter's close, lower being better where it is said")
    func quarter() throws {
        var stage = try PayStage([
            "kpis": [["id": "q", "measure": "m", "period": "quarter", "better": "lower", "target": 3]]
        ])
        try stage.measure("m", "3.1")
        stage.pass(to: "2026-12-01T00:00:00+08:00")
        #expect(stage.standing.isEmpty)
        stage.pass(to: "2027-01-01T00:00:00+08:00")
        #expect(stage.standing == ["kpi.below_target q"])
        stage.pass(to: "2027-02-01T00:00:00+08:00")
        #expect(stage.standing == ["kpi.below_target q"])
        stage.pass(to: "2027-04-01T00:00:00+08:00")
        #expect(stage.standing.isEmpty)
    }

    @Test("live, a figure of the close that arrives a little later counts, and one that speaks of later does not")
    func settling() throws {
        var stage = try PayStage(Self.site, settle: .seconds(60))
        stage.figure("patrol.completion", 1, over: 1, "2026-11", department: "security")
        stage.figure(
            "patrol.completion", 94, over: 100, "2026-11", department: "security", at: "2026-12-01T00:00:00+08:00",
            received: "2026-12-01T00:00:01+08:00")
        stage.figure(
            "patrol.completion", 99, over: 100, "2026-11", department: "security", at: "2026-12-01T00:00:30+08:00",
            received: "2026-12-01T00:00:31+08:00")
        #expect(stage.standing.isEmpty)
        try stage.restart()
        stage.pass(to: "2026-12-01T00:01:00+08:00")
        #expect(stage.raised.map(\.alert) == ["kpi.below_target done"])
        #expect(stage.raised.first?.at == PayStage.moment("2026-12-01T00:00:00+08:00"))
    }

    @Test("live, a measure that arrives after the close does not count")
    func lateMeasure() throws {
        let site: JSONValue = [
            "kpis": [["id": "q", "measure": "m", "better": "lower", "target": 3, "aggregate": "sum"]]
        ]
        for (received, count) in [("2026-12-01T00:00:00+08:00", 1), ("2026-12-01T00:00:01+08:00", 0)] {
            var stage = try PayStage(site, settle: .seconds(60))
            try stage.measure("m", "4", period: "2026-11", at: received)
            stage.pass(to: "2026-12-01T00:02:00+08:00")
            #expect(stage.standing.count == count)
        }
    }

    @Test("the site file may turn it off")
    func off() throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", 1, over: 2, "2026-11", department: "security")
        stage.pass(to: "2026-12-01T00:00:00+08:00")
        var members = try #require(Self.site.members)
        members.append(.init("alerts", ["kpi.below_target": "off"]))
        try stage.change(to: .object(members), at: "2026-12-01T08:00:00+08:00")
        #expect(stage.standing.isEmpty)
    }
}
