import GatehouseModel
import Testing

@testable import GatehouseClient

@Suite("Follower")
struct FollowerTests {
    @Test("it begins with a replay of all after what is stored")
    func start() {
        var follower = Follower(after: 41, topics: [])
        #expect(follower.start() == [.replay(from: 42, through: nil)])
    }

    @Test("what comes live during the replay is held, and delivered after it without anything twice")
    func held() {
        var follower = Follower(after: 0, topics: [])
        _ = follower.start()
        #expect(follower.receive(event(2)).isEmpty)
        #expect(follower.receive(event(3)).isEmpty)
        #expect(follower.replayed(event(1)) == [.deliver(event(1))])
        #expect(follower.replayed(event(2)) == [.deliver(event(2))])
        #expect(follower.replayEnded(last: 2) == [.deliver(event(3))])
        #expect(follower.receive(event(4)) == [.deliver(event(4))])
    }

    @Test("a gap is replayed, and the event that showed it comes after")
    func gap() {
        var follower = live(at: 5)
        #expect(follower.receive(event(9)) == [.replay(from: 6, through: 8)])
        for sequence in 6...8 as ClosedRange<Int64> { _ = follower.replayed(event(sequence)) }
        #expect(follower.replayEnded(last: 8) == [.deliver(event(9))])
    }

    @Test("a heartbeat shows what was missed at the end")
    func tail() {
        var follower = live(at: 5)
        #expect(follower.heartbeat(head: 5).isEmpty)
        #expect(follower.heartbeat(head: 7) == [.replay(from: 6, through: 7)])
        #expect(follower.heartbeat(head: 8).isEmpty)
    }

    @Test("a replay that is lost begins again after what has come")
    func lost() {
        var follower = Follower(after: 0, topics: [])
        _ = follower.start()
        _ = follower.replayed(event(1))
        #expect(follower.replayLost() == [.replay(from: 2, through: nil)])
        #expect(live(at: 3).lostReplay.isEmpty)
    }

    @Test("a head that goes back does not make it ask for ever")
    func headGoesBack() {
        var follower = live(at: 5)
        #expect(follower.receive(event(9)) == [.replay(from: 6, through: 8)])
        #expect(follower.replayEnded(last: 5).isEmpty)
        #expect(follower.heartbeat(head: 5).isEmpty)
    }

    @Test("a finite one ends with its replay")
    func finite() {
        var follower = Follower(after: 0, topics: [], isFinite: true, through: 3)
        #expect(follower.start() == [.replay(from: 1, through: 3)])
        #expect(follower.replayEnded(last: 3) == [.finish])
    }

    @Test("what a shared prefix lets in beside the topics is left out")
    func filtered() {
        var follower = Follower(after: 0, topics: ["hazard.", "hire."])
        _ = follower.start()
        #expect(follower.replayed(event(1, "history.x")).isEmpty)
        #expect(follower.replayed(event(2, "hazard.opened")) == [.deliver(event(2, "hazard.opened"))])
        #expect(follower.replayEnded(last: 4).isEmpty)
        #expect(follower.receive(event(9, "history.x")).isEmpty)
        #expect(follower.receive(event(10, "hire.made")) == [.deliver(event(10, "hire.made"))])
    }

    @Test(
        "a replay is asked for with the prefix that all topics share",
        arguments: [
            ([], ""), (["punch."], "punch."), (["hazard.opened", "hazard.overdue"], "hazard.o"), (["a.b", "c"], ""),
        ])
    func prefix(topics: [String], prefix: String) {
        #expect(Follower(after: 0, topics: topics).prefix == prefix)
    }

    @Test("what is held during a replay is bounded, and what is let go is asked for afterwards")
    func bounded() {
        var follower = Follower(after: 0, topics: [])
        _ = follower.start()
        let count = Int64(Follower.heldLimit)
        for sequence in 1...count + 10 { _ = follower.receive(event(sequence)) }
        #expect(follower.replayEnded(last: 0).count == Int(count))
        #expect(follower.receive(event(count + 11)) == [.replay(from: count + 1, through: count + 10)])
    }

    private func live(at sequence: Int64) -> Follower {
        var follower = Follower(after: sequence, topics: [])
        _ = follower.start()
        _ = follower.replayEnded(last: sequence)
        return follower
    }

    private func event(_ sequence: Int64, _ topic: Topic = "punch.recorded") -> Recorded {
        Recorded(sequence: sequence, previous: 0, recorded: Moment(milliseconds: 0), topic: topic, body: [])
    }
}

extension Follower {
    /// What a lost replay leads to.
    fileprivate var lostReplay: [Effect] {
        var copy = self
        return copy.replayLost()
    }
}
