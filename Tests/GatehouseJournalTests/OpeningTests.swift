import Foundation
import GRDB
import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Opening a journal")
struct OpeningTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("a reopened journal goes on where it ended")
    func reopen() throws {
        let head = try fill(1...5)
        let journal = try folder.open()
        #expect(journal.head == head)
        let appended = try journal.append(Event.punches(5...6))
        #expect(appended.placements.map(\.sequence) == [5, 6])
        #expect(appended.recorded.map(\.previous) == [5])
        #expect(try journal.reader.verify() == .intact(events: 6, head: journal.head))
    }

    @Test("a closed journal has everything in the one file, and takes nothing more")
    func close() throws {
        let journal = try folder.open()
        try journal.append(Event.punches(1...3))
        try journal.close()
        #expect(throws: JournalError.self) { try journal.append([.punch(4)]) }
        try? FileManager.default.removeItem(atPath: folder.file + "-wal")
        #expect(try JournalReader.open(file: folder.file).head() == journal.head)
    }

    @Test("a second writer is kept out while the first is there")
    func secondWriter() throws {
        let journal = try folder.open()
        #expect(throws: JournalError.busy(retryAfter: .seconds(1))) { try folder.open() }
        try journal.append([.punch(1)])
    }

    @Test("an empty file becomes a journal")
    func emptyFile() throws {
        #expect(FileManager.default.createFile(atPath: folder.file, contents: nil))
        #expect(try folder.open().head == .origin)
    }

    @Test("a text file is refused and stays as it is")
    func textFile() throws {
        let text = Data("the gatekeeper's diary, volume one".utf8)
        try text.write(to: URL(fileURLWithPath: folder.file))
        #expect(throws: JournalError.foreign(file: folder.file)) { try folder.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == text)
    }

    @Test("another program's SQLite file is refused and stays as it is")
    func foreignDatabase() throws {
        try folder.tamper("CREATE TABLE visitors (name TEXT)")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        #expect(throws: JournalError.foreign(file: folder.file)) { try folder.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
    }

    @Test("a journal of a newer version is refused")
    func newer() throws {
        try fill(1...1)
        try folder.tamper("INSERT INTO grdb_migrations VALUES ('9 something later')")
        #expect(throws: JournalError.newer(file: folder.file)) { try folder.open() }
    }

    @Test(
        "a journal whose ends do not fit is refused, with the sequence at fault",
        arguments: [
            ("DELETE FROM events WHERE sequence = 5", Int64(5)),
            ("DELETE FROM events WHERE sequence = 1", 1),
            ("UPDATE events SET body = x'7b7d' WHERE sequence = 5", 5),
            ("UPDATE events SET hash = zeroblob(32) WHERE sequence = 4", 5),
            ("UPDATE ends SET head = 4", 5),
            ("UPDATE ends SET headHash = zeroblob(32)", 5),
            ("UPDATE ends SET headHash = x'00'", 0),
            ("DELETE FROM ends", 0),
            ("DELETE FROM events", 1),
        ])
    func damagedEnds(sql: String, sequence: Int64) throws {
        try fill(1...5)
        try folder.tamper(sql)
        let error = #expect(throws: JournalError.self) { try folder.open() }
        guard case .damaged(sequence, _) = error else {
            Issue.record("\(String(describing: error)) instead of damage at \(sequence)")
            return
        }
    }

    @Test("a file cut in half is refused")
    func truncated() throws {
        try fill(1...500)
        let handle = try #require(FileHandle(forWritingAtPath: folder.file))
        try handle.truncate(atOffset: handle.seekToEnd() / 2)
        try handle.close()
        #expect(throws: JournalError.self) { try folder.open() }
    }

    @Test("a file whose tables are overwritten with zeros is refused")
    func zeroed() throws {
        try fill(1...50)
        let handle = try #require(FileHandle(forWritingAtPath: folder.file))
        try handle.seek(toOffset: 8192)
        try handle.write(contentsOf: Data(count: 8192 * 4))
        try handle.close()
        #expect(throws: JournalError.self) { try folder.open() }
    }

    @Test("reading needs a journal and says where it looked")
    func nothingToRead() {
        #expect(throws: JournalError.missing(file: folder.file)) { try JournalReader.open(file: folder.file) }
    }

    @Test("a file is read beside its writer and without one")
    func readers() throws {
        var journal: Journal? = try folder.open()
        try journal?.append(Event.punches(1...3))
        let beside = try JournalReader.open(file: folder.file)
        #expect(try beside.head().sequence == 3)
        try journal?.append([.punch(4)])
        #expect(try beside.head().sequence == 4)
        journal = nil
        #expect(try JournalReader.open(file: folder.file).extent() == (1, 4))
    }

    @Test(
        "each refusal says what to do next",
        arguments: [
            JournalError.full, .busy(retryAfter: .seconds(1)), .unwritable(reason: "disk I/O error"),
            .damaged(atSequence: 7, reason: "changed"), .foreign(file: "f"), .newer(file: "f"), .missing(file: "f"),
            .exists(file: "f"), .stopped,
        ])
    func advice(error: JournalError) {
        #expect(error.description.contains(": "))
        #expect(error.description.count > 40)
    }

    @discardableResult
    private func fill(_ numbers: ClosedRange<Int>) throws -> JournalMark {
        let journal = try folder.open()
        try journal.append(Event.punches(numbers))
        return journal.head
    }
}
