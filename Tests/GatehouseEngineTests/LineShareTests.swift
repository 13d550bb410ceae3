import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Line share: turns on a line with several devices")
struct LineShareTests {
    @Test("one speaks at a time, in the order of joining")
    func oneAtATime() {
        var share = LineShare<Int>(gap: .zero)
        for member in 1...3 { share.join(member, at: .zero) }
        #expect(share.next(at: .zero) == 1)
        #expect(share.next(at: .zero) == nil)
        #expect(share.maySend(1) && !share.maySend(2))
        share.pass(1, again: .milliseconds(100), at: .milliseconds(10))
        #expect(share.next(at: .milliseconds(10)) == 2)
        share.pass(2, again: .milliseconds(100), at: .milliseconds(20))
        #expect(share.next(at: .milliseconds(20)) == 3)
    }

    @Test("the line stays quiet between two turns")
    func gap() {
        var share = LineShare<Int>(gap: .milliseconds(2))
        share.join(1, at: .zero)
        share.join(2, at: .zero)
        _ = share.next(at: .zero)
        share.pass(1, again: .zero, at: .milliseconds(5))
        #expect(share.next(at: .milliseconds(6)) == nil)
        #expect(share.nextDeadline == .milliseconds(7))
        #expect(share.next(at: .milliseconds(7)) == 2)
    }

    @Test("nobody has a turn before it is wanted, and wanting one soon brings it forward")
    func wanting() {
        var share = LineShare<Int>(gap: .zero)
        share.join(1, at: .zero)
        _ = share.next(at: .zero)
        share.pass(1, again: .seconds(1), at: .zero)
        #expect(share.next(at: .milliseconds(500)) == nil)
        #expect(share.nextDeadline == .seconds(1))
        share.want(1, at: .milliseconds(500))
        #expect(share.next(at: .milliseconds(500)) == 1)
    }

    @Test("a turn that does not end is taken away, and what its owner says late disturbs nobody")
    func overdue() {
        var share = LineShare<Int>(gap: .zero)
        share.join(1, at: .zero)
        share.join(2, at: .zero)
        _ = share.next(at: .zero)
        #expect(share.nextDeadline == LineShare<Int>.turnLimit)
        #expect(share.next(at: LineShare<Int>.turnLimit) == 2)
        #expect(!share.maySend(1))
        share.pass(1, again: .zero, at: LineShare<Int>.turnLimit)
        #expect(share.holder == 2)
        share.leave(2, at: LineShare<Int>.turnLimit)
        #expect(share.next(at: LineShare<Int>.turnLimit) == nil)
        #expect(share.next(at: LineShare<Int>.turnLimit * 2) == 1)
    }

    @Test("a member that leaves in its turn frees the line, and may come back")
    func leaving() {
        var share = LineShare<Int>(gap: .zero)
        share.join(1, at: .zero)
        share.join(2, at: .zero)
        _ = share.next(at: .zero)
        share.leave(1, at: .zero)
        #expect(share.next(at: .zero) == 2)
        share.pass(1, again: .zero, at: .zero)
        share.pass(2, again: .zero, at: .zero)
        share.join(1, at: .zero)
        #expect(share.next(at: .zero) == 2)
        share.leave(2, at: .zero)
        #expect(share.next(at: .zero) == 1)
        share.leave(1, at: .zero)
        #expect(share.isEmpty && share.nextDeadline == nil)
    }

    @Test("on a line with more wishes than time, everybody has the same number of turns", arguments: 1...20)
    func fairness(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 2...16, using: &random)
        var share = LineShare<Int>(gap: .milliseconds(2))
        var turns = [Int](repeating: 0, count: count)
        for member in 0..<count { share.join(member, at: .zero) }
        var uptime = Duration.zero
        for _ in 0..<(count * 100) {
            guard let member = share.next(at: uptime) else {
                uptime = share.nextDeadline ?? uptime
                continue
            }
            turns[member] += 1
            if Int.random(in: 1...5, using: &random) == 1 {
                share.want(Int.random(in: 0...count - 1, using: &random), at: uptime)
            }
            uptime += .milliseconds(Int.random(in: 5...40, using: &random))
            share.pass(member, again: .milliseconds(1), at: uptime)
        }
        let least = turns.min() ?? 0
        #expect(least > 10)
        #expect((turns.max() ?? 0) - least <= 2, "\(turns)")
    }
}
