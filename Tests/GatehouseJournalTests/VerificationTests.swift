import Foundation
import GRDB
import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Verifying a journal")
struct VerificationTests {
    let folder: TemporaryFolder
    let journal: Journal

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open()
        try journal.append((1...9).map { .punch($0, device: $0 % 2 == 0 ? "even" : "odd", topic: topic($0)) })
    }

    @Test("an untouched journal is intact, through the writer and through the file")
    func intact() throws {
        let expected = Verification.intact(events: 9, head: journal.head)
        #expect(try journal.reader.verify() == expected)
        #expect(try JournalReader.open(file: folder.file).verify() == expected)
    }

    @Test("an empty journal is intact")
    func empty() throws {
        let folder = try TemporaryFolder()
        #expect(try folder.open().reader.verify() == .intact(events: 0, head: .origin))
    }

    @Test("progress ends at the head")
    func progress() throws {
        var heard: [Int64] = []
        _ = try journal.reader.verify { checked, _ in heard.append(checked) }
        #expect(heard == [9])
    }

    @Test(
        "the first row that was changed, removed or inserted is found",
        arguments: tamperings)
    func tampering(sql: String, sequence: Int64) throws {
        try folder.tamper(sql)
        let finding = try journal.reader.verify()
        guard case .broken(sequence, _) = finding else {
            Issue.record("\(finding) instead of a break at \(sequence)")
            return
        }
    }

    @Test("a forger who also writes the right hash is found at the next row")
    func forgedHash() throws {
        let rows = try journal.pool.read { database in
            try Row.fetchAll(database, sql: "SELECT previous, recorded, hash FROM events WHERE sequence IN (3, 4)")
        }
        let forged = Event.punch(777, device: "even", topic: topic(4)).encoded(sequence: 4, recorded: .noon)
        let before: [UInt8] = Array(rows[0]["hash"] as Data)
        let hash = try before.withUnsafeBytes { try #require(ChainHash($0)) }
        let recorded: Int64 = rows[1]["recorded"]
        let previous: Int64 = rows[1]["previous"]
        let follows = forged.withUnsafeBytes {
            hash.following(sequence: 4, previous: previous, recorded: recorded, body: $0)
        }
        try journal.pool.write { database in
            try database.execute(
                sql: "UPDATE events SET body = ?, hash = ? WHERE sequence = 4",
                arguments: [Data(forged), Data(follows.bytes)])
            try database.execute(sql: "UPDATE identities SET id = 'record-777' WHERE sequence = 4")
        }
        guard case .broken(5, _) = try journal.reader.verify() else {
            Issue.record("the forgery went unseen")
            return
        }
    }

    @Test("a mark noted earlier still finds its row, and none that is not there")
    func marks() throws {
        let noted = journal.head
        try journal.append([.punch(10)])
        #expect(try journal.reader.mark(at: 9) == noted)
        #expect(try journal.reader.mark(at: 11) == nil)
        #expect(noted.hash.text.count == 64)
    }

    @Test("more rows than one stretch are all read")
    func stretches() throws {
        try journal.append(Event.punches(100..<12_000))
        var steps = 0
        #expect(try journal.reader.verify { _, _ in steps += 1 } == .intact(events: 11_909, head: journal.head))
        #expect(steps == 3)
        try folder.tamper("DELETE FROM events WHERE sequence = 11000")
        guard case .broken(11_000, _) = try journal.reader.verify() else {
            Issue.record("a row removed late went unseen")
            return
        }
    }

    @Test("ids and subjects that JSON escapes are compared as what they mean")
    func escapes() throws {
        var event = Event.punch(50)
        event.id = "a \"quoted\" \\ id with 门"
        event.subject = "\"\\\""
        try journal.append([event])
        #expect(try journal.reader.verify() == .intact(events: 10, head: journal.head))
    }

    private func topic(_ number: Int) -> Topic {
        number % 3 == 0 ? "scan.recorded" : "punch.recorded"
    }
}

/// What somebody with the file and a SQLite shell may try, and the first sequence that gives it away.
private let tamperings: [(sql: String, sequence: Int64)] = [
    ("UPDATE events SET recorded = recorded + 1 WHERE sequence = 4", 4),
    ("UPDATE events SET previous = previous + 1 WHERE sequence = 4", 4),
    ("UPDATE events SET topic = 3 - topic WHERE sequence = 4", 4),
    ("UPDATE events SET source = 3 - source WHERE sequence = 4", 4),
    ("UPDATE events SET hash = zeroblob(32) WHERE sequence = 4", 4),
    ("UPDATE events SET hash = x'00' WHERE sequence = 4", 4),
    ("UPDATE events SET body = CAST(body || x'20' AS BLOB) WHERE sequence = 4", 4),
    ("UPDATE events SET body = x'' WHERE sequence = 4", 4),
    ("DELETE FROM events WHERE sequence = 4", 4),
    ("DELETE FROM events WHERE sequence = 1", 1),
    ("DELETE FROM events WHERE sequence = 9", 9),
    ("DELETE FROM events WHERE sequence > 6", 7),
    ("DELETE FROM events", 1),
    ("UPDATE events SET sequence = 10 WHERE sequence = 9", 9),
    ("INSERT INTO events SELECT 10, recorded, previous, topic, source, hash, body FROM events WHERE sequence = 9", 10),
    ("INSERT INTO events SELECT 0, recorded, previous, topic, source, hash, body FROM events WHERE sequence = 9", 0),
    ("INSERT INTO events SELECT -5, recorded, previous, topic, source, hash, body FROM events WHERE sequence = 9", -5),
    (
        """
        UPDATE events SET sequence = 100 WHERE sequence = 3; UPDATE events SET sequence = 3 WHERE sequence = 4;
        UPDATE events SET sequence = 4 WHERE sequence = 100
        """, 3
    ),
    (
        """
        UPDATE events SET sequence = -sequence WHERE sequence >= 5;
        UPDATE events SET sequence = 1 - sequence WHERE sequence < 0
        """,
        5
    ),
    ("UPDATE identities SET sequence = 3 WHERE sequence = 4", 4),
    ("UPDATE identities SET id = 'other' WHERE sequence = 4", 4),
    ("DELETE FROM identities WHERE sequence = 4", 4),
    ("INSERT INTO identities VALUES (1, 'to come', 4)", 4),
    ("INSERT INTO identities VALUES (1, 'to come', 12)", 12),
    ("UPDATE topics SET name = 'punch.invented' WHERE id = 1", 1),
    ("UPDATE sources SET name = 'other' WHERE name LIKE '%even'", 2),
    ("UPDATE topics SET head = 1 WHERE name = 'scan.recorded'", 9),
    ("UPDATE sources SET head = 3 WHERE name LIKE '%odd'", 9),
    ("UPDATE ends SET headHash = zeroblob(32)", 9),
    ("UPDATE ends SET head = 8", 8),
    ("UPDATE ends SET head = 10", 10),
    ("UPDATE ends SET anchorHash = x'\(String(repeating: "01", count: 32))'", 1),
]
