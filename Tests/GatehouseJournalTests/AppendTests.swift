import GRDB
import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Appending to the journal")
struct AppendTests {
    let folder: TemporaryFolder
    let journal: Journal

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open()
    }

    @Test("sequences start at 1 and have no gaps")
    func sequences() throws {
        let first = try journal.append(Event.punches(1...3))
        let second = try journal.append(Event.punches(4...5))
        #expect((first.placements + second.placements).map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(journal.head.sequence == 5)
    }

    @Test("an event that is there already keeps its first sequence and leaves no gap")
    func duplicates() throws {
        try journal.append(Event.punches(1...2))
        let again = try journal.append(Event.punches(2...3))
        #expect(
            again.placements == [Placement(sequence: 2, isDuplicate: true), Placement(sequence: 3, isDuplicate: false)])
        #expect(again.recorded.map(\.sequence) == [3])
    }

    @Test("an event twice in one batch is one event")
    func duplicatesInOneBatch() throws {
        let appended = try journal.append([.punch(1), .punch(1), .punch(2)])
        #expect(appended.placements.map(\.sequence) == [1, 1, 2])
        #expect(appended.placements.map(\.isDuplicate) == [false, true, false])
    }

    @Test("the same id from two sources is two events")
    func sameIdentifierElsewhere() throws {
        let appended = try journal.append([.punch(1, device: "north"), .punch(1, device: "south")])
        #expect(appended.placements.allSatisfy { !$0.isDuplicate })
    }

    @Test("a batch of known events only changes nothing in the file")
    func nothingNew() throws {
        try journal.append(Event.punches(1...2))
        let head = journal.head
        #expect(try journal.append(Event.punches(1...2)).recorded.isEmpty)
        #expect(journal.head == head)
        #expect(try journal.reader.head() == head)
    }

    @Test("previous is the last sequence of the same topic, across batches and reopening")
    func previous() throws {
        let first = try journal.append([.punch(1), .punch(2, topic: "scan.recorded"), .punch(3)])
        #expect(first.recorded.map(\.previous) == [0, 0, 1])
        let second = try journal.append([.punch(4, topic: "scan.recorded"), .punch(5)])
        #expect(second.recorded.map(\.previous) == [2, 3])
    }

    @Test("what is stored is the event as encoded with its place and time")
    func body() throws {
        let appended = try journal.append([.punch(7)])
        #expect(appended.recorded.first?.body == Event.punch(7).encoded(sequence: 1, recorded: .noon))
        #expect(try journal.reader.page(from: 1).events == appended.recorded)
    }

    @Test("a batch that fails in the middle leaves nothing behind, and the next one starts where it was")
    func allOrNothing() throws {
        try journal.append(Event.punches(1...2))
        try folder.tamper(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.sequence = 4
            BEGIN SELECT RAISE(ABORT, 'refused'); END
            """)
        #expect(throws: JournalError.self) {
            try journal.append([.punch(3, topic: "ext.new"), .punch(4, device: "new")])
        }
        #expect(try journal.reader.head().sequence == 2)
        try folder.tamper("DROP TRIGGER refuse")
        let appended = try journal.append([.punch(3, topic: "ext.new"), .punch(4, device: "new")])
        #expect(appended.recorded.map(\.previous) == [0, 2])
        #expect(try journal.reader.verify() == .intact(events: 4, head: journal.head))
    }

    @Test("more topics than are kept in memory still chain")
    func manyTopics() throws {
        let topics = (0...SeriesBook.limit).map { Topic(rawValue: "ext.\($0)") }
        try journal.append(topics.enumerated().map { .punch($0.offset, topic: $0.element) })
        let appended = try journal.append([.punch(-1, topic: "ext.0"), .punch(-2, topic: "ext.4000")])
        #expect(appended.recorded.map(\.previous) == [1, 4001])
    }

    @Test("each commit is flushed to disk")
    func flushed() throws {
        let modes = try journal.pool.writeWithoutTransaction { database in
            (
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(database, sql: "PRAGMA synchronous")
            )
        }
        #expect(modes.0 == "wal")
        #expect(modes.1 == 2)
    }
}
