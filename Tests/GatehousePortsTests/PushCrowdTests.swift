import Testing

@testable import GatehousePorts

@Suite("Push crowd")
struct PushCrowdTests {
    @Test("the connection that has been idle longest makes room")
    func longestIdle() {
        var crowd = PushCrowd(limit: 3)
        let ids = (0..<3).compactMap { _ in crowd.admitted() }
        crowd.occupy(ids[0], with: .answering)
        crowd.occupy(ids[1], with: .receiving)
        crowd.occupy(ids[1], with: .idle)
        // The first is waiting for its answer, the second has been idle since a moment ago only.
        #expect(crowd.victim() == ids[2])
        #expect(crowd.victim() == ids[1])
        #expect(crowd.count == 3)
    }

    @Test("when none is idle the one goes whose request has been coming longest")
    func slowest() {
        var crowd = PushCrowd(limit: 2)
        let ids = (0..<2).compactMap { _ in crowd.admitted() }
        for id in ids.reversed() { crowd.occupy(id, with: .receiving) }
        #expect(crowd.victim() == ids[1])
    }

    @Test("nobody is sent away who waits for an answer; the newcomer is")
    func full() {
        var crowd = PushCrowd(limit: 2)
        for id in (0..<2).compactMap({ _ in crowd.admitted() }) { crowd.occupy(id, with: .answering) }
        #expect(crowd.admit() == .full)
        #expect(crowd.count == 2)
    }

    @Test("who has left leaves a place, and cannot be busy any more")
    func left() throws {
        var crowd = PushCrowd(limit: 1)
        let admitted = crowd.admitted()
        let id = try #require(admitted)
        crowd.left(id)
        crowd.occupy(id, with: .answering)
        #expect(crowd.count == 0)
        #expect(crowd.admit() != .full)
    }
}

@Suite("Push limits")
struct PushLimitsTests {
    let limits = PushLimits()

    @Test("a request may be silent for 30 seconds, and never longer")
    func patience() {
        #expect(limits.remaining(received: 0, elapsed: .zero) == .seconds(30))
        #expect(limits.remaining(received: 8_000_000, elapsed: .seconds(60)) == .seconds(30))
    }

    @Test("one that drips is given up although it is never silent")
    func drips() {
        #expect(limits.remaining(received: 29, elapsed: .seconds(29)) < .seconds(2))
        #expect(limits.remaining(received: 40, elapsed: .seconds(40)) <= .zero)
    }

    @Test("the longest body may take half an hour, at 4 KiB a second, and no longer")
    func longest() {
        #expect(limits.remaining(received: limits.body / 2, elapsed: .seconds(1000)) > .zero)
        #expect(limits.remaining(received: limits.body, elapsed: .seconds(2200)) <= .zero)
    }
}

extension PushCrowd {
    fileprivate mutating func admitted() -> ID? {
        if case .admitted(let id) = admit() { id } else { nil }
    }

    /// Whose place the next newcomer takes.
    fileprivate mutating func victim() -> ID? {
        if case .instead(_, let other) = admit() { other } else { nil }
    }
}
