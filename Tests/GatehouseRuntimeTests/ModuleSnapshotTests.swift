import Foundation
import GatehouseJournal
import GatehouseModel
import GatehouseModuleKit
import GatehouseModules
import GatehouseSite
import Testing

@testable import GatehouseRuntime

@Suite("The modules' snapshot on the disk")
struct ModuleSnapshotTests {
    @Test("what was written is what is read, and belongs to the journal of its last event", arguments: 0...4)
    func readAgain(after count: Int) throws {
        let box = try Box()
        let fold = box.fold(count)
        try box.snapshot.write(fold, body: Box.body(count))
        let found = try #require(try box.snapshot.read())
        #expect(found.fold.sequence == fold.sequence)
        #expect(Box.packed(found.fold) == Box.packed(fold))
        #expect(found.isOf(journalWith: Box.body(count)))
        #expect(!found.isOf(journalWith: Box.body(count + 1)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: box.folder) == ["modules.snapshot"])
    }

    @Test("where there is no file there is no snapshot, and no problem either")
    func nothing() throws {
        let box = try Box()
        #expect(try box.snapshot.read() == nil)
    }

    @Test("what cannot be written leaves nothing behind")
    func unwritable() throws {
        let box = try Box()
        // A folder with something in it cannot be replaced by a file.
        try FileManager.default.createDirectory(at: box.file.appending(path: "x"), withIntermediateDirectories: true)
        #expect(throws: (any Error).self) { try box.snapshot.write(box.fold(1), body: Box.body(1)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: box.folder) == ["modules.snapshot"])
    }

    @Test("any damage is found", arguments: [0, 7, 8, 40, -9, -8, -1])
    func damaged(at place: Int) throws {
        let box = try Box()
        try box.snapshot.write(box.fold(4), body: Box.body(4))
        var bytes = try Data(contentsOf: box.file)
        bytes[place < 0 ? bytes.count + place : place] ^= 0x10
        try bytes.write(to: box.file)
        #expect(throws: SnapshotProblem.damaged) { try box.snapshot.read() }
    }

    @Test("a file that ends too early is damaged", arguments: [0, 1, 15, 16, 17, 100])
    func short(size: Int) throws {
        let box = try Box()
        try box.snapshot.write(box.fold(4), body: Box.body(4))
        try Data(contentsOf: box.file).prefix(size).write(to: box.file)
        #expect(throws: SnapshotProblem.damaged) { try box.snapshot.read() }
    }

    @Test("another version's is not read, nor that of other modules")
    func ofAnotherBuild() throws {
        let box = try Box()
        try box.snapshot.write(box.fold(4), body: Box.body(4))
        let next = ModuleSnapshot(folder: box.folder, version: "next", names: ModuleHouse.names)
        #expect(throws: SnapshotProblem.ofAnotherBuild) { try next.read() }
        let fewer = ModuleSnapshot(folder: box.folder, version: "test", names: ["patrol", "hazards"])
        #expect(throws: SnapshotProblem.ofAnotherBuild) { try fewer.read() }
    }

    @Test("a journal with another event in that place, or with none, is another journal", arguments: [0, 1, 9])
    func ofAnotherJournal(events: Int) throws {
        let box = try Box()
        try box.snapshot.write(box.fold(1), body: Box.body(1))
        let journal = try Journal.open(file: "\(box.folder)/journal.sqlite") { Box.stamp.moment }
        let others = (0..<events).map { number in
            var event = Box.event(number)
            event.subject = "another"
            return event
        }
        if !others.isEmpty { _ = try journal.append(others, recorded: Box.stamp) }
        #expect(throws: SnapshotProblem.ofAnotherJournal) { try box.snapshot.read(for: journal.reader) }
        try journal.close()
    }

    @Test("an event that has been heard changes nothing when it comes again", arguments: 1...4)
    func again(_ count: Int) throws {
        let box = try Box()
        var fold = box.fold(4)
        let before = Box.packed(fold)
        #expect(fold.take(Box.recorded(count)).isEmpty)
        #expect(Box.packed(fold) == before)
        #expect(fold.sequence == 4)
    }
}

/// A folder, and a journal of a site and three punches.
private struct Box {
    let folder: String
    let snapshot: ModuleSnapshot

    static let stamp = Timestamp(moment: Moment(milliseconds: 1_793_600_000_000), offsetSeconds: 28_800)

    init() throws {
        folder = NSTemporaryDirectory() + "snapshot-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        snapshot = ModuleSnapshot(folder: folder, version: "test", names: ModuleHouse.names)
    }

    var file: URL { URL(filePath: snapshot.path) }

    /// The modules after so many events.
    func fold(_ count: Int) -> ModuleFold {
        var fold = ModuleFold(ModuleHouse.names)
        for number in 0..<count { _ = fold.take(Self.recorded(number + 1)) }
        return fold
    }

    static func packed(_ fold: ModuleFold) -> [UInt8] {
        var packer = Packer()
        fold.house.pack(version: "", after: fold.sequence, into: &packer)
        return packer.bytes
    }

    static func body(_ sequence: Int) -> [UInt8] { recorded(sequence).body }

    static func recorded(_ sequence: Int) -> Recorded {
        let event = event(sequence - 1)
        return Recorded(
            sequence: Int64(sequence), previous: 0, recorded: stamp.moment, topic: event.topic,
            body: event.encoded(sequence: Int64(sequence), recorded: stamp))
    }

    /// The first is the site, the others are punches.
    static func event(_ place: Int) -> Event {
        let data: JSONValue =
            place == 0
            ? ["site": site, "sha256": ""] : ["device": "clock", "badge": .string("\(100 + place)"), "direction": "in"]
        return Event(
            source: "/sites/test/devices/clock", id: "event-\(place)",
            topic: place == 0 ? "site.updated" : "punch.recorded", subject: "", time: stamp, data: data.bytes)
    }

    private static let site: JSONValue = [
        "site": "test", "timezone": "Asia/Shanghai", "departments": [["id": "office"]],
        "people": [["id": "E1", "department": "office", "badges": ["101", "102"]]],
        "shifts": [["id": "day", "start": "08:00", "end": "16:00"]],
        "schedule": [["department": "office", "from": "2026-01-01", "cycle": ["day"]]],
    ]
}
