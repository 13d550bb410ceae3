import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import MemoryScannerDriver
import MemoryScannerSimulator
import OPN2001Wire
import Testing

@Suite("Memory scanner")
struct MemoryScannerTests {
    @Test("a visit wakes it, asks who it is and what time it shows, and brings its scans with their own times")
    func visit() throws {
        var session = try ScannerSession(told: [["scan": "CP-0007"], ["scan": "PATROL|A-12", "symbology": 28]])
        session.pass(.seconds(3600))
        session.connect()
        session.pass(.seconds(5))
        let facts = DeviceFacts(
            vendor: "Opticon", model: "OPN-2001", serial: "0000000012345678", firmware: "RBBV0214")
        #expect(session.effects.contains(.identified(facts)))
        #expect(session.codes == ["CP-0007", "PATROL|A-12"])
        let first = try #require(session.scans.first)
        #expect(first.identity == "0000000012345678/2026-11-23T08:00:00/1/CP-0007")
        #expect(first.deviceTime == LocalTime(year: 2026, month: 11, day: 23, hour: 8))
        #expect(first.symbology == nil)
        #expect(first.native["scanner"] == "0000000012345678" && first.native["symbologyName"] == "Code 128")
        #expect(session.synced.count == 1 && session.statuses == [2] && session.faults == [])
        // Interrogated until awake, two parameters, time, data, good night.
        #expect(session.asked == [0x01, 0x01, 0x08, 0x08, 0x0A, 0x07, 0x05])
    }

    @Test("left alone, it is never cleared and never set, whatever its clock shows")
    func neverCleared() throws {
        var setup = SimulatedMemoryScanner.Setup()
        setup.clockOffset = .seconds(300)
        var session = try ScannerSession(setup, told: [["scans": 40]])
        session.connect()
        session.pass(.seconds(600))
        #expect(session.held == 40)
        #expect(!session.asked.contains(0x02) && !session.asked.contains(0x09) && !session.asked.contains(0x03))
        #expect(session.clocks.count == 1 && session.clocks.first?.corrected == false)
        #expect((Duration.seconds(299)...(.seconds(301))).contains(session.clocks.first?.offset ?? .zero))
    }

    @Test("the same memory is handed over once, and again with the same identities after a restart")
    func readAgain() throws {
        var session = try ScannerSession(told: [["scans": 30], ["scan": "A"], ["scan": "A"], ["scan": "A"]])
        session.connect()
        session.pass(.seconds(300))
        #expect(session.scans.count == 33)
        #expect(Set(session.identities).count == 33, "three scans of one code in one second are three")
        let first = session.identities
        session.driver = try MemoryScanner(DriverContext(zone: .utc))
        session.forget()
        session.connect()
        session.pass(.seconds(10))
        #expect(session.identities == first)
    }

    @Test("what is scanned later comes with the next visit")
    func later() throws {
        var session = try ScannerSession(settings: ["poll": "10s"], told: [["scan": "A"]])
        session.connect()
        session.pass(.seconds(5))
        session.tell(["scan": "B"])
        session.forget()
        session.pass(.seconds(20))
        #expect(session.codes == ["A", "B"])
        #expect(session.synced.count == 1)
    }

    @Test("it is cleared only where the site file says so, after all of it is on disk and a second reading")
    func cleared() throws {
        var session = try ScannerSession(clearLog: .whenFull, told: [["scans": 800]])
        session.holdsReceipts = true
        session.connect()
        session.pass(.seconds(20))
        #expect(session.unstored.count == 2, "two batches under way at the most")
        #expect(session.held == 800 && session.synced.count == 0)
        session.store()
        #expect(session.held == 800 && session.synced.count == 0 && !session.asked.contains(0x02))
        session.store()
        #expect(session.scans.count == 800 && session.held == 0 && session.synced.count == 1)
        #expect(session.asked.suffix(4) == [0x07, 0x07, 0x02, 0x05])
        #expect(session.statuses == [800, 0])
    }

    @Test("a scan made between reading and clearing is read before anything is cleared")
    func busy() throws {
        var session = try ScannerSession(clearLog: .whenFull, told: [["scan": "A"], ["fault": "busy"]])
        session.connect()
        session.pass(.seconds(20))
        #expect(session.codes == ["A", "A", "BUSY-1"])
        #expect(Set(session.identities).count == 2)
        #expect(session.held == 0)
    }

    @Test("a clearing that is not confirmed is not repeated blindly")
    func dumb() throws {
        var session = try ScannerSession(clearLog: .whenFull, told: [["scan": "A"], ["fault": "dumb"]])
        session.connect()
        session.pass(.seconds(20))
        #expect(session.asked.count { $0 == 0x02 } == 1)
        #expect(session.held == 0 && session.faults == [])
    }

    @Test("nothing of a link that was lost before it was stored is cleared by the next one unread")
    func lostLink() throws {
        var session = try ScannerSession(clearLog: .whenFull, told: [["scan": "A"]])
        session.holdsReceipts = true
        session.connect()
        session.pass(.seconds(5))
        session.disconnect()
        session.holdsReceipts = false
        session.tell(["scan": "B"])
        session.forget()
        session.connect()
        session.pass(.seconds(20))
        #expect(session.codes == ["A", "B"] && session.held == 0)
    }

    @Test("spoilt data are read again, and never cleared", arguments: ["check", "cut", "noise"])
    func spoilt(fault: String) throws {
        var session = try ScannerSession(clearLog: .whenFull, told: [["scans": 50]])
        session.connect()
        session.pass(.seconds(60))
        session.tell(["scans": 50])
        session.tell(["fault": .string(fault)])
        session.forget()
        session.pass(.seconds(60))
        #expect(session.scans.count == 50 && session.held == 0)
        #expect(session.faults == [])
    }

    @Test("a check over other bytes than set is a fault that says which setting to try, and clears nothing")
    func otherCheck() throws {
        var setup = SimulatedMemoryScanner.Setup()
        setup.dataCheck = .withoutSerial
        var session = try ScannerSession(setup, clearLog: .whenFull, told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(30))
        #expect(session.faults == ["data-garbled"] && session.scans.isEmpty && session.held == 5)
        session = try ScannerSession(
            setup, clearLog: .whenFull, settings: ["data_crc": "without-serial"], told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(30))
        #expect(session.faults == [] && session.scans.count == 5 && session.held == 0)
    }

    @Test("a scanner that erases itself is not read, unless it may be told to stop")
    func clearsItself() throws {
        var setup = SimulatedMemoryScanner.Setup()
        setup.clearsItself = true
        var session = try ScannerSession(setup, told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(100))
        #expect(session.faults == ["clears-itself"] && session.held == 5 && session.synced.count == 0)
        #expect(!session.asked.contains(0x07))
        session.command(.readLog)
        guard case .refused? = session.answers.first else {
            Issue.record("the command is not refused")
            return
        }
        session = try ScannerSession(setup, settings: ["prepare": true], told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(20))
        #expect(session.scans.count == 5 && session.held == 5 && session.faults == [])
    }

    @Test("a scanner that stores no times is not read: its scans could not be told apart")
    func noTimes() throws {
        var setup = SimulatedMemoryScanner.Setup()
        setup.storesTime = false
        var session = try ScannerSession(setup, told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(100))
        #expect(session.faults == ["no-scan-times"] && session.scans.isEmpty && session.synced.count == 0)
    }

    @Test("one that does not tell its parameters is not read, unless it is known to be harmless")
    func noParameters() throws {
        var setup = SimulatedMemoryScanner.Setup()
        setup.tellsParameters = false
        var session = try ScannerSession(setup, told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(60))
        #expect(session.scans.isEmpty && session.faults == ["parameters-unknown"])
        session = try ScannerSession(setup, settings: ["assume_factory": true], told: [["scans": 5]])
        session.connect()
        session.pass(.seconds(60))
        #expect(session.scans.count == 5 && session.faults == [])
    }

    @Test("a low battery is told once")
    func battery() throws {
        var session = try ScannerSession(told: [["fault": "battery-low"]])
        session.connect()
        session.pass(.seconds(200))
        #expect(session.faults == ["battery-low"])
    }

    @Test("an empty cradle is no fault; a scanner that leaves it is missed, one that comes is found")
    func cradle() throws {
        var session = try ScannerSession(told: [["scan": "A"], ["fault": "away"]])
        session.connect()
        session.pass(.seconds(120))
        #expect(session.effects == [] && !session.isAbandoned)
        session.tell(["fault": "none"])
        session.pass(.seconds(60))
        #expect(session.codes == ["A"])
        session.tell(["fault": "away"])
        session.pass(.seconds(60))
        #expect(session.isAbandoned && session.effects.last == .abandonLink(.silent))
    }

    @Test("a long transfer makes the pause longer, so that a full scanner does not talk all the time")
    func pause() throws {
        var session = try ScannerSession(settings: ["poll": "1s"])
        session.connect()
        session.pass(.seconds(4))
        session.forget()
        session.pass(.seconds(100))
        #expect((8...35).contains(session.asked.count { $0 == 0x07 }))
    }
}
