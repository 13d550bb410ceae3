import GRDB
import GatehouseModel
import Synchronization
import Testing

@testable import GatehouseJournal

@Suite("The journal's writer", .timeLimit(.minutes(1)))
struct WriterTests {
    let folder: TemporaryFolder
    let journal: Journal
    let published = Shared<[Int64]>([])
    let conditions = Shared<[JournalWriter.Condition]>([])

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open()
    }

    @Test("events are on disk and published when append returns")
    func order() async throws {
        let writer = writer()
        let placements = try await writer.append(Event.punches(1...3), whenFull: .wait)
        #expect(placements.map(\.sequence) == [1, 2, 3])
        #expect(published.value == [1, 2, 3])
        #expect(try journal.reader.head().sequence == 3)
        await writer.stop()
    }

    @Test("known events are answered and not published again")
    func duplicates() async throws {
        let writer = writer()
        _ = try await writer.append([.punch(1)], whenFull: .wait)
        let again = try await writer.append([.punch(1)], whenFull: .wait)
        #expect(again == [Placement(sequence: 1, isDuplicate: true)])
        #expect(published.value == [1])
        await writer.stop()
    }

    @Test("many callers at once: each gets its own places, and everything is published in order")
    func manyCallers() async throws {
        let writer = writer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<100 {
                group.addTask {
                    let events = (0..<20).map { Event.punch($0, device: "clock-\(caller)") }
                    let placements = try await writer.append(events, whenFull: .wait)
                    let page = try journal.reader.page(from: placements[0].sequence, through: placements[19].sequence)
                    #expect(
                        page.events.map(\.body)
                            == zip(events, placements).map { $0.encoded(sequence: $1.sequence, recorded: .noon) })
                }
            }
            try await group.waitForAll()
        }
        #expect(published.value == Array(1...2000))
        await writer.stop()
        #expect(try journal.reader.verify() == .intact(events: 2000, head: journal.head))
    }

    @Test(
        "a full disk keeps those who wait, refuses those who do not, and room again lets it go on without loss or gap")
    func fullDisk() async throws {
        let refusals = Shared<[JournalError?]>([])
        let holder = Shared<JournalWriter?>(nil)
        let writer = writer {
            // The writer holds a device's events here: a client must be refused at once.
            let taken = holder.value?.offer([.punch(900_000)], whenFull: .fail) { result in
                if case .failure(let error) = result { refusals.change { $0.append(error) } }
            }
            if taken != true { refusals.change { $0.append(nil) } }
            if refusals.value.count == 3 { try? journal.limitPages(to: 1_000_000) }
        }
        holder.change { $0 = writer }
        try journal.limitPages(to: journal.pageCount() + 20)
        var stored = 0
        for batch in 0..<40 {
            stored += try await writer.append(Event.punches(batch * 100..<batch * 100 + 100), whenFull: .wait).count
        }
        #expect(stored == 4000)
        #expect(refusals.value == [.full, .full, .full])
        #expect(conditions.value == [.waiting(.full), .recording])
        #expect(published.value == Array(1...4000))
        await writer.stop()
        holder.change { $0 = nil }
        #expect(try journal.reader.verify() == .intact(events: 4000, head: journal.head))
    }

    @Test("a client alone on a full disk is refused, and served as soon as there is room")
    func clientOnFullDisk() async throws {
        let writer = writer()
        try journal.limitPages(to: journal.pageCount())
        let large = Event.punches(1...200, padding: 500)
        await #expect(throws: JournalError.full) { try await writer.append(large, whenFull: .fail) }
        #expect(published.value.isEmpty)
        try journal.limitPages(to: 1_000_000)
        #expect(try await writer.append(large, whenFull: .fail).count == 200)
        await writer.stop()
    }

    @Test("more than the limits allow is not taken from a thread that will not wait, and is after the line has moved")
    func bounded() async throws {
        var limits = WriterLimits()
        limits.waitingEvents = 2
        let (room, holder) = (Shared<[Bool]>([]), Shared<JournalWriter?>(nil))
        let (waits, signal) = AsyncStream.makeStream(of: Void.self)
        let writer = writer(limits: limits) {
            // The transaction is with the writer: these are the first in line behind it.
            guard room.value.isEmpty else { return }
            let taken = (1...3).map {
                holder.value?.offer([.punch($0)], whenFull: .wait) { _ in signal.yield() } == true
            }
            room.change { $0 = taken }
            try? journal.limitPages(to: 1_000_000)
        }
        holder.change { $0 = writer }
        try journal.limitPages(to: journal.pageCount())
        #expect(try await writer.append(Event.punches(1000...1200, padding: 500), whenFull: .wait).count == 201)
        for await _ in waits.prefix(2) {}
        #expect(room.value == [true, true, false])
        #expect(writer.offer([.punch(3)], whenFull: .wait) { _ in })
        await writer.stop()
        holder.change { $0 = nil }
        #expect(journal.head.sequence == 204)
    }

    @Test("stopping writes what waits and refuses what comes")
    func stop() async throws {
        let writer = writer()
        let answers = Shared<[Int64]>([])
        for number in 1...50 {
            let taken = writer.offer([.punch(number)], whenFull: .wait) { result in
                if case .success(let placements) = result { answers.change { $0 += placements.map(\.sequence) } }
            }
            #expect(taken)
        }
        await writer.stop()
        #expect(answers.value == Array(1...50))
        await #expect(throws: JournalError.stopped) { try await writer.append([.punch(51)], whenFull: .wait) }
        await writer.stop()
    }

    @Test("stopping on a full disk refuses what waits, so that no device is acknowledged")
    func stopWhenFull() async throws {
        let (waits, signal) = AsyncStream.makeStream(of: Void.self)
        let writer = writer { signal.yield() }
        try journal.limitPages(to: journal.pageCount())
        let waiting = Task { try await writer.append(Event.punches(1...200, padding: 500), whenFull: .wait) }
        for await _ in waits.prefix(1) {}
        await writer.stop()
        await #expect(throws: JournalError.full) { _ = try await waiting.value }
        #expect(journal.head == .origin)
    }

    @Test("a damaged file is reported and everything is refused from then on")
    func damaged() async throws {
        let writer = writer()
        _ = try await writer.append([.punch(1)], whenFull: .wait)
        try folder.tamper(
            "DROP TABLE identities; CREATE TABLE identities (source, id UNIQUE, sequence CHECK (sequence < 0))")
        await #expect(throws: JournalError.self) { try await writer.append([.punch(2)], whenFull: .wait) }
        await #expect(throws: JournalError.self) { try await writer.append([.punch(3)], whenFull: .fail) }
        #expect(conditions.value.count == 1)
        await writer.stop()
    }

    private func writer(limits: WriterLimits = .init(), pause: (@Sendable () -> Void)? = nil) -> JournalWriter {
        let (published, conditions) = (published, conditions)
        return JournalWriter(
            journal: journal, limits: limits,
            surroundings: .init(
                now: { .noon },
                committed: { recorded in published.change { $0 += recorded.map(\.sequence) } },
                changed: { condition in conditions.change { $0.append(condition) } }, pause: pause))
    }
}

@Suite("The writer's queue")
struct WriterQueueTests {
    @Test("a transaction takes whole requests up to its limits, first come first")
    func transactions() {
        var limits = WriterLimits()
        limits.transactionEvents = 5
        var queue = WriterQueue()
        for size in [2, 2, 2, 9, 1] { queue.add(request(size)) }
        #expect(queue.takeTransaction(within: limits).map(\.events.count) == [2, 2])
        #expect(queue.takeTransaction(within: limits).map(\.events.count) == [2])
        #expect(queue.takeTransaction(within: limits).map(\.events.count) == [9])
        #expect(queue.takeTransaction(within: limits).map(\.events.count) == [1])
        #expect(queue.isEmpty)
        #expect(queue.takeTransaction(within: limits).isEmpty)
    }

    @Test("a transaction stops at its bytes")
    func bytes() {
        var limits = WriterLimits()
        limits.transactionBytes = 1500
        var queue = WriterQueue()
        for _ in 0..<3 { queue.add(request(1)) }
        #expect(queue.takeTransaction(within: limits).count == 2)
    }

    @Test("a full queue has no room, an empty one always")
    func room() {
        var limits = WriterLimits()
        limits.waitingEvents = 10
        var queue = WriterQueue()
        #expect(queue.hasRoom(for: request(11), within: limits))
        queue.add(request(8))
        #expect(queue.hasRoom(for: request(2), within: limits))
        #expect(!queue.hasRoom(for: request(3), within: limits))
        limits.waitingBytes = 10
        #expect(!queue.hasRoom(for: request(1), within: limits))
    }

    @Test("the impatient leave, the others keep their order")
    func impatient() {
        var queue = WriterQueue()
        for (size, whenFull) in [(1, WhenFull.wait), (2, .fail), (3, .wait), (4, .fail)] {
            queue.add(request(size, whenFull))
        }
        #expect(queue.takeImpatient().map(\.events.count) == [2, 4])
        #expect(queue.takeAll().map(\.events.count) == [1, 3])
        #expect(queue.isEmpty)
    }

    private func request(_ size: Int, _ whenFull: WhenFull = .wait) -> WriteRequest {
        WriteRequest(events: Event.punches(0..<size), whenFull: whenFull) { _ in }
    }
}

/// A value that several threads change.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) {
        mutex = Mutex(value)
    }

    var value: Value { mutex.withLock { $0 } }

    func change(_ body: @Sendable (inout Value) -> Void) {
        mutex.withLock { body(&$0) }
    }
}
