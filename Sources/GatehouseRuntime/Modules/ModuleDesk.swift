import GatehouseJournal
import GatehouseModel
import GatehouseModuleKit
import Logging
import Synchronization

/// The modules in the gateway's own process: they follow the journal, and what they find is appended to it.
///
/// They are a page behind the devices at most and never in their way: the journal is read, not listened to.
actor ModuleDesk {
    /// After so many events a start without a newer snapshot would take long.
    private static let eventsBetweenSnapshots: Int64 = 50_000
    private static let page = JournalPage.Limits(events: 2000, bytes: 4 << 20)
    /// A journal that cannot be read or written just now is tried again.
    private static let pause: Duration = .seconds(1)

    private let reader: JournalReader
    private let writer: JournalWriter
    private let snapshot: ModuleSnapshot
    private let bell: Bell
    private let timekeeper: Timekeeper
    private let logger: Logger
    private(set) var fold: ModuleFold
    private var kept: Int64 = 0
    /// Something that was found could not be stored: only a fold from the last snapshot finds it again.
    private var hasLost = false
    private var isDone = false
    private var waiters: [(sequence: Int64, continuation: CheckedContinuation<Void, Never>)] = []

    init(
        reader: JournalReader, writer: JournalWriter, snapshot: ModuleSnapshot, bell: Bell, timekeeper: Timekeeper,
        logger: Logger
    ) {
        self.reader = reader
        self.writer = writer
        self.snapshot = snapshot
        self.bell = bell
        self.timekeeper = timekeeper
        self.logger = logger
        fold = ModuleFold(snapshot.names)
    }

    /// Follows the journal until the task is cancelled.
    func run() async {
        await resume()
        var again = 0
        while !Task.isCancelled {
            let before = fold.sequence
            guard await catchUp() else {
                await timekeeper.sleep(until: timekeeper.now.uptime + Self.pause)
                continue
            }
            await keepNowAndThen()
            again = fold.sequence == before ? again : 0
            if let reminder = fold.reminder(at: timekeeper.wall, again: again) {
                // A clock that was set back may have used the reminder's name already.
                again += 1
                await append([reminder])
            } else {
                await bell.wait(until: fold.nextDeadline, timekeeper)
            }
        }
        await keep()
        isDone = true
        answerWaiters()
    }

    /// Why one of these events must not be appended: a step that a hazard's state does not allow. Judged on everything
    /// in the journal up to `head`.
    func refusal(of events: [Event], after head: Int64) async -> (place: Int, reason: String)? {
        guard events.contains(where: { $0.topic.rawValue.hasPrefix("hazard.") }) else { return nil }
        await reach(head)
        return fold.refusal(of: events, at: timekeeper.wall)
    }

    /// Returns when the modules have heard everything up to a sequence.
    func reach(_ sequence: Int64) async {
        guard fold.sequence < sequence, !isDone else { return }
        bell.ring()
        await withCheckedContinuation { waiters.append((sequence, $0)) }
    }

    private func resume() async {
        let found = await Blocking.run { [snapshot, reader] in
            snapshot.read { try? reader.page(from: $0, through: $0, limits: Self.page).events.first?.body }
        }
        guard let found else { return }
        fold = found
        kept = found.sequence
    }

    /// Hears what is in the journal; false where it cannot be read or written.
    private func catchUp() async -> Bool {
        while !Task.isCancelled {
            let next = fold.sequence + 1
            let page = await Blocking.run { [reader] in try? reader.page(from: next, limits: Self.page) }
            guard let page else { return false }
            var found: [Event] = []
            for recorded in page.events { found += fold.take(recorded) }
            guard await append(found) else { return false }
            answerWaiters()
            if page.events.isEmpty { return true }
            await Task.yield()
        }
        return true
    }

    @discardableResult
    private func append(_ events: [Event]) async -> Bool {
        var rest = events[...]
        while !rest.isEmpty {
            do throws(JournalError) {
                _ = try await writer.append(Array(rest.prefix(500)), whenFull: .wait)
                rest = rest.dropFirst(500)
            } catch {
                logger.error("what the modules found is not stored: \(error)")
                hasLost = true
                return false
            }
        }
        return true
    }

    private func answerWaiters() {
        let done = waiters.filter { $0.sequence <= fold.sequence || isDone }
        waiters.removeAll { $0.sequence <= fold.sequence || isDone }
        for waiter in done { waiter.continuation.resume() }
    }

    private func keepNowAndThen() async {
        guard fold.sequence - kept >= Self.eventsBetweenSnapshots else { return }
        await keep()
    }

    private func keep() async {
        let fold = fold
        guard fold.sequence > kept, !hasLost else { return }
        let problem = await Blocking.run { [snapshot, reader] () -> String? in
            do {
                let last = try reader.page(from: fold.sequence, through: fold.sequence, limits: Self.page).events.first
                guard let body = last?.body else { return nil }
                try snapshot.write(fold, body: body)
                return nil
            } catch {
                return "\(error)"
            }
        }
        if let problem { logger.warning("no snapshot of the modules: \(problem); the next start takes longer") }
        kept = fold.sequence
    }
}

/// Rung when something is new in the journal.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes who waits, or the next to wait.
    func ring() {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.sleeper = nil }
            if state.sleeper == nil { state.isRung = true }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns at the next ring, when that moment of the wall clock has come, or when the task is cancelled. One
    /// waits at a time.
    func wait(until moment: Moment?, _ timekeeper: Timekeeper) async {
        let alarm = moment.map { moment in
            Task {
                await timekeeper.sleep(untilWall: moment)
                if !Task.isCancelled { ring() }
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state -> Bool in
                    guard !state.isRung, !Task.isCancelled else {
                        state.isRung = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        alarm?.cancel()
    }
}
