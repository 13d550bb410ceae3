import GRDB
import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Retention")
struct RetentionTests {
    let folder: TemporaryFolder
    let journal: Journal

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open()
    }

    @Test("events past their age go, the chain stays whole and so does the sequence")
    func age() throws {
        try journal.append(Event.punches(1...10), at: .noon)
        try journal.append(Event.punches(11...15), at: .noon + .seconds(3600))
        let outcome = try journal.retain(Retention(age: .seconds(1800)), now: .noon + .seconds(3600))
        #expect(outcome == Retention.Outcome(removed: 10, heldBackBy: nil))
        #expect(try journal.reader.extent() == (11, 5))
        let appended = try journal.append([.punch(16)])
        #expect(appended.placements.first?.sequence == 16)
        #expect(try journal.reader.verify() == .intact(events: 6, head: journal.head))
    }

    @Test("a device's old log read again does not bring back what was removed")
    func identitiesStay() throws {
        try journal.append(Event.punches(1...10))
        _ = try journal.retain(Retention(age: .seconds(1)), now: .noon + .seconds(60))
        let again = try journal.append(Event.punches(1...10))
        #expect(again.recorded.isEmpty)
        #expect(again.placements.map(\.sequence) == Array(1...10))
    }

    @Test("ids that the gateway made up go with their event")
    func madeUpIdentifiers() throws {
        var event = Event.punch(1)
        event.id = "0193e4d2-7c00-7abc-8def-0123456789ab"
        try journal.append([event, .punch(2)])
        _ = try journal.retain(Retention(age: .seconds(1)), now: .noon + .seconds(60))
        let left = try journal.pool.read { try String.fetchAll($0, sql: "SELECT id FROM identities") }
        #expect(left == ["record-2"])
    }

    @Test("everything may go; a reopened journal still counts on and chains")
    func everything() throws {
        try journal.append(Event.punches(1...5))
        _ = try journal.retain(Retention(age: .seconds(1)), now: .noon + .seconds(60))
        #expect(try journal.reader.verify() == .intact(events: 0, head: journal.head))
        let appended = try journal.append([.punch(6)])
        #expect(appended.recorded.map(\.previous) == [5])
        #expect(try journal.reader.verify() == .intact(events: 1, head: journal.head))
    }

    @Test("nothing that a consumer has not confirmed is removed, and the consumer is named")
    func consumers() throws {
        try journal.append(Event.punches(1...10))
        try journal.confirm("payroll", through: 4, now: .noon)
        try journal.confirm("wall", through: 8, now: .noon)
        let old = Retention(age: .seconds(1))
        #expect(try journal.retain(old, now: .noon + .seconds(60)) == .init(removed: 4, heldBackBy: "payroll"))
        #expect(try journal.retain(old, now: .noon + .seconds(60)) == .init(removed: 0, heldBackBy: "payroll"))
        try journal.forget(consumer: "payroll")
        #expect(try journal.retain(old, now: .noon + .seconds(60)) == .init(removed: 4, heldBackBy: "wall"))
    }

    @Test("the file shrinks to its size limit, oldest events first")
    func size() throws {
        try journal.append(Event.punches(1...8000, padding: 400))
        let limit: Int64 = 2 << 20
        let outcome = try journal.retain(Retention(bytes: limit), now: .noon)
        let space = try journal.pool.read { try FileSpace(in: $0) }
        #expect(space.file <= limit)
        #expect(outcome.removed > 1000 && outcome.removed < 8000)
        #expect(try journal.reader.extent().first == outcome.removed + 1)
        #expect(try journal.reader.verify() == .intact(events: 8000 - outcome.removed, head: journal.head))
        #expect(try journal.retain(Retention(bytes: limit), now: .noon).removed == 0)
    }

    @Test("a journal within its limits is left alone")
    func nothingToDo() throws {
        try journal.append(Event.punches(1...10))
        let keep = Retention(age: .seconds(86_400), bytes: 1 << 30)
        #expect(try journal.retain(keep, now: .noon + .seconds(60)) == .init())
    }

    @Test("a row put before the anchor is found")
    func insertedBefore() throws {
        try journal.append(Event.punches(1...5), at: .noon)
        try journal.append(Event.punches(6...9), at: .noon + .seconds(100))
        _ = try journal.retain(Retention(age: .seconds(50)), now: .noon + .seconds(100))
        try folder.tamper(
            "INSERT INTO events SELECT 5, recorded, previous, topic, source, hash, body FROM events WHERE sequence = 6")
        guard case .broken(5, _) = try journal.reader.verify() else {
            Issue.record("a row before the anchor went unseen")
            return
        }
    }

    @Test("consumers only go forward, and not past the head")
    func confirming() throws {
        try journal.append(Event.punches(1...5))
        try journal.confirm("wall", through: 3, now: .noon)
        try journal.confirm("wall", through: 2, now: .noon + .seconds(1))
        try journal.confirm("payroll", through: 99, now: .noon)
        #expect(
            try journal.reader.consumers() == [
                Consumer(name: "wall", confirmed: 3, updated: .noon + .seconds(1)),
                Consumer(name: "payroll", confirmed: 5, updated: .noon),
            ])
        #expect(try journal.forget(consumer: "nobody") == false)
    }
}

@Suite("Disk forecast")
struct DiskForecastTests {
    @Test(
        "hours left are the free bytes at the rate of the last day",
        arguments: [
            (Int64(24_000), Int64(240), Int64(86_400), Int64?(2400)),
            (1000, 0, 86_400, nil),
            (1000, 3600, 3600, 0),
            (7200, 60, 1, 2),
            (0, 240, 86_400, 0),
            (.max, .max, 86_400, 24),
        ])
    func hours(free: Int64, written: Int64, seconds: Int64, hours: Int64?) {
        #expect(DiskForecast(freeBytes: free, bytesWritten: written, in: .seconds(seconds)).hoursLeft == hours)
    }

    @Test("the journal counts what was stored in the last day only")
    func fromJournal() throws {
        let folder = try TemporaryFolder()
        let journal = try folder.open()
        #expect(try journal.forecast(now: .noon).hoursLeft == nil)
        try journal.append(Event.punches(1...900), at: .noon)
        try journal.append(Event.punches(901...1000), at: .noon + .seconds(2 * 86_400))
        let used = try journal.pool.read { try FileSpace(in: $0).used }
        let forecast = try journal.forecast(now: .noon + .seconds(2 * 86_400 + 60))
        #expect(forecast.bytesPerHour == used / 1000 * 100 / 24)
        #expect(forecast.freeBytes > 0)
    }
}
