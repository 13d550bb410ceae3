import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("KPI definitions")
struct KPIDefinitionTests {
    static let departments: JSONValue = [["id": "security"], ["id": "hr"]]

    @Test("a module's KPI is its department's, and the site's where none is named")
    func department() throws {
        var stage = try PayStage([
            "departments": Self.departments,
            "kpis": [
                ["id": "own", "of": "patrol.completion", "department": "security", "better": "higher"],
                ["id": "all", "of": "patrol.completion", "better": "higher"],
            ],
        ])
        stage.figure("patrol.completion", 19, over: 20, "2026-11", department: "security")
        stage.figure("patrol.completion", 25, over: 40, "2026-11")
        #expect(stage.values == ["own 2026-11": "0.95", "all 2026-11": "0.625"])
        #expect(stage.module.figures(asOf: stage.clock).map(\.department) == [nil, "security"])
    }

    @Test("over a quarter or year numerators and denominators are added up")
    func addedUp() throws {
        var stage = try PayStage([
            "kpis": [
                ["id": "q", "of": "patrol.completion", "period": "quarter", "better": "higher"],
                ["id": "yearly", "of": "patrol.completion", "period": "year", "better": "higher"],
            ]
        ])
        stage.figure("patrol.completion", 1, over: 4, "2026-09")
        stage.figure("patrol.completion", 1, over: 2, "2026-10")
        stage.figure("patrol.completion", 1, over: 8, "2026-11")
        #expect(stage.values == ["q 2026-Q3": "0.25", "q 2026-Q4": "0.2", "yearly 2026": "0.214286"])
        let year = try #require(stage.module.figures(asOf: stage.clock).last)
        #expect((year.numerator, year.denominator) == (Fraction(3), Fraction(14)))
    }

    @Test("a fixed denominator stays")
    func fixed() throws {
        var stage = try PayStage([
            "kpis": [["id": "h", "of": "overtime.hours", "period": "quarter", "better": "lower"]]
        ])
        stage.figure("overtime.hours", 750, over: 60, "2026-10", from: "attendance")
        stage.figure("overtime.hours", 90, over: 60, "2026-11", from: "attendance")
        #expect(stage.values == ["h 2026-Q4": "14"])
        #expect(stage.module.figures(asOf: stage.clock).first?.denominator == Fraction(60))
    }

    @Test("a hazard KPI is the site's, and computed over the quarter itself")
    func hazards() throws {
        var stage = try PayStage([
            "departments": Self.departments,
            "kpis": [
                [
                    "id": "r", "of": "hazard.remediation", "department": "security", "period": "quarter",
                    "better": "higher",
                ]
            ],
        ])
        stage.figure("hazard.remediation", 1, over: 2, "2026-10", from: "hazards")
        stage.figure("hazard.remediation", 1, over: 3, "2026-11", from: "hazards")
        #expect(stage.values.isEmpty)
        stage.figure("hazard.remediation", 3, over: 4, "2026-Q4", from: "hazards")
        #expect(stage.values == ["r 2026-Q4": "0.75"])
    }

    @Test("weekly hours of a month are those of the weeks whose Thursday is in it")
    func weekly() throws {
        var stage = try PayStage([
            "departments": Self.departments,
            "kpis": [["id": "w", "of": "weekly.hours", "department": "hr", "better": "lower"]],
        ])
        for (person, department, week) in [
            ("a", "hr", "2026-W45"), ("b", "hr", "2026-W49"), ("c", "security", "2026-W45"),
        ] {
            stage.figure(
                "weekly.hours", 2400, over: 60, week, department: department, person: person, from: "attendance")
        }
        #expect(stage.values == ["w 2026-11": "40", "w 2026-12": "40"])
    }

    @Test("its own figures are no news to the module")
    func own() throws {
        var stage = try PayStage(["kpis": [["id": "a", "of": "patrol.completion", "better": "higher"]]])
        stage.figure("patrol.completion", 1, over: 2, "2026-11", from: "incentives")
        #expect(stage.values.isEmpty)
    }

    @Test("a KPI of which nothing could be counted has a row without a value")
    func nothing() throws {
        var stage = try PayStage([
            "kpis": [["id": "a", "of": "patrol.completion", "better": "higher"]],
            "incentives": [["id": "i", "kind": "threshold", "kpi": "a", "at": "0%", "pay": "1"]],
        ])
        stage.figure("patrol.completion", 0, over: 0, "2026-11")
        #expect(stage.values == ["a 2026-11": "-"])
        #expect(stage.amounts.isEmpty)
    }

    @Test("the KPIs are told under their ids at the next full minute, each once")
    func told() throws {
        var stage = try PayStage(["kpis": [["id": "a", "of": "patrol.completion", "better": "higher"]]])
        stage.figure("patrol.completion", 1, over: 2, "2026-11", at: "2026-11-02T08:00:01+08:00")
        stage.figure("patrol.completion", 2, over: 3, "2026-11", at: "2026-11-02T08:00:59+08:00")
        stage.figure("patrol.completion", 2, over: 3, "2026-11", at: "2026-11-02T08:05:00+08:00")
        stage.pass(to: "2026-11-02T09:00:00+08:00")
        let told = stage.found.filter { $0.topic == "kpi.updated" }
        #expect(told.map(\.subject) == ["a"])
        #expect(told.first?.time == PayStage.moment("2026-11-02T08:01:00+08:00"))
        #expect(told.first?.data()["value"] == "0.666667")
        #expect(told.first?.data()["inputs"]?.elements?.first?["topic"] == "kpi.updated")
    }
}

@Suite("Measures")
struct MeasureTests {
    static func site(_ aggregate: JSONValue, period: JSONValue = "month", department: JSONValue? = nil) -> JSONValue {
        var kpi: [JSONValue.Member] = [
            .init("id", "m"), .init("measure", "days"), .init("period", period), .init("better", "lower"),
            .init("aggregate", aggregate),
        ]
        if let department { kpi.append(.init("department", department)) }
        return ["departments": KPIDefinitionTests.departments, "kpis": .array([.object(kpi)])]
    }

    @Test(
        "the mean is weighted, the sum is not, the last is the last by time",
        arguments: [("mean", "2.75"), ("sum", "9"), ("last", "4")])
    func aggregates(_ aggregate: String, _ value: String) throws {
        var stage = try PayStage(Self.site(.string(aggregate)))
        try stage.measure("days", "2", weight: "2.5", at: "2026-11-03T08:00:00+08:00")
        try stage.measure("days", "4", weight: "1", at: "2026-11-05T08:00:00+08:00")
        try stage.measure("days", "3", weight: "2.5", at: "2026-11-04T08:00:00+08:00")
        #expect(stage.values == ["m 2026-11": value])
    }

    @Test("weights that add up to nothing give no value")
    func weightless() throws {
        var stage = try PayStage(Self.site("mean"))
        try stage.measure("days", "2", weight: "0", at: "2026-11-03T08:00:00+08:00")
        #expect(stage.values == ["m 2026-11": "-"])
    }

    @Test("a measure counts in the period of its period field, else of its time at the site")
    func periods() throws {
        var stage = try PayStage(Self.site("sum"))
        try stage.measure("days", "1", period: "2026-10", at: "2026-11-03T08:00:00+08:00")
        try stage.measure("days", "2", at: "2026-10-31T16:00:00Z")
        try stage.measure("days", "4", at: "2026-10-31T15:59:59.999Z")
        try stage.measure("days", "8", period: "sometime", at: "2026-11-03T08:00:00+08:00")
        #expect(stage.values == ["m 2026-10": "5", "m 2026-11": "10"])
    }

    @Test(
        "a month's measures count in its quarter, a quarter's in no month", arguments: [("quarter", 7), ("year", 15)])
    func longer(_ period: String, _ sum: Int) throws {
        var stage = try PayStage(Self.site("sum", period: .string(period)))
        for (value, period) in [("1", "2026-10"), ("2", "2026-12"), ("4", "2026-Q4"), ("8", "2026")] {
            try stage.measure("days", value, period: period)
        }
        #expect(stage.values == ["m \(period == "year" ? "2026" : "2026-Q4")": "\(sum)"])
    }

    @Test("a KPI with a department takes only that department's, one without takes all")
    func departments() throws {
        for (department, sum) in [("hr", "2"), (nil, "7")] as [(String?, String)] {
            var stage = try PayStage(Self.site("sum", department: department.map { .string($0) }))
            try stage.measure("days", "1")
            try stage.measure("days", "2", department: "hr")
            try stage.measure("days", "4", department: "security")
            #expect(stage.values == ["m 2026-11": sum])
        }
    }

    @Test("decimals are exact: ten times 0.1 is 1")
    func exact() throws {
        var stage = try PayStage(Self.site("sum"))
        for _ in 0..<10 { try stage.measure("days", "0.1") }
        #expect(stage.values == ["m 2026-11": "1"])
    }

    @Test("a value knows the measures that it comes from")
    func inputs() throws {
        var stage = try PayStage(Self.site("mean"))
        try stage.measure("days", "2")
        try stage.measure("days", "3")
        let inputs = try #require(stage.module.figures(asOf: stage.clock).first?.inputs)
        #expect(inputs.topic == "measure.recorded")
        #expect(inputs.sequences == [2, 3])
    }
}
