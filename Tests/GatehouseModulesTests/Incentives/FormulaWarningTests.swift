import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("formula.warning")
struct FormulaWarningTests {
    static let days: JSONValue = ["id": "days", "measure": "days", "better": "lower", "baseline": 3]

    static func site(_ rules: JSONValue...) -> JSONValue {
        ["kpis": .array([days]), "incentives": .array(rules)]
    }

    static let disordered: JSONValue = [
        "id": "t", "kind": "tiers", "kpi": "days",
        "tiers": [["at": "20%", "pay": "2"], ["at": "10%", "pay": "1"]],
    ]

    @Test(
        "is raised where a rule contradicts itself",
        arguments: [
            site(disordered),
            site(["id": "t", "kind": "threshold", "kpi": "days", "at": 4, "pay": "1"]),
            site(
                ["id": "first", "kind": "per_step", "kpi": "days", "step": "10%", "pay": "1"],
                ["id": "t", "kind": "per_step", "kpi": "days", "step": "20%", "pay": "1"]),
        ])
    func rules(_ site: JSONValue) throws {
        #expect(try PayStage(site).standing == ["formula.warning t"])
    }

    @Test("rules in order raise nothing")
    func inOrder() throws {
        let site = Self.site(
            ["id": "a", "kind": "threshold", "kpi": "days", "at": 3, "pay": "1"],
            [
                "id": "b", "kind": "tiers", "kpi": "days",
                "tiers": [["at": "1%", "pay": "1"], ["at": "2%", "pay": "2"]],
            ])
        #expect(try PayStage(site).standing.isEmpty)
    }

    @Test("two flaws of one rule are one alert that says both")
    func both() throws {
        let stage = try PayStage(
            Self.site(["id": "a", "kind": "per_step", "kpi": "days", "step": "10%", "pay": "1"], Self.disordered))
        #expect(stage.standing == ["formula.warning t"])
        let message = stage.found.first?.data()["message"]?.text
        #expect(
            message
                == "t: the tier at 10% stands after the one at 20%; "
                + "t pays for an improvement of days that a pays for already")
    }

    @Test("is cleared when the rule is changed, and stays when another is")
    func cleared() throws {
        var stage = try PayStage(Self.site(Self.disordered))
        try stage.change(
            to: Self.site(Self.disordered, ["id": "new", "kind": "share", "measure": "m", "share": "1%"]),
            at: "2026-11-03T00:00:00+08:00")
        #expect(stage.found.filter { $0.topic == "alert.raised" }.count == 1)
        #expect(stage.standing == ["formula.warning t"])
        try stage.change(
            to: Self.site(["id": "t", "kind": "tiers", "kpi": "days", "tiers": [["at": "1%", "pay": "1"]]]),
            at: "2026-11-04T00:00:00+08:00")
        #expect(stage.standing.isEmpty)
        #expect(stage.found.last { $0.topic == "alert.cleared" }?.data()["reason"] == "rule-changed")
    }

    @Test("fixed scores: the worked example warns of the department that ranks first with the lowest score")
    func sizes() throws {
        let stage = try PayStage([
            "departments": [
                ["id": "a", "headcount": 50], ["id": "b", "headcount": 20], ["id": "c", "headcount": 10],
                ["id": "rest-1", "headcount": 10], ["id": "rest-2", "headcount": 10],
            ],
            "coefficients": [
                "departments": [
                    ["department": "a", "score": .number("1.1")], ["department": "b", "score": 1],
                    ["department": "c", "score": .number("0.9")],
                ]
            ],
        ])
        #expect(
            stage.module.coefficients(asOf: stage.clock).departments == [
                "a": "0.968000", "b": "1.000000", "c": "1.080000",
            ])
        // b with 1.0 stands above a with 1.1 too.
        #expect(stage.standing == ["formula.warning b", "formula.warning c"])
    }

    static let scored: JSONValue = [
        "departments": [["id": "a", "headcount": 30], ["id": "b", "headcount": 10]],
        "kpis": [["id": "k", "measure": "m", "department": "b", "better": "higher"]],
        "coefficients": [
            "departments": [
                ["department": "a", "score": 1],
                ["department": "b", "score": [["kpi": "k", "company": 100, "weight": "100%", "ratio": "plain"]]],
            ]
        ],
    ]

    @Test("a figure that turns the order round raises it at that moment; only a changed rule clears it")
    func figure() throws {
        var stage = try PayStage(Self.scored)
        // 1 × 0.9333 against 0.7 × 1.2 = 0.84, then 0.8 × 1.2 = 0.96.
        try stage.measure("m", "70", department: "b", at: "2026-11-03T08:00:00+08:00")
        #expect(stage.standing.isEmpty)
        try stage.measure("m", "90", department: "b", at: "2026-11-04T08:00:00+08:00")
        #expect(stage.standing == ["formula.warning b"])
        #expect(stage.raised.first?.at == PayStage.moment("2026-11-04T08:00:00+08:00"))
        #expect(stage.module.standingAlerts.first?.evidence == [3])
        try stage.measure("m", "500", department: "b", at: "2026-11-05T08:00:00+08:00")
        #expect(stage.standing == ["formula.warning b"])
        try stage.change(to: Self.scored, at: "2026-11-06T08:00:00+08:00")
        #expect(stage.standing == ["formula.warning b"])
        var members = try #require(Self.scored.members)
        members[0].value = [["id": "a", "headcount": 20], ["id": "b", "headcount": 20]]
        try stage.change(to: .object(members), at: "2026-11-07T08:00:00+08:00")
        #expect(stage.standing.isEmpty)
    }

    @Test("equal scores are in no order, so none is turned round")
    func equal() throws {
        var stage = try PayStage(Self.scored)
        try stage.measure("m", "100", department: "b")
        #expect(stage.standing.isEmpty)
    }
}
