import GatehouseModel
import GatehouseModuleKit
import Testing

@Suite("scan.cloned_rounds")
struct ClonedRoundTests {
    /// Nine honest rounds: the guard takes a minute more or less on each gap.
    static let honest: [[Double]] = {
        var chance = SplitMix64(seed: 5)
        return (0..<9).map { _ in (0..<5).map { _ in Double.random(in: 60...180, using: &chance).rounded() } }
    }()

    @Test("a round that repeats an earlier one to the second is told when its last checkpoint is visited")
    func copy() {
        var bench = AlertsBench()
        for (day, gaps) in Self.honest.enumerated() { bench.walk(gaps, on: day) }
        #expect(bench.turns.isEmpty)
        let scans = bench.walk(Self.honest[4].map { $0 + 0.9 }, on: 9)
        #expect(bench.raised("scan.cloned_rounds").map(\.subject) == ["E1"])
        #expect(bench.evidence("scan.cloned_rounds")?.suffix(6) == scans[...])
        bench.wait(until: .at(10, 1))
        #expect(bench.cleared("scan.cloned_rounds").map(\.at) == [.at(10, 0)])
    }

    @Test("with five earlier rounds it is too early to say, with one gap three seconds off it is another round")
    func notYet() {
        var bench = AlertsBench()
        for (day, gaps) in Self.honest.prefix(5).enumerated() { bench.walk(gaps, on: day) }
        bench.walk(Self.honest[2], on: 6)
        var other = AlertsBench()
        for (day, gaps) in Self.honest.enumerated() { other.walk(gaps, on: day) }
        other.walk([Self.honest[4][0] + 3] + Self.honest[4].dropFirst(), on: 9)
        #expect(bench.turns.isEmpty)
        #expect(other.turns.isEmpty)
    }

    @Test("a guard with a steady stride always repeats earlier rounds, and copies none")
    func steady() {
        var bench = AlertsBench()
        for day in 0..<40 { bench.walk((0..<5).map { gap in 100 + Double((day + gap) % 3) }, on: day) }
        #expect(bench.turns.isEmpty)
    }

    @Test("another guard's round, another order, and a round walked by two are no copies of his own")
    func others() {
        var bench = AlertsBench()
        for (day, gaps) in Self.honest.enumerated() { bench.walk(gaps, on: day) }
        bench.walk(Self.honest[4], on: 9, by: "E2")
        bench.walk(Self.honest[4], on: 10, isForward: false)
        bench.walk(Self.honest[4], on: 11, helper: "E3")
        #expect(bench.turns.isEmpty)
    }

    @Test("what was a copy is not learned: the next copy is told too")
    func again() {
        var bench = AlertsBench()
        for (day, gaps) in Self.honest.enumerated() { bench.walk(gaps, on: day) }
        for day in 9..<30 { bench.walk(Self.honest[4], on: day) }
        #expect(bench.raised("scan.cloned_rounds").count == 21)
    }

    @Test("scans told again in the order of their time change nothing of a round that was told")
    func revised() {
        var bench = AlertsBench()
        for (day, gaps) in Self.honest.enumerated() { bench.walk(gaps, on: day) }
        bench.walk(Self.honest[4], on: 9)
        bench.wait(until: .at(11, 0))
        bench.walk(Self.honest[4], on: 9, isRevised: true)
        #expect(bench.raised("scan.cloned_rounds").count == 1)
    }
}

extension AlertsBench {
    @discardableResult
    fileprivate mutating func walk(
        _ gaps: [Double], on day: Int, by guardPerson: String = "E1", isForward: Bool = true, helper: String? = nil,
        isRevised: Bool = false
    ) -> [Int64] {
        var time = Moment.at(day, 22, 5)
        return (0...gaps.count).map { index in
            if index > 0 { time = time + .milliseconds(Int(gaps[index - 1] * 1000)) }
            let visit = Fact.Visit(
                round: "yard@\(day)", route: "yard", checkpoint: "CP\(isForward ? index + 1 : 6 - index)",
                guardPerson: index == 3 ? helper ?? guardPerson : guardPerson, time: time, scan: sequence + 1,
                isRevised: isRevised)
            return hear("patrol.visited", .visited(visit), at: isRevised ? .at(11, 1) : time, time: time)
        }
    }
}
