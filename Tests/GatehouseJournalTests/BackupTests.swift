import Foundation
import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Backup")
struct BackupTests {
    let folder: TemporaryFolder
    let journal: Journal
    var copy: String { folder.path + "/copy.sqlite" }

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open()
        try journal.append(Event.punches(1...2000, padding: 200))
    }

    @Test("the copy is one intact file with everything in it")
    func whole() throws {
        try journal.reader.backup(to: copy)
        #expect(try JournalReader.open(file: copy).verify() == .intact(events: 2000, head: journal.head))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("copy") }
        #expect(names == ["copy.sqlite"])
    }

    @Test("events appended while the copy is made do not disturb it")
    func whileRunning() throws {
        var number = 3000
        try journal.reader.backup(to: copy) { _, _ in
            number += 1
            _ = try? journal.append([.punch(number)])
        }
        #expect(number > 3001)
        #expect(journal.head.sequence == 2000 + Int64(number - 3000))
        let head = try JournalReader.open(file: copy).head()
        #expect(head.sequence >= 2000)
        #expect(try JournalReader.open(file: copy).verify() == .intact(events: head.sequence, head: head))
        #expect(try journal.reader.mark(at: head.sequence) == head)
    }

    @Test("progress rises to the whole")
    func progress() throws {
        var steps: [(copied: Int, total: Int)] = []
        try journal.reader.backup(to: copy) { steps.append(($0, $1)) }
        #expect(steps.map(\.copied) == steps.map(\.copied).sorted())
        #expect(steps.last.map { $0.copied == $0.total } == true)
    }

    @Test("an existing file is never overwritten")
    func existing() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: copy))
        #expect(throws: JournalError.exists(file: copy)) { try journal.reader.backup(to: copy) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == Data("precious".utf8))
    }

    @Test("a folder that is not there is said, and leaves nothing behind")
    func noFolder() throws {
        #expect(throws: JournalError.self) { try journal.reader.backup(to: folder.path + "/none/copy.sqlite") }
    }

    @Test("what an interrupted backup left behind is no obstacle")
    func leftover() throws {
        try Data("half a page".utf8).write(to: URL(fileURLWithPath: copy + ".unfinished"))
        try journal.reader.backup(to: copy)
        #expect(try JournalReader.open(file: copy).head() == journal.head)
    }

    @Test("a gateway can go on from a copy")
    func restore() throws {
        try journal.reader.backup(to: copy)
        let restored = try Journal.open(file: copy, clock: { .noon })
        #expect(try restored.append([.punch(1), .punch(2001)]).placements.map(\.sequence) == [1, 2001])
    }
}
