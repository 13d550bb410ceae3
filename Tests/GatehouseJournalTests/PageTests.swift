import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Pages of the journal")
struct PageTests {
    let folder: TemporaryFolder
    let journal: Journal

    init() throws {
        folder = try TemporaryFolder()
        journal = try folder.open()
        try journal.append((1...100).map { .punch($0, topic: $0 % 10 == 0 ? "scan.recorded" : "punch.recorded") })
    }

    @Test("a page holds the events asked for, in order")
    func range() throws {
        let page = try journal.reader.page(from: 20, through: 25)
        #expect(page.events.map(\.sequence) == [20, 21, 22, 23, 24, 25])
        #expect(page.scannedThrough == 25)
    }

    @Test("a page ends at the head, however far is asked")
    func head() throws {
        let page = try journal.reader.page(from: 99)
        #expect(page.events.map(\.sequence) == [99, 100])
        #expect(page.scannedThrough == 100)
        #expect(try journal.reader.page(from: 101) == JournalPage(events: [], scannedThrough: 100))
    }

    @Test(
        "an extreme range is no trap", arguments: [(Int64.min + 1, Int64.max), (.max, .max), (0, 0), (5, 4), (.max, 1)])
    func extremes(first: Int64, last: Int64) throws {
        let page = try journal.reader.page(from: first, through: last)
        #expect(page.scannedThrough >= first - 1)
    }

    @Test("pages of any size together are the whole", arguments: [1, 7, 99, 100, 101])
    func paging(size: Int) throws {
        #expect(try read(prefix: "", limits: .init(events: size)) == Array(1...100))
    }

    @Test(
        "a prefix chooses topics",
        arguments: [("scan.", 10), ("punch", 90), ("", 100), ("nothing", 0), ("scan.recorded", 10)])
    func prefix(prefix: String, count: Int) throws {
        #expect(try read(prefix: prefix, limits: .init(events: 4)).count == count)
    }

    @Test("a rare topic ends a page early but never a replay")
    func sparse() throws {
        let page = try journal.reader.page(from: 1, topicPrefix: "scan", limits: .init(rows: 8))
        #expect(page == JournalPage(events: [], scannedThrough: 8))
        #expect(
            try read(prefix: "scan", limits: .init(rows: 8)) == stride(from: 10, through: 100, by: 10).map { Int64($0) }
        )
    }

    @Test("a page stops at its bytes but always moves on")
    func bytes() throws {
        #expect(try journal.reader.page(from: 1, limits: .init(bytes: 1)).events.count == 1)
        #expect(try read(prefix: "", limits: .init(bytes: 1000)) == Array(1...100))
    }

    @Test("previous is as it was when the event was first published")
    func previous() throws {
        let events = try journal.reader.page(from: 1, topicPrefix: "scan").events
        #expect(events.map(\.previous) == [0] + (1...9).map { Int64($0 * 10) })
    }

    @Test("the last event of a source is found, of an unknown one nothing")
    func lastEvent() throws {
        try journal.append([.punch(1, device: "other"), .punch(200)])
        #expect(try journal.reader.lastEvent(of: "/sites/plant/devices/other")?.sequence == 101)
        #expect(try journal.reader.lastEvent(of: "/sites/plant/devices/gate")?.sequence == 102)
        #expect(try journal.reader.lastEvent(of: "/sites/plant/devices/none") == nil)
    }

    private func read(prefix: String, limits: JournalPage.Limits) throws -> [Int64] {
        var (next, found) = (Int64(1), [Int64]())
        while next <= journal.head.sequence {
            let page = try journal.reader.page(from: next, topicPrefix: prefix, limits: limits)
            #expect(page.scannedThrough >= next)
            found += page.events.map(\.sequence)
            next = page.scannedThrough + 1
        }
        return found
    }
}
