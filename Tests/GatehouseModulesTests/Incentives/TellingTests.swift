import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("What is told of pay")
struct TellingTests {
    static let site: JSONValue = [
        "departments": [["id": "security", "performance_pay": "38000.00"]],
        "kpis": [
            [
                "id": "done", "of": "patrol.completion", "department": "security", "better": "higher",
                "baseline": "70%",
            ]
        ],
        "incentives": [["id": "completion", "kind": "threshold", "kpi": "done", "at": "95%", "pay": "10%"]],
    ]

    @Test("a statement has everything that it was computed from")
    func data() throws {
        var stage = try PayStage(Self.site)
        stage.figure(
            "patrol.completion", 24, over: 25, "2026-11", department: "security", at: "2026-11-02T08:00:10+08:00")
        stage.pass(to: "2026-11-02T08:01:00+08:00")
        #expect(
            stage.told == [
                [
                    "incentive": "completion", "department": "security", "period": "2026-11", "kpi": "done",
                    "value": "0.960000", "baseline": "0.700000", "improvement": "0.371429", "amount": "3800.00",
                    "formula": "96% ≥ 95% → 10% × 38000.00 = 3800.00",
                    "inputs": [["sequence": "00000000000000000002", "topic": "kpi.updated"]],
                ]
            ])
    }

    @Test("is told at the next full minute, after the figures, and again only when it is another")
    func changes() throws {
        var stage = try PayStage(Self.site)
        for (second, numerator) in [(10, 18), (20, 19), (30, 20)] {
            stage.figure(
                "patrol.completion", numerator, over: 20, "2026-11", department: "security",
                at: "2026-11-02T08:00:\(second)+08:00")
        }
        stage.pass(to: "2026-11-02T08:30:00+08:00")
        stage.figure("patrol.completion", 40, over: 40, "2026-11", department: "security")
        stage.pass(to: "2026-11-02T09:00:00+08:00")
        #expect(stage.found.map(\.topic.rawValue) == ["kpi.updated", "incentive.computed", "kpi.updated"])
        #expect(stage.told.map { $0["amount"] } == ["3800.00"])
    }

    @Test("a statement whose KPI has lost its value says so once")
    func lost() throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", 20, over: 20, "2026-11", department: "security")
        stage.pass(to: "2026-11-02T08:00:00+08:00")
        stage.figure("patrol.completion", 0, over: 0, "2026-11", department: "security")
        stage.pass(to: "2026-11-02T09:00:00+08:00")
        #expect(stage.told.map { $0["amount"] } == ["3800.00", "0.00"])
        #expect(stage.told.last?["value"] == .null)
        #expect(stage.amounts.isEmpty)
    }

    @Test("with new rules what runs is computed anew, and what has closed keeps what was told until it is touched")
    func newRules() throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", 20, over: 20, "2026-11", department: "security")
        stage.pass(to: "2026-12-02T08:00:00+08:00")
        stage.figure("patrol.completion", 20, over: 20, "2026-12", department: "security")
        stage.pass(to: "2026-12-02T08:01:00+08:00")
        var members = try #require(Self.site.members)
        members[2].value = [["id": "completion", "kind": "threshold", "kpi": "done", "at": "90%", "pay": "100"]]
        try stage.change(to: .object(members), at: "2026-12-03T08:00:00+08:00")
        stage.pass(to: "2026-12-04T00:00:00+08:00")
        #expect(stage.told.map { $0["period"] } == ["2026-11", "2026-12", "2026-12"])
        stage.figure("patrol.completion", 19, over: 20, "2026-11", department: "security")
        stage.pass(to: "2026-12-05T00:00:00+08:00")
        #expect(stage.told.last?["period"] == "2026-11")
        #expect(stage.told.last?["amount"] == "100.00")
    }

    static let none: JSONValue = [
        "incentives": [
            ["id": "calm", "kind": "none_in", "event": "incident.recorded", "months": 3, "pay": "10"]
        ]
    ]

    @Test("a new month is told of when it begins, and an incident wherever a stretch reaches back to it")
    func absence() throws {
        var stage = try PayStage(Self.none)
        stage.pass(to: "2027-03-05T00:00:00+08:00")
        #expect(stage.told.map { $0["period"]?.text } == ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"])
        #expect(stage.found.last?.time == PayStage.moment("2027-03-01T00:00:00+08:00"))
        stage.incident("2026-12-31T12:00:00+08:00")
        stage.pass(to: "2027-03-05T00:01:00+08:00")
        let changed = stage.told.dropFirst(5)
        #expect(changed.map { $0["period"]?.text } == ["2026-12", "2027-01", "2027-02"])
        #expect(changed.allSatisfy { $0["amount"] == "0.00" })
        #expect(changed.first?["inputs"]?.elements?.first?["topic"] == "incident.recorded")
    }

    @Test("with new rules that come to the same it is told again, because its formula is another")
    func sameAmount() throws {
        var stage = try PayStage(Self.site)
        stage.figure("patrol.completion", 20, over: 20, "2026-11", department: "security")
        stage.pass(to: "2026-11-02T08:00:00+08:00")
        var members = try #require(Self.site.members)
        members[2].value = [["id": "completion", "kind": "threshold", "kpi": "done", "at": "90%", "pay": "3800"]]
        try stage.change(to: .object(members), at: "2026-11-03T08:00:00+08:00")
        stage.pass(to: "2026-11-03T08:01:00+08:00")
        #expect(
            stage.told.map { $0["formula"] } == [
                "100% ≥ 95% → 10% × 38000.00 = 3800.00", "100% ≥ 90% → 3800.00 = 3800.00",
            ])
    }

    @Test("where nobody hears what it tells it tells nothing, computes the same and raises the same alerts")
    func silent() throws {
        var sections = try #require(Self.site.members)
        sections[1].value = [
            [
                "id": "done", "of": "patrol.completion", "department": "security", "better": "higher",
                "baseline": "70%", "target": "99%",
            ]
        ]
        var stage = try PayStage(.object(sections))
        stage.module.isTelling = false
        stage.pass(to: "2026-11-02T08:00:00+08:00")
        let before = stage.found.count
        stage.figure("patrol.completion", 19, over: 20, "2026-11", department: "security")
        stage.pass(to: "2026-12-02T08:00:00+08:00")
        #expect(stage.found.dropFirst(before).map(\.topic.rawValue) == ["alert.raised"])
        #expect(stage.amounts == ["completion 2026-11": "3800.00"])
    }

    @Test("before any site is heard nothing happens")
    func withoutSite() {
        var module = IncentivesModule()
        var findings = Findings(cause: 1, clock: PayStage.moment("2026-11-02T08:00:00+08:00"))
        let fact = Fact(
            sequence: 1, id: "1", source: "", topic: "measure.recorded", time: findings.clock,
            received: findings.clock, content: .measure(Fact.Measure(measure: "m", value: .one)))
        module.hear(fact, into: &findings)
        #expect(findings.list.isEmpty)
        #expect(module.nextDeadline == nil)
    }

    @Test(
        "times from the year 1 to 9999 are only far away", arguments: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    func far(_ time: String) throws {
        var stage = try PayStage(Self.none)
        stage.incident(time, loss: 5)
        try stage.measure("m", "1", period: String(time.prefix(4)))
        stage.pass(to: "2026-11-02T08:00:00+08:00")
        #expect(stage.amounts == ["calm 2026-11": "10.00"])
    }
}
