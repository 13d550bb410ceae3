import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("Incentive rules that look at a KPI")
struct KPIRuleTests {
    static func site(_ rule: JSONValue, kpi: JSONValue = completion) -> JSONValue {
        [
            "departments": [
                ["id": "security", "performance_pay": "38000.00"], ["id": "hr", "performance_pay": "20000.00"],
            ],
            "kpis": .array([kpi]), "incentives": .array([rule]),
        ]
    }

    static let completion: JSONValue = [
        "id": "k", "of": "patrol.completion", "department": "security", "better": "higher", "baseline": "70%",
    ]
    static let onboarding: JSONValue = [
        "id": "k", "measure": "days", "department": "hr", "better": "lower", "baseline": 3,
    ]
    static let satisfaction: JSONValue = [
        "id": "k", "measure": "score", "department": "hr", "better": "higher", "baseline": 80,
    ]

    static let threshold: JSONValue = ["id": "i", "kind": "threshold", "kpi": "k", "at": "95%", "pay": "10%"]

    @Test(
        "a threshold is judged on the fraction: 94.96 % is not 95 %",
        arguments: [(95, 100, "3800.00"), (949_999, 1_000_000, "0.00"), (9496, 10_000, "0.00"), (1, 1, "3800.00")])
    func threshold(_ numerator: Int, _ denominator: Int, _ amount: String) throws {
        var stage = try PayStage(Self.site(Self.threshold))
        stage.figure("patrol.completion", numerator, over: denominator, "2026-11", department: "security")
        #expect(stage.amounts == ["i 2026-11": amount])
    }

    @Test(
        "a third is a third: exactly at the threshold it pays",
        arguments: [("33.333333333%", "500.00"), ("33.333333334%", "0.00")])
    func third(_ at: String, _ amount: String) throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "threshold", "kpi": "k", "at": .string(at), "pay": "500"]))
        stage.figure("patrol.completion", 1, over: 3, "2026-11", department: "security")
        #expect(stage.amounts == ["i 2026-11": amount])
    }

    @Test(
        "where lower is better the KPI is at most the threshold",
        arguments: [("2", "1500.00"), ("2.000000001", "0.00")])
    func lower(_ value: String, _ amount: String) throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "threshold", "kpi": "k", "at": 2, "pay": "1500"], kpi: Self.onboarding))
        try stage.measure("days", value, department: "hr")
        #expect(stage.amounts == ["i 2026-11": amount])
    }

    @Test("the formula has the numbers put in")
    func formula() throws {
        var stage = try PayStage(Self.site(Self.threshold))
        stage.figure("patrol.completion", 24, over: 25, "2026-11", department: "security")
        #expect(stage.formula("i", "2026-11") == "96% ≥ 95% → 10% × 38000.00 = 3800.00")
    }

    @Test(
        "each whole step of improvement pays",
        arguments: [
            ("3", "0.00"), ("3.5", "0.00"), ("2.71", "0.00"), ("2.7", "1000.00"), ("2.41", "1000.00"),
            ("2.4", "2000.00"), ("0", "10000.00"),
        ])
    func steps(_ value: String, _ amount: String) throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "per_step", "kpi": "k", "step": "10%", "pay": "5%"], kpi: Self.onboarding))
        try stage.measure("days", value, department: "hr")
        #expect(stage.amounts == ["i 2026-11": amount])
    }

    @Test(
        "with points a step is the plain difference, and there are at most so many",
        arguments: [("84.9", "0.00", 0), ("85", "1600.00", 1), ("99.99", "4800.00", 3), ("120", "8000.00", 5)])
    func points(_ value: String, _ amount: String, _ steps: Int) throws {
        var stage = try PayStage(
            Self.site(
                ["id": "i", "kind": "per_step", "kpi": "k", "step": 5, "points": true, "pay": "8%", "at_most": 5],
                kpi: Self.satisfaction))
        try stage.measure("score", value, department: "hr")
        #expect(stage.amounts == ["i 2026-11": amount])
        #expect(stage.module.statements(asOf: stage.clock).first?.json["steps"]?.integer == steps)
    }

    @Test("points of a rate are percentage points, however the step is written", arguments: ["5%", "5"])
    func ratePoints(_ step: String) throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "per_step", "kpi": "k", "step": .string(step), "points": true, "pay": "100"]))
        stage.figure("patrol.completion", 81, over: 100, "2026-11", department: "security")
        #expect(stage.amounts == ["i 2026-11": "200.00"])
        let data = try #require(stage.module.statements(asOf: stage.clock).first?.json)
        #expect(data["improvement"] == "11.000000")
        #expect(data["steps"] == 2)
    }

    static let tiers: JSONValue = [
        "id": "i", "kind": "tiers", "kpi": "k",
        "tiers": [["at": "10%", "pay": "5%"], ["at": "20%", "pay": "10%"], ["at": "30%", "pay": "15%"]],
    ]

    @Test(
        "the highest tier that the improvement reaches pays, alone",
        arguments: [("2.8", "0.00"), ("2.7", "1000.00"), ("2.4", "2000.00"), ("2.1", "3000.00"), ("0.1", "3000.00")])
    func tiers(_ value: String, _ amount: String) throws {
        var stage = try PayStage(Self.site(Self.tiers, kpi: Self.onboarding))
        try stage.measure("days", value, department: "hr")
        #expect(stage.amounts == ["i 2026-11": amount])
    }

    @Test("the statement names the tier that was reached, null for none", arguments: [("2.3", "20%"), ("2.9", nil)])
    func tier(_ value: String, _ tier: String?) throws {
        var stage = try PayStage(Self.site(Self.tiers, kpi: Self.onboarding))
        try stage.measure("days", value, department: "hr")
        let data = try #require(stage.module.statements(asOf: stage.clock).first?.json)
        #expect(data["tier"] == tier.map { .string($0) } ?? .null)
    }

    @Test("no improvement pays nothing, not even by a tier at 0 %")
    func noImprovement() throws {
        var stage = try PayStage(
            Self.site(
                ["id": "i", "kind": "tiers", "kpi": "k", "tiers": [["at": "0%", "pay": "9"]]], kpi: Self.onboarding))
        try stage.measure("days", "3", department: "hr")
        #expect(stage.amounts == ["i 2026-11": "0.00"])
    }

    @Test("nothing is relative to a baseline of 0")
    func zeroBaseline() throws {
        var stage = try PayStage(
            Self.site(
                ["id": "i", "kind": "per_step", "kpi": "k", "step": "1%", "pay": "9"],
                kpi: ["id": "k", "measure": "score", "better": "higher", "baseline": 0]))
        try stage.measure("score", "5")
        #expect(stage.amounts == ["i 2026-11": "0.00"])
    }

    @Test("a rule's period is its own, else its KPI's")
    func ownPeriod() throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "threshold", "kpi": "k", "at": "80%", "pay": "7", "period": "quarter"]))
        stage.figure("patrol.completion", 9, over: 10, "2026-10", department: "security")
        stage.figure("patrol.completion", 7, over: 10, "2026-11", department: "security")
        #expect(stage.amounts == ["i 2026-Q4": "7.00"])
    }

    @Test("a percentage is of a month's performance pay whatever the period, and of the rule's own department")
    func otherDepartment() throws {
        var stage = try PayStage(
            Self.site([
                "id": "i", "kind": "threshold", "kpi": "k", "at": "80%", "pay": "10%", "period": "year",
                "department": "hr",
            ]))
        stage.figure("patrol.completion", 9, over: 10, "2026-10", department: "security")
        #expect(stage.amounts == ["i 2026": "2000.00"])
    }

    @Test("a percentage of a performance pay that nobody gives pays nothing")
    func noPay() throws {
        var stage = try PayStage([
            "kpis": [["id": "k", "of": "patrol.completion", "better": "higher"]],
            "incentives": [["id": "i", "kind": "threshold", "kpi": "k", "at": "80%", "pay": "10%"]],
        ])
        stage.figure("patrol.completion", 9, over: 10, "2026-10")
        #expect(stage.amounts == ["i 2026-10": "0.00"])
    }

    @Test("rounded half up, to the cent, once, at the end")
    func rounding() throws {
        var stage = try PayStage([
            "departments": [["id": "hr", "performance_pay": "0.33"]],
            "kpis": .array([Self.onboarding]),
            "incentives": [["id": "i", "kind": "per_step", "kpi": "k", "step": "10%", "pay": "0.5%"]],
        ])
        // 10 steps of 0.00165 are 0.0165; each rounded by itself they would be nothing.
        try stage.measure("days", "0", department: "hr")
        #expect(stage.amounts == ["i 2026-11": "0.02"])
    }
}

@Suite("Incentive rules that look at events")
struct EventRuleTests {
    static func site(_ rule: JSONValue) -> JSONValue {
        [
            "departments": [["id": "security", "performance_pay": "38000.00"], ["id": "hr"]],
            "people": [["id": "E1", "department": "security"]], "incentives": .array([rule]),
        ]
    }

    static let saving: JSONValue = [
        "id": "i", "kind": "share", "measure": "saving", "department": "security", "share": "10%", "cap": "20%",
    ]

    @Test(
        "a share of the period's sum, at most the cap, never below 0",
        arguments: [("1234.55", "123.46"), ("76000", "7600.00"), ("90000", "7600.00"), ("-500", "0.00")])
    func share(_ saving: String, _ amount: String) throws {
        var stage = try PayStage(Self.site(Self.saving))
        try stage.measure("saving", saving, weight: "3", department: "security")
        try stage.measure("saving", "100000", department: "hr")
        #expect(stage.amounts == ["i 2026-11": amount])
    }

    @Test("none in the period pays, for every period that the record touches")
    func none() throws {
        var stage = try PayStage(
            Self.site([
                "id": "i", "kind": "none_in", "event": "incident.recorded", "department": "security", "pay": "3000",
            ]), at: "2026-10-15T00:00:00+08:00")
        stage.pass(to: "2026-12-01T00:00:00+08:00")
        stage.incident("2026-11-30T23:59:59.999+08:00", department: "security")
        stage.incident("2026-12-01T00:00:00+08:00", department: "hr")
        stage.incident("2026-10-20T00:00:00+08:00")
        #expect(stage.amounts == ["i 2026-10": "3000.00", "i 2026-11": "0.00", "i 2026-12": "3000.00"])
    }

    @Test("a rule without a department counts everybody's events")
    func everybody() throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "none_in", "event": "incident.recorded", "period": "quarter", "pay": "5"]))
        #expect(stage.amounts == ["i 2026-Q4": "5.00"])
        stage.incident("2026-11-20T00:00:00+08:00", department: "hr")
        #expect(stage.amounts == ["i 2026-Q4": "0.00"])
    }

    static let award: JSONValue = [
        "id": "i", "kind": "none_in", "event": "incident.recorded", "department": "security", "months": 18,
        "pay": ["share": "10%", "of": "loss_before"],
    ]

    @Test("with months, none in that many months up to the period's end; a share of the mean yearly loss before")
    func lossBefore() throws {
        var stage = try PayStage(Self.site(Self.award), at: "2026-11-02T00:00:00+08:00")
        // The stretch begins on 2025-06-01, the 36 months before it on 2022-06-01.
        stage.incident("2022-05-31T23:59:59+08:00", loss: 1_000_000, department: "security")
        stage.incident("2022-06-01T00:00:00+08:00", loss: 50_000, department: "security")
        stage.incident("2025-05-31T23:59:59+08:00", loss: 70_000, department: "security")
        stage.incident("2025-01-01T00:00:00+08:00", loss: 900_000, department: "hr")
        #expect(stage.amounts == ["i 2026-11": "4000.00"])
        #expect(
            stage.formula("i", "2026-11")
                == "0 × incident.recorded (2025-06…2026-11) → 10% × 120000.00 / 3 = 4000.00")
        stage.incident("2025-06-01T00:00:00+08:00", department: "security")
        #expect(stage.amounts == ["i 2026-11": "0.00"])
    }

    @Test("events of other systems count too, by their department or their person's")
    func other() throws {
        var stage = try PayStage(
            Self.site(["id": "i", "kind": "none_in", "event": "ext.complaint", "department": "security", "pay": "5"]))
        #expect(stage.module.wants("ext.complaint"))
        #expect(!stage.module.wants("ext.praise"))
        let time = PayStage.moment("2026-11-03T00:00:00+08:00")
        stage.hear(.noted(department: "hr", person: nil), topic: "ext.complaint", at: time)
        #expect(stage.amounts == ["i 2026-11": "5.00"])
        stage.hear(.noted(department: nil, person: "E1"), topic: "ext.complaint", at: time)
        #expect(stage.amounts == ["i 2026-11": "0.00"])
    }
}
