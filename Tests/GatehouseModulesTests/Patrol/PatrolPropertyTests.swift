import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule
import Testing

@Suite("Whatever happens on patrol")
struct PatrolPropertyTests {
    private func run(_ site: Site, _ facts: [Fact]) -> PatrolStage {
        var stage = PatrolStage(site, at: "01 12:00")
        for fact in facts { stage.hear(fact) }
        stage.wait(until: PatrolHistory.end)
        return stage
    }

    @Test("rounds are as if scans had arrived in the order of time", arguments: 1...12)
    func orderOfArrival(seed: UInt64) {
        let history = PatrolHistory(seed: seed)
        let inOrder = run(history.site, history.facts)
        let oracle = PatrolOracle(
            history.site, history.facts, rounds: inOrder.rounds.map { ($0.route, $0.start) })
        #expect(PatrolOracle.lines(of: inOrder.rounds) == oracle.lines)
        let late = run(history.site, history.delayed(seed: seed &+ 1000))
        #expect(PatrolOracle.lines(of: late.rounds) == oracle.lines)
        #expect(
            late.module.figures(asOf: PatrolHistory.end).map(\.numerator)
                == inOrder.module.figures(asOf: PatrolHistory.end).map(\.numerator))
    }

    @Test("with limits of their own, rounds want only what came in time for them", arguments: 1...12)
    func limits(seed: UInt64) {
        let history = PatrolHistory(seed: seed, lateness: [30, 400, 900])
        let facts = history.delayed(seed: seed)
        let stage = run(history.site, facts)
        let oracle = PatrolOracle(history.site, facts, rounds: stage.rounds.map { ($0.route, $0.start) })
        #expect(PatrolOracle.lines(of: stage.rounds) == oracle.lines)
    }

    @Test("the histories have visits of every kind in them")
    func histories() {
        let rounds = (1...5).flatMap { (seed: UInt64) in
            let history = PatrolHistory(seed: seed)
            return run(history.site, history.facts).rounds
        }
        #expect(rounds.contains { !$0.suspect.isEmpty } && rounds.contains { !$0.outOfOrder.isEmpty })
        #expect(rounds.contains { !$0.late.isEmpty } && Set(rounds.map(\.status)).count >= 3)
    }

    @Test("the last word about a round is how it stands", arguments: 1...8)
    func lastWord(seed: UInt64) {
        let history = PatrolHistory(seed: seed)
        let stage = run(history.site, history.eventful(seed: seed))
        var last: [String: JSONValue] = [:]
        for finding in stage.found where ["patrol.closed", "patrol.revised"].contains(finding.topic) {
            last[finding.subject] = finding.data()
        }
        for round in stage.rounds {
            #expect(last[round.round]?["visited"] == .array(round.visited.map { .string($0) }))
            #expect(last[round.round]?["missed"] == .array(round.missed.map { .string($0) }))
            #expect(last[round.round]?["guards"] == .array(round.guards.map { .string($0) }))
            #expect(last[round.round]?["status"]?.text == round.status.rawValue)
        }
        let missed = stage.rounds.filter { $0.status != .missed }.flatMap { round in
            round.missed.map { "patrol.missed:\(round.round)+\($0)" }
        }
        let whole = stage.rounds.filter { $0.status == .missed }.map { "patrol.round_missed:\($0.round)" }
        let standing = stage.module.standingAlerts.filter { $0.code.hasPrefix("patrol.") }.map(\.key)
        #expect(standing == (missed + whole).sorted())
    }

    @Test("figures add up", arguments: 1...8)
    func sums(seed: UInt64) {
        let history = PatrolHistory(seed: seed)
        let rounds = run(history.site, history.eventful(seed: seed)).rounds
        #expect(rounds.contains { !$0.waived.isEmpty } || rounds.contains { !$0.unproven.isEmpty })
        for round in rounds {
            let checkpoints = history.site.routes.first { $0.id == round.route }?.checkpoints.count
            #expect(round.visited.count + round.missed.count == round.required)
            #expect(round.required + round.waived.count + round.unproven.count == checkpoints)
        }
    }

    @Test("the figures are those of the rounds", arguments: 1...8)
    func figures(seed: UInt64) {
        let history = PatrolHistory(seed: seed)
        let stage = run(history.site, history.eventful(seed: seed))
        let rounds = stage.rounds
        let visited = rounds.map(\.visited.count).reduce(0, +)
        let required = rounds.map(\.required).reduce(0, +)
        let judged = rounds.filter { $0.status != .waived && $0.status != .unproven }
        let done = rounds.filter { $0.status == .complete || $0.status == .late }
        #expect(stage.figure("patrol.completion") == "\(visited)/\(required)")
        #expect(stage.figure("patrol.missed") == "\(rounds.map(\.missed.count).reduce(0, +))/\(required)")
        #expect(stage.figure("patrol.punctuality") == "\(visited - rounds.map(\.late.count).reduce(0, +))/\(visited)")
        #expect(stage.figure("patrol.rounds") == "\(done.count)/\(judged.count)")
    }

    @Test("resuming from a snapshot after any event changes nothing", arguments: 1...8)
    func snapshots(seed: UInt64) throws {
        let history = PatrolHistory(seed: seed, scans: 80)
        let facts = history.eventful(seed: seed)
        let whole = run(history.site, facts)
        for cut in stride(from: 0, to: facts.count, by: 7) {
            var stage = PatrolStage(history.site, at: "01 12:00")
            for fact in facts[..<cut] { stage.hear(fact) }
            try stage.restart()
            for fact in facts[cut...] { stage.hear(fact) }
            stage.wait(until: PatrolHistory.end)
            #expect(stage.transcript == whole.transcript, "cut at \(cut)")
        }
    }

    @Test("an event delivered again changes nothing", arguments: 1...8)
    func again(seed: UInt64) {
        let history = PatrolHistory(seed: seed)
        let facts = history.eventful(seed: seed)
        let once = run(history.site, facts)
        let twice = run(history.site, facts.flatMap { [$0, $0] })
        #expect(twice.rounds == once.rounds)
        #expect(twice.alerts == once.alerts)
    }

    @Test("bytes that are no snapshot are refused, whatever they are")
    func damaged() {
        let history = PatrolHistory(seed: 1, scans: 40)
        var packer = Packer()
        run(history.site, history.facts).module.pack(into: &packer)
        var random = SplitMix64(seed: 9)
        for _ in 0..<300 {
            var bytes = packer.bytes
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            var unpacker = Unpacker(bytes)
            guard var module = try? PatrolModule(from: &unpacker) else { continue }
            module.resume(history.site)
            _ = module.rounds(closing: Moment(milliseconds: .min)...Moment(milliseconds: .max))
        }
    }
}
