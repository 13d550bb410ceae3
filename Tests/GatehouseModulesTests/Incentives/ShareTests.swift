import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("Bonus shares")
struct ShareTests {
    @Test("shares are weights of the pool, in cents by largest remainder")
    func remainders() {
        let shares = PoolShares(pool: Fraction(100), weights: ["a": Fraction(1), "b": Fraction(1), "c": Fraction(1)])
        // Of equal remainders the id that sorts first is given the cent.
        #expect(shares.shares == ["a": "33.34", "b": "33.33", "c": "33.33"])
    }

    @Test("the largest remainder comes first, whatever its id")
    func largest() {
        let shares = PoolShares(
            pool: Fraction(1), weights: ["a": Fraction(333), "b": Fraction(334), "c": Fraction(333)])
        #expect(shares.shares == ["a": "0.33", "b": "0.34", "c": "0.33"])
    }

    @Test("where nobody has a weight nothing is shared out")
    func nothing() {
        #expect(PoolShares(pool: Fraction(100), weights: ["a": .zero]).shares == ["a": "0.00"])
    }

    @Test("weight is base × position × department × person, and a missing measure gives 0.00")
    func weights() throws {
        var stage = try PayStage([
            "departments": [["id": "ops"], ["id": "other"]],
            "people": [
                ["id": "E1", "department": "ops", "position": "chief", "base_pay": "4000.00"],
                ["id": "E2", "department": "other", "position": "cook", "base_pay": "6000.00"],
                ["id": "E3", "department": "ops", "base_pay": "5000.00"], ["id": "E4"],
            ],
            "coefficients": [
                "positions": [
                    "factors": ["skill": 10], "top": .number("1.5"), "step": .number("0.1"), "floor": 1,
                    "points": ["chief": ["skill": 10]],
                ],
                "departments": [["department": "ops", "score": .number("1.2")]],
                "people": ["weights": ["quality": "100%"]],
            ],
            "bonus": ["pool": "13200.00"],
        ])
        for person in ["E1", "E2", "E4"] { try stage.measure("quality", "1", of: person) }
        // 4000 × 1.5 × 1.2 = 7200 and 6000.
        #expect(
            stage.module.shares(asOf: stage.clock) == ["E1": "7200.00", "E2": "6000.00", "E3": "0.00", "E4": "0.00"])
    }

    @Test("a department whose figure is missing has no share, and no bonus means no shares")
    func missingDepartment() throws {
        let sections: JSONValue = [
            "departments": [["id": "ops"]],
            "people": [["id": "E1", "department": "ops", "base_pay": "1.00"], ["id": "E2", "base_pay": "1.00"]],
            "kpis": [["id": "k", "measure": "m", "better": "higher"]],
            "coefficients": [
                "departments": [
                    [
                        "department": "ops",
                        "score": [["kpi": "k", "company": 1, "weight": "100%", "ratio": "plain"]],
                    ]
                ]
            ],
            "bonus": ["pool": "10.01"],
        ]
        let stage = try PayStage(sections)
        #expect(stage.module.shares(asOf: stage.clock) == ["E1": "0.00", "E2": "10.01"])
        let bare = try PayStage(["people": [["id": "E1"]]])
        #expect(bare.module.shares(asOf: bare.clock).isEmpty)
    }

    @Test("over random sites the shares add up to the pool exactly, and none is off by a cent", arguments: 1...200)
    func addUp(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var weights: [String: Fraction] = [:]
        for index in 0..<Int.random(in: 1...40, using: &random) {
            weights["E\(index)"] = Fraction(
                Int.random(in: 0...1_000_000, using: &random), over: Int.random(in: 1...997, using: &random))
        }
        weights["E0"] = .one
        let pool = Fraction(Int.random(in: 1...50_000_000, using: &random), over: 100)
        let shares = PoolShares(pool: pool, weights: weights).shares
        let given = try shares.mapValues { try #require(Fraction($0)) }
        #expect(given.values.reduce(.zero, +) == pool)
        let total = weights.values.reduce(Fraction.zero, +)
        for (id, share) in given {
            let exact = pool * (weights[id] ?? .zero) / total
            #expect(share > exact - Fraction(1, over: 100) && share < exact + Fraction(1, over: 100))
        }
    }
}
