import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("Coefficients")
struct CoefficientTests {
    static let positions: JSONValue = [
        "factors": ["responsibility": 20, "skill": 15, "workload": 15, "contribution": 20], "top": .number("1.5"),
        "step": .number("0.1"), "floor": .number("1.0"),
        "points": [
            "regional-manager": ["responsibility": 20, "skill": 15, "workload": 15, "contribution": 20],
            "product-development": ["responsibility": 18, "skill": 15, "workload": 14, "contribution": 18],
            "store-operations": ["responsibility": 15, "skill": 12, "workload": 12, "contribution": 15],
            "purchasing": ["responsibility": 12, "skill": 10, "workload": 15, "contribution": 12],
            "administration": ["responsibility": 10, "skill": 8, "workload": 10, "contribution": 10],
        ],
    ]

    @Test("the worked table of positions comes out exactly")
    func worked() throws {
        let stage = try PayStage(["coefficients": ["positions": Self.positions]])
        #expect(
            stage.module.coefficients(asOf: stage.clock).positions == [
                "regional-manager": "1.5", "product-development": "1.4", "store-operations": "1.2",
                "purchasing": "1.1", "administration": "1.0",
            ])
    }

    @Test("a floor between two steps is not rounded away, and no points at all give the floor")
    func floor() throws {
        let stage = try PayStage([
            "coefficients": [
                "positions": [
                    "factors": ["skill": 10], "top": 2, "step": .number("0.5"), "floor": .number("0.75"),
                    "points": ["high": ["skill": 10], "low": ["skill": 0], "middle": ["skill": 5]],
                ]
            ]
        ])
        #expect(
            stage.module.coefficients(asOf: stage.clock).positions == ["high": "2.0", "low": "0.75", "middle": "1.0"])
    }

    static func score(complaints: JSONValue) -> JSONValue {
        [
            "departments": [["id": "ops"]],
            "kpis": [
                ["id": "satisfaction", "measure": "s", "department": "ops", "better": "higher"],
                ["id": "complaints", "measure": "c", "department": "ops", "better": "lower", "aggregate": "sum"],
                ["id": "growth", "measure": "g", "department": "ops", "period": "quarter", "better": "higher"],
            ],
            "coefficients": [
                "departments": [
                    [
                        "department": "ops",
                        "score": [
                            ["kpi": "satisfaction", "company": 85, "weight": "40%", "ratio": "plain"],
                            ["kpi": "complaints", "company": 3, "weight": "30%", "ratio": complaints],
                            ["kpi": "growth", "company": 10, "weight": "30%", "ratio": "plain"],
                        ],
                    ]
                ]
            ],
        ]
    }

    @Test(
        "the worked score comes out exactly, plain throughout and with complaints inverse",
        arguments: [("plain", "0.983529"), ("inverse", "1.233529")])
    func score(_ ratio: String, _ coefficient: String) throws {
        var stage = try PayStage(Self.score(complaints: .string(ratio)))
        try stage.measure("s", "90", department: "ops")
        try stage.measure("c", "2", department: "ops")
        #expect(stage.module.coefficients(asOf: stage.clock).departments == ["ops": nil])
        // A quarter's KPI is that of the quarter that holds now.
        try stage.measure("g", "12", department: "ops", period: "2026-10")
        #expect(stage.module.coefficients(asOf: stage.clock).departments == ["ops": coefficient])
        let next = PayStage.moment("2026-12-01T00:00:00+08:00")
        #expect(stage.module.coefficients(asOf: next).departments == ["ops": nil])
    }

    @Test("an inverse ratio of 0 is no number")
    func inverseOfNothing() throws {
        var stage = try PayStage(Self.score(complaints: "inverse"))
        try stage.measure("s", "90", department: "ops")
        try stage.measure("c", "0", department: "ops")
        try stage.measure("g", "12", department: "ops")
        #expect(stage.module.coefficients(asOf: stage.clock).departments == ["ops": nil])
    }

    @Test("the worked size adjustments come out exactly")
    func sizes() throws {
        // An average of 20 over the four departments that have a headcount.
        let stage = try PayStage([
            "departments": [
                ["id": "large", "headcount": 50], ["id": "middle", "headcount": 20], ["id": "small", "headcount": 8],
                ["id": "tiny", "headcount": 2], ["id": "uncounted"],
            ],
            "coefficients": [
                "departments": [
                    ["department": "large", "score": .number("1.1")], ["department": "middle", "score": 1],
                    ["department": "uncounted", "score": .number("0.7")],
                ]
            ],
        ])
        #expect(
            stage.module.coefficients(asOf: stage.clock).departments == [
                "large": "0.968000", "middle": "1.000000", "uncounted": "0.700000",
            ])
    }

    @Test("0.9 with 10 people at an average of 20 is 1.080")
    func small() throws {
        let stage = try PayStage([
            "departments": [["id": "small", "headcount": 10], ["id": "other", "headcount": 30]],
            "coefficients": ["departments": [["department": "small", "score": .number("0.9")]]],
        ])
        #expect(stage.module.coefficients(asOf: stage.clock).departments == ["small": "1.080000"])
    }

    static let people: JSONValue = [
        "people": [["id": "E1"], ["id": "E2"]],
        "coefficients": [
            "people": [
                "weights": ["completion": "40%", "quality": "30%", "timeliness": "30%"],
                "extras": ["improvement": .number("0.10"), "project": .number("0.05")],
                "late": ["more_than": 5, "add": .number("-0.05")],
            ]
        ],
    ]

    static func person(_ measures: [String]) throws -> PayStage {
        var stage = try PayStage(people)
        for (name, value) in zip(["completion", "quality", "timeliness"], measures) {
            try stage.measure(name, value, of: "E1")
        }
        return stage
    }

    func own(_ stage: PayStage) -> String? {
        stage.module.coefficients(asOf: stage.clock).people["E1"] ?? "nobody"
    }

    @Test("a person's measures are weighed, and extras are counted")
    func person() throws {
        var stage = try Self.person(["1.1", "1.0", "0.9"])
        #expect(own(stage) == "1.010000")
        try stage.measure("improvement", "7", of: "E1")
        try stage.measure("improvement", "9", of: "E1")
        try stage.measure("project", "1", of: "E2")
        #expect(own(stage) == "1.212000")
    }

    @Test("a person with a measure missing has null")
    func missing() throws {
        #expect(own(try Self.person(["1.1", "1.0"])) == nil)
        #expect(own(try Self.person(["1.1", "1.0", "1.0"])) != nil)
    }

    @Test(
        "more than five late instances in the period take off, five do not",
        arguments: [(5, "1.000000"), (6, "0.950000")])
    func late(_ count: Int, _ coefficient: String) throws {
        var stage = try Self.person(["1", "1", "1"])
        for day in 1...count { try stage.closed("E1", "2026-11-0\(day)", isLate: true) }
        // Another year's, an overtime record, and one that a revision takes back are none.
        try stage.closed("E1", "2025-11-01", isLate: true)
        try stage.closed("E1", "2026-11-20", isLate: true, shift: nil)
        try stage.closed("E1", "2026-11-21", isLate: true)
        try stage.closed("E1", "2026-11-21", isLate: false)
        #expect(own(stage) == coefficient)
    }

    @Test("only the bonus period that holds now counts")
    func period() throws {
        let stage = try Self.person(["1", "1", "1"])
        let next = PayStage.moment("2027-01-01T00:00:00+08:00")
        #expect(stage.module.coefficients(asOf: next).people == ["E1": nil, "E2": nil])
    }
}
