import GatehouseModel
import GatehouseModuleKit
import Testing

@testable import IncentivesModule

@Suite("Cross-checks")
struct CrossCheckTests {
    static func site(otherBetter: JSONValue = "lower") -> JSONValue {
        [
            "kpis": [
                ["id": "completion", "measure": "c", "better": "higher", "verify_with": "accidents"],
                ["id": "accidents", "measure": "a", "better": otherBetter, "aggregate": "sum"],
            ]
        ]
    }

    static let months = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]

    static func check(_ first: [Int?], _ second: [Int?], otherBetter: JSONValue = "lower") throws -> CrossCheck {
        var stage = try PayStage(site(otherBetter: otherBetter))
        for (month, value) in zip(months, first) {
            if let value { try stage.measure("c", "\(value)", period: month) }
        }
        for (month, value) in zip(months, second) {
            if let value { try stage.measure("a", "\(value)", period: month) }
        }
        return try #require(stage.module.checks(asOf: stage.clock).first)
    }

    @Test("completion up and accidents down confirm each other, and the sign is not turned in what is printed")
    func confirmed() throws {
        let check = try Self.check([1, 2, 3, 4, 5, 6], [9, 8, 7, 5, 6, 4])
        #expect(check == CrossCheck(kpi: "completion", with: "accidents", correlation: "-0.942857", says: .confirmed))
    }

    @Test("completion up and accidents up contradict each other")
    func contradicted() throws {
        let check = try Self.check([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])
        #expect(check.correlation == "1.000000")
        #expect(check.says == .contradicted)
    }

    @Test("where both are better the same way the sign stays")
    func sameWay() throws {
        #expect(try Self.check([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], otherBetter: "higher").says == .confirmed)
    }

    @Test("fewer than four periods with both are too few")
    func tooFew() throws {
        let check = try Self.check([1, 2, 3, 4, 5, nil], [1, nil, nil, 4, 5, 6])
        #expect(check == CrossCheck(kpi: "completion", with: "accidents", correlation: nil, says: .open))
        #expect(try Self.check([1, 2, 3, 4, 5, nil], [1, nil, 3, 4, 5, 6]).correlation == "1.000000")
    }

    @Test("a constant series is open")
    func constant() throws {
        let check = try Self.check([1, 2, 3, 4, 5, 6], [3, 3, 3, 3, 3, 3])
        #expect(check == CrossCheck(kpi: "completion", with: "accidents", correlation: nil, says: .open))
    }

    @Test("a correlation of exactly a half is enough, a little less is not")
    func half() throws {
        let exactly = try #require(RankCorrelation(Self.pairs([1, 2, 3, 4], [1, 4, 2, 3])))
        #expect(exactly.text == "0.400000")
        #expect(!exactly.isAtLeastHalf)
        // Ranks of three with Σd² = 1·… : ρ = 1 − 6·3/24… is met by five with Σd² = 10.
        let enough = try #require(RankCorrelation(Self.pairs([1, 2, 3, 4, 5], [3, 1, 2, 4, 5].map { $0 })))
        #expect(enough.text == "0.700000")
        let five = try #require(RankCorrelation(Self.pairs([1, 2, 3, 4, 5], [3, 1, 2, 5, 4])))
        #expect(five.text == "0.600000")
        let at = try #require(RankCorrelation(Self.pairs([1, 2, 3, 4, 5], [2, 1, 5, 4, 3])))
        #expect(at.text == "0.500000")
        #expect(at.isAtLeastHalf)
        let minus = try #require(RankCorrelation(Self.pairs([5, 4, 3, 2, 1], [2, 1, 5, 4, 3])))
        #expect(minus.text == "-0.500000")
        #expect(minus.isAtMostMinusHalf)
    }

    @Test("the last six periods count, the running one included, and no older one")
    func window() throws {
        var stage = try PayStage(Self.site())
        for (month, value) in zip(["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-11"], 1...6) {
            try stage.measure("c", "\(value)", period: month)
            try stage.measure("a", "\(value)", period: month)
        }
        #expect(stage.module.checks(asOf: stage.clock).first?.correlation == nil)
        let earlier = PayStage.moment("2026-08-15T00:00:00+08:00")
        #expect(stage.module.checks(asOf: earlier).first?.correlation == "1.000000")
    }

    @Test("it agrees with a plain computation, ties included", arguments: 1...400)
    func reference(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 4...6, using: &random)
        let first = (0..<count).map { _ in Int.random(in: 0...4, using: &random) }
        let second = (0..<count).map { _ in Int.random(in: 0...4, using: &random) }
        let own = RankCorrelation(Self.pairs(first, second))
        let plain = Self.naive(first, second)
        #expect((own == nil) == (plain == nil))
        if let own, let plain {
            #expect(abs((Double(own.text) ?? 9) - plain) <= 0.000_000_51)
            if abs(abs(plain) - 0.5) > 1e-9 {
                #expect(own.isAtLeastHalf == (plain > 0.5))
                #expect(own.isAtMostMinusHalf == (plain < -0.5))
            }
        }
    }

    static func pairs(_ first: [Int], _ second: [Int]) -> [(Fraction, Fraction)] {
        zip(first, second).map { (Fraction($0), Fraction($1)) }
    }

    /// Pearson's correlation of the places in the sorted list, equal ones sharing their mean.
    static func naive(_ first: [Int], _ second: [Int]) -> Double? {
        func ranks(_ values: [Int]) -> [Double] {
            let sorted = values.sorted()
            return values.map { value in
                let places = sorted.indices.filter { sorted[$0] == value }.map { Double($0 + 1) }
                return places.reduce(0, +) / Double(places.count)
            }
        }
        let (left, right) = (ranks(first), ranks(second))
        let mean = Double(first.count + 1) / 2
        let top = zip(left, right).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        let bottom =
            left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * right.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return bottom == 0 ? nil : top / bottom.squareRoot()
    }
}
