import Foundation
public import GatehouseModel
import Synchronization

/// The one thread that writes to the journal. Whatever waits when the disk is free becomes one transaction, so
/// throughput rises with load while a single event is still committed at once.
///
/// Stop it when done: until then its thread keeps it alive.
public final class JournalWriter: Sendable {
    /// What the writer can do just now, reported when it changes.
    public enum Condition: Hashable, Sendable {
        /// Events go to disk.
        case recording
        /// The disk takes nothing; what waits is kept and tried again.
        case waiting(JournalError)
        /// The file must not be written to any more; everything is refused.
        case refusing(JournalError)
    }

    /// What happens outside the journal when the writer has done something; all of it runs on the writer's thread.
    public struct Surroundings: Sendable {
        /// The time that a transaction's events are stamped with.
        public var now: @Sendable () -> Timestamp
        /// Gets each transaction's new events in order, when they are on disk and before whoever waits for them
        /// goes on.
        public var committed: @Sendable ([Recorded]) -> Void
        /// Hears of each change of condition.
        public var changed: @Sendable (Condition) -> Void
        /// Passes the time between two tries on a disk that takes nothing. Nil for one second, cut short by `stop()`.
        public var pause: (@Sendable () -> Void)?

        /// Ties the writer to the clock, the bus and the log of whoever runs it.
        public init(
            now: @escaping @Sendable () -> Timestamp, committed: @escaping @Sendable ([Recorded]) -> Void,
            changed: @escaping @Sendable (Condition) -> Void = { _ in }, pause: (@Sendable () -> Void)? = nil
        ) {
            self.now = now
            self.committed = committed
            self.changed = changed
            self.pause = pause
        }
    }

    private let journal: Journal
    private let limits: WriterLimits
    private let surroundings: Surroundings
    private let desk = Mutex(WriterDesk())
    private let wake = DispatchSemaphore(value: 0)
    private let stopping = DispatchSemaphore(value: 0)

    /// Starts the thread.
    public init(journal: Journal, limits: WriterLimits = WriterLimits(), surroundings: Surroundings) {
        self.journal = journal
        self.limits = limits
        self.surroundings = surroundings
        let thread = Thread { self.run() }
        thread.name = "journal"
        thread.start()
    }

    /// Stores the events, all or none, and returns when they are on disk.
    ///
    /// The caller is suspended meanwhile, in line with all others, however long that takes; cancelling it does not
    /// take the events back. What waits is therefore bounded by how many callers there are and what each holds.
    public func append(_ events: [Event], whenFull: WhenFull) async throws(JournalError) -> [Placement] {
        guard !events.isEmpty else { return [] }
        let result = await withCheckedContinuation { continuation in
            submit(WriteRequest(events: events, whenFull: whenFull) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Hands in events without waiting, for a thread that must not. False, and nothing happens, when too much waits
    /// already.
    ///
    /// `answer` is called once, on the writer's thread or, for a refusal, at once on this one.
    public func offer(
        _ events: [Event], whenFull: WhenFull, answer: @escaping @Sendable (Result<[Placement], JournalError>) -> Void
    ) -> Bool {
        submit(WriteRequest(events: events, whenFull: whenFull, answer: answer), within: limits)
    }

    /// Writes what waits, refuses what comes, and returns when the thread has ended. On a full disk what waits is
    /// refused.
    public func stop() async {
        await withCheckedContinuation { continuation in
            let hasEnded = desk.withLock { desk in
                desk.isStopping = true
                if !desk.hasEnded { desk.onEnd.append { continuation.resume() } }
                return desk.hasEnded
            }
            if hasEnded { continuation.resume() }
            wake.signal()
            stopping.signal()
        }
    }

    /// False when the limits, if any, leave no room.
    @discardableResult
    private func submit(_ request: WriteRequest, within limits: WriterLimits? = nil) -> Bool {
        switch desk.withLock({ $0.receive(request, within: limits) }) {
        case .taken(let sleeps):
            if sleeps { wake.signal() }
        case .refused(let error):
            request.answer(.failure(error))
        case .noRoom:
            return false
        }
        return true
    }

    private func run() {
        while let requests = nextTransaction() {
            write(requests)
        }
        let onEnd = desk.withLock { $0.end() }
        for resume in onEnd { resume() }
    }

    private func nextTransaction() -> [WriteRequest]? {
        while true {
            switch desk.withLock({ $0.next(within: limits) }) {
            case .write(let requests): return requests
            case .sleep: wake.wait()
            case .end: return nil
            }
        }
    }

    /// Gets the requests on disk or refused; returns only then.
    private func write(_ requests: [WriteRequest]) {
        var requests = requests
        while !requests.isEmpty {
            do throws(JournalError) {
                let events = requests.count == 1 ? requests[0].events : requests.flatMap(\.events)
                let appended = try journal.append(events, recorded: surroundings.now())
                report(.recording)
                if !appended.recorded.isEmpty { surroundings.committed(appended.recorded) }
                Self.answer(requests, with: appended.placements)
                return
            } catch {
                requests = refuse(requests, because: error)
                if !requests.isEmpty { pause() }
            }
        }
    }

    /// Answers those who will not wait; the rest is to be tried again.
    private func refuse(_ requests: [WriteRequest], because error: JournalError) -> [WriteRequest] {
        let patient = desk.withLock { $0.isStopping || !error.passes } ? [] : requests.filter { $0.whenFull == .wait }
        report(error.passes ? .waiting(error) : .refusing(error))
        let refused = desk.withLock { $0.takeRefused(becauseOf: error, isHolding: !patient.isEmpty) }
        let impatient = patient.isEmpty ? requests : requests.filter { $0.whenFull == .fail }
        for request in impatient + refused { request.answer(.failure(error)) }
        return patient
    }

    private func report(_ condition: Condition) {
        if desk.withLock({ $0.change(to: condition) }) { surroundings.changed(condition) }
    }

    private func pause() {
        guard let pause = surroundings.pause else {
            if stopping.wait(timeout: .now() + 1) == .success { stopping.signal() }
            return
        }
        pause()
    }

    private static func answer(_ requests: [WriteRequest], with placements: [Placement]) {
        var start = 0
        for request in requests {
            let end = start + request.events.count
            request.answer(.success(Array(placements[start..<end])))
            start = end
        }
        precondition(start == placements.count, "each event has one place")
    }
}
