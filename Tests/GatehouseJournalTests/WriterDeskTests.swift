import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("The writer's desk")
struct WriterDeskTests {
    let limits = WriterLimits()
    private let desk = SharedDesk()

    @Test("a sleeping thread is woken by the first request only")
    func waking() {
        #expect(isSleep(desk.next(within: limits)))
        #expect(desk.receive(request(1), within: nil) == .taken(threadSleeps: true))
        #expect(desk.receive(request(2), within: nil) == .taken(threadSleeps: false))
        #expect(sizes(desk.next(within: limits)) == [1, 2])
        #expect(desk.receive(request(3), within: nil) == .taken(threadSleeps: false))
    }

    @Test("a stopping desk takes nothing, writes what waits, and only then ends")
    func stopping() {
        #expect(desk.receive(request(1), within: nil) == .taken(threadSleeps: false))
        desk.isStopping = true
        #expect(desk.receive(request(2), within: nil) == .refused(.stopped))
        #expect(sizes(desk.next(within: limits)) == [1])
        guard case .end = desk.next(within: limits) else {
            Issue.record("the thread would sleep for ever")
            return
        }
        #expect(desk.end().isEmpty)
        #expect(desk.hasEnded)
    }

    @Test("while events are held for a full disk, those who will not wait are refused and the others join")
    func holding() {
        _ = desk.receive(request(1, .fail), within: nil)
        _ = desk.receive(request(2, .wait), within: nil)
        #expect(desk.change(to: .waiting(.full)))
        #expect(desk.takeRefused(becauseOf: .full, isHolding: true).map(\.events.count) == [1])
        #expect(desk.receive(request(3, .fail), within: nil) == .refused(.full))
        #expect(desk.receive(request(4, .wait), within: nil) == .taken(threadSleeps: false))
        #expect(desk.change(to: .recording))
        #expect(desk.receive(request(5, .fail), within: nil) == .taken(threadSleeps: false))
        #expect(sizes(desk.next(within: limits)) == [2, 4, 5])
    }

    @Test("with nothing held, a client on a full disk is tried, not refused")
    func tried() {
        #expect(desk.takeRefused(becauseOf: .full, isHolding: false).isEmpty)
        #expect(desk.receive(request(1, .fail), within: nil) == .taken(threadSleeps: false))
    }

    @Test("a lost file refuses all that waits and all that comes")
    func lost() {
        let damage = JournalError.damaged(atSequence: 7, reason: "changed")
        for whenFull in [WhenFull.wait, .fail] { _ = desk.receive(request(1, whenFull), within: nil) }
        #expect(desk.change(to: .refusing(damage)))
        #expect(desk.takeRefused(becauseOf: damage, isHolding: false).count == 2)
        #expect(desk.receive(request(1), within: nil) == .refused(damage))
    }

    @Test("a condition is news once")
    func news() {
        #expect(!desk.change(to: .recording))
        #expect(desk.change(to: .waiting(.full)))
        #expect(!desk.change(to: .waiting(.full)))
        #expect(desk.change(to: .waiting(.busy(retryAfter: .seconds(1)))))
        #expect(desk.change(to: .recording))
    }

    private func request(_ size: Int, _ whenFull: WhenFull = .wait) -> WriteRequest {
        WriteRequest(events: Event.punches(0..<size), whenFull: whenFull) { _ in }
    }

    private func isSleep(_ task: WriterDesk.Task) -> Bool {
        if case .sleep = task { true } else { false }
    }

    private func sizes(_ task: WriterDesk.Task) -> [Int]? {
        if case .write(let requests) = task { requests.map(\.events.count) } else { nil }
    }
}

/// The desk by reference, so that an expectation may call what changes it.
private final class SharedDesk {
    private var desk = WriterDesk()

    var isStopping: Bool {
        get { desk.isStopping }
        set { desk.isStopping = newValue }
    }
    var hasEnded: Bool { desk.hasEnded }

    func receive(_ request: WriteRequest, within limits: WriterLimits?) -> WriterDesk.Reception {
        desk.receive(request, within: limits)
    }

    func next(within limits: WriterLimits) -> WriterDesk.Task {
        desk.next(within: limits)
    }

    func change(to condition: JournalWriter.Condition) -> Bool {
        desk.change(to: condition)
    }

    func takeRefused(becauseOf error: JournalError, isHolding: Bool) -> [WriteRequest] {
        desk.takeRefused(becauseOf: error, isHolding: isHolding)
    }

    func end() -> [@Sendable () -> Void] {
        desk.end()
    }
}
