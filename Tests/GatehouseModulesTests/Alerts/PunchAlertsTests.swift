import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@Suite("punch.unknown_badge")
struct UnknownBadgeTests {
    @Test("a badge that belongs to nobody is told until it is given to a person")
    func given() {
        var bench = AlertsBench()
        let first = bench.punch("7777", at: .at(0, 8))
        let second = bench.punch("7777", at: .at(0, 9))
        #expect(bench.evidence("punch.unknown_badge") == [first, second])
        let person = Person(id: "E99", name: "New", badges: ["7777"])
        bench.hear("site.updated", .site(.small(extra: person)), at: .at(0, 10))
        #expect(bench.turns.map(\.at) == [.at(0, 8), .at(0, 10)])
        #expect(bench.turns.map(\.subject) == ["7777", "7777"])
    }
}

@Suite("punch.future_time")
struct FutureTimeTests {
    @Test("stamped more than 5 min after it was received, until the next day")
    func future() {
        var bench = AlertsBench()
        bench.punch("B1", at: .at(0, 8), time: .at(0, 8, 5))
        #expect(bench.turns.isEmpty)
        bench.punch("B1", at: .at(0, 9), time: .at(0, 9, 5, 0.001))
        bench.wait(until: .at(1, 1))
        #expect(bench.turns.map(\.at) == [.at(0, 9), .at(1, 0)])
        #expect(bench.turns.map(\.subject) == ["gate", "gate"])
    }
}

@Suite("punch.impossible_travel")
struct ImpossibleTravelTests {
    @Test(
        "the way counts in the direction in which the person went",
        arguments: [("gate", "store", 240), ("store", "gate", 180)])
    func direction(from: String, to: String, seconds: Double) {
        var bench = AlertsBench()
        bench.punch("B1", from, at: .at(0, 8))
        bench.punch("B1", to, at: .at(0, 8, 0, seconds))
        #expect(bench.turns.isEmpty)
        bench.punch("B2", from, at: .at(0, 9))
        bench.punch("B2", to, at: .at(0, 9, 0, seconds - 0.001))
        bench.wait(until: .at(1, 1))
        #expect(bench.turns.map(\.at) == [.at(0, 9, 0, seconds - 0.001), .at(1, 0)])
        #expect(bench.turns.map(\.subject) == ["E2", "E2"])
    }

    @Test("any two punches, so far known: one delivered late is held against those around it")
    func late() {
        var bench = AlertsBench()
        let first = bench.punch("B1", "gate", at: .at(0, 8))
        bench.punch("B1", "gate", at: .at(0, 12))
        bench.punch("B2", "gate", at: .at(0, 12))
        let late = bench.punch("B1", "store", at: .at(3, 9), time: .at(0, 8, 1))
        #expect(bench.raised("punch.impossible_travel").map(\.at) == [.at(3, 9)])
        #expect(bench.evidence("punch.impossible_travel") == [first, late])
    }

    @Test("two places at one moment are told; one place, or a place that no way leads to, is not")
    func atOnce() {
        var bench = AlertsBench()
        bench.punch("B1", "gate", at: .at(0, 8))
        bench.punch("B1", "wedge", at: .at(0, 8))
        bench.punch("B1", "nowhere", at: .at(0, 8))
        #expect(bench.raised("punch.impossible_travel").isEmpty)
        bench.punch("B1", "store", at: .at(0, 8))
        #expect(bench.raised("punch.impossible_travel").count == 1)
    }
}
