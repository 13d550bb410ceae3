import Foundation
import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Logging
import Synchronization
import Testing

@testable import GatehouseRuntime

@Suite("USB sticks in the box")
struct StickDeskTests {
    @Test("a file is offered when it has been the same in two looks, and nothing is stored")
    func offered() async throws {
        let box = try Box(mode: .offer)
        try box.put("7_log", "1\n2\nbad\n3\n")
        await box.desk.look()
        #expect(await box.desk.rows().isEmpty)
        await box.desk.look()
        let row = try #require(await box.desk.rows().first)
        #expect(row.state == .unmanaged && row.device == "stick/7_log" && row.address == "\(box.stick)/7_log")
        #expect(row.trouble?.contains("3 punches, 2026-11-02T08:00:01 to 2026-11-02T08:00:03, 1 lines") == true)
        #expect(row.trouble?.contains("gatehouse import \(box.stick)/7_log --device gate") == true)
        #expect(row.suggestion?.contains("usb_stick: take") == true)
        #expect(box.stored == 0)
    }

    @Test("taken files are stored once, whatever was known before, and again only when they change")
    func taken() async throws {
        let box = try Box(mode: .take)
        try box.put("7_log", "1\n2\n")
        for _ in 0..<4 { await box.desk.look() }
        #expect(box.stored == 2)
        #expect(await box.desk.rows().first?.trouble?.contains("taken for gate: 2 new punches, 0 known") == true)
        try box.put("7_log", "1\n2\n3\n")
        for _ in 0..<3 { await box.desk.look() }
        #expect(box.stored == 3)
        #expect(await box.desk.rows().first?.trouble?.contains("1 new punches, 2 known") == true)
    }

    @Test("nothing is taken before it is known whose it is; then it is taken by itself")
    func unknownOwner() async throws {
        let box = try Box(mode: .take, devices: [])
        try box.put("7_log", "1\n")
        for _ in 0..<3 { await box.desk.look() }
        #expect(box.stored == 0)
        #expect(await box.desk.rows().first?.trouble?.contains("of a clock that the site file does not name") == true)
        box.devices.withLock { $0 = [StickOwner.Candidate(device: "gate")] }
        await box.desk.look()
        #expect(box.stored == 1)
    }

    @Test("an encrypted file says what to turn off, and does not stand in the way of the next")
    func encrypted() async throws {
        let box = try Box(mode: .take)
        try box.put("6_log", "\u{0}\u{1}")
        try box.put("7_log", "1\n")
        for _ in 0..<3 { await box.desk.look() }
        #expect(await box.desk.rows().map(\.trouble).first == "encrypted; turn that off")
        #expect(box.stored == 1)
    }

    @Test("a stick that is gone leaves no row; the same again is known")
    func pulled() async throws {
        let box = try Box(mode: .take)
        try box.put("7_log", "1\n")
        for _ in 0..<2 { await box.desk.look() }
        try FileManager.default.removeItem(atPath: box.stick)
        await box.desk.look()
        #expect(await box.desk.rows().isEmpty)
        try box.put("7_log", "1\n")
        for _ in 0..<2 { await box.desk.look() }
        #expect(await box.desk.rows().first?.trouble?.contains("0 new punches, 1 known") == true)
    }

    @Test("while the journal takes nothing the file stays, and what is wrong is said")
    func journalStopped() async throws {
        let box = try Box(mode: .take)
        await box.writer.stop()
        try box.put("7_log", "1\n")
        for _ in 0..<2 { await box.desk.look() }
        #expect(await box.desk.rows().first?.trouble?.hasPrefix("0 of 1 punches are stored") == true)
    }
}

/// A desk that watches a folder, with a journal.
private final class Box {
    let stick: String
    let desk: StickDesk
    let writer: JournalWriter
    let devices: LockedDevices
    private let folder: TemporaryFolder
    private let journal: Journal

    init(
        mode: GatewaySettings.USBStick, devices: [StickOwner.Candidate] = [StickOwner.Candidate(device: "gate")]
    ) throws {
        folder = try TemporaryFolder()
        stick = "\(folder.path)/media/stick"
        let timekeeper = Timekeeper()
        journal = try Journal.open(file: Journal.file(in: folder.path)) { timekeeper.wall }
        writer = JournalWriter(
            journal: journal,
            surroundings: .init(now: { Timestamp(timekeeper.wall, in: .utc) }, committed: { _ in }, changed: { _ in }))
        let locked = LockedDevices(devices)
        self.devices = locked
        desk = StickDesk(
            mode: mode, folders: ["\(folder.path)/media"], formats: [Self.format],
            surroundings: .init(
                writer: writer, timekeeper: timekeeper, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                candidates: { _ in locked.withLock { $0 } },
                profile: { DeviceProfile(site: "t", device: $0, driver: "clock", hasMemory: true, zone: .utc) }))
    }

    deinit { try? journal.close() }

    /// How many events are in the journal.
    var stored: Int64 { journal.head.sequence }

    func put(_ name: String, _ content: String) throws {
        try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
        try Data(content.utf8).write(to: URL(filePath: "\(stick)/\(name)"))
    }

    /// `7_log`: a second of the morning a line.
    private static let format = StickFormat(
        families: ["clock"], writer: { $0.hasSuffix("_log") ? .number(String($0.dropLast(4))) : nil },
        problem: { $0.first == 0 ? "encrypted; turn that off" : nil },
        read: { bytes, _ in
            var content = StickFormat.Content()
            for line in bytes.split(separator: 0x0A) {
                let text = String(decoding: line, as: UTF8.self)
                guard let second = Int(text), let time = LocalTime("2026-11-02 08:00:0\(second)") else {
                    content.refused += 1
                    continue
                }
                content.punches.append(
                    PunchReading(
                        identity: "1/\(time.text)", badge: "1", direction: .unknown, method: .unknown, deviceTime: time,
                        native: .null))
            }
            return content
        })
}

/// Devices that a test may change while the desk looks.
private final class LockedDevices: Sendable {
    private let devices: Mutex<[StickOwner.Candidate]>

    init(_ devices: [StickOwner.Candidate]) {
        self.devices = Mutex(devices)
    }

    func withLock<Result: Sendable>(_ body: (inout [StickOwner.Candidate]) -> Result) -> Result {
        devices.withLock { devices in body(&devices) }
    }
}
