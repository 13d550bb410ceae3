import FCARDDriver
import FCARDSimulator
import FCARDWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing

@Suite("Patrol wand")
struct FCARDTests {
    @Test("a visit brings staff and checkpoint cards with the wand's times, and moves the index over them")
    func visit() throws {
        var session = try WandSession(told: [["staff": 8_257_794], ["checkpoint": 43_981]])
        session.connect()
        session.pass(.seconds(5))
        #expect(session.cards == ["08257794", "00043981"])
        let first = try #require(session.scans.first)
        #expect(first.identity == "1/1/2026-11-23T08:00:00/1/8257794")
        #expect(first.deviceTime == LocalTime(year: 2026, month: 11, day: 23, hour: 8))
        #expect(
            first.native == ["wand": 1, "record": 1, "staff": 794, "state": 1, "card": 8_257_794])
        #expect(session.movedTo == [2] && session.synced.count == 1 && session.faults == [])
        #expect(
            session.effects.contains(
                .identified(DeviceFacts(vendor: "FCARD", model: "patrol wand 1", firmware: "0103"))))
        #expect(session.effects.contains(.status(DeviceStatus(logUsed: 2, logCapacity: 60_000))))
        // Number, version, status, time, counts, records twice, index and a look at it, counts.
        #expect(session.codes == [0x0101, 0x0104, 0x0105, 0x0201, 0x0401, 0x0406, 0x0406, 0x0404, 0x0401, 0x0401])
    }

    @Test("the index is moved over a portion only when it is on disk, and to its last record exactly")
    func index() throws {
        var session = try WandSession(told: [["checkpoints": 250]])
        session.holdsReceipts = true
        session.connect()
        session.pass(.seconds(60))
        #expect(session.scans.count == 100 && session.movedTo == [] && session.synced.count == 0)
        session.store()
        #expect(session.movedTo == [100] && session.scans.count == 200)
        session.pass(.seconds(60))
        session.store()
        session.store()
        #expect(session.movedTo == [100, 200, 250] && session.synced.count == 1)
        #expect(Set(session.identities).count == 250)
    }

    @Test("nothing is erased, ever, and the wand's own records are left alone")
    func nothingErased() throws {
        var session = try WandSession(clock: .sync, told: [["checkpoints": 250]])
        session.connect()
        session.pass(.seconds(600))
        #expect(!session.codes.contains(0x0402) && !session.codes.contains(0x0403))
        for frame in session.asked where frame.type == 0x04 && !frame.data.isEmpty { #expect(frame.data[0] == 1) }
    }

    @Test(
        "around the end of the memory no portion reaches beyond the last place, wherever the index stands",
        arguments: [1, 5, 29, 30] as [Int])
    func wrap(before: Int) throws {
        var setup = SimulatedFCARD.Setup()
        setup.capacity = 30
        setup.overwrites = false
        var session = try WandSession(setup, settings: ["poll": "1s"])
        session.connect()
        var made = 0
        for round in 0..<12 {
            let count = round == 0 ? min(before, 29) : 17
            session.tell(["checkpoints": .integer(count)])
            made += count
            session.pass(.seconds(90))
            #expect(session.report["unread"] == 0)
        }
        #expect(session.scans.count == made)
        #expect(Set(session.identities).count == made, "places come again, records do not")
        for frame in session.asked where frame.type == 0x04 && frame.index == 0x06 {
            let first = frame.data[1...4].reduce(0) { $0 << 8 | Int($1) }
            let count = frame.data[5...8].reduce(0) { $0 << 8 | Int($1) }
            #expect(first >= 1 && count >= 1 && first + count - 1 <= 30)
        }
    }

    @Test("records that were overwritten unread are told, and all that are left are read, the oldest first")
    func overwritten() throws {
        var setup = SimulatedFCARD.Setup()
        setup.capacity = 30
        var session = try WandSession(setup, told: [["checkpoints": 47]])
        session.connect()
        session.pass(.seconds(10))
        #expect(session.faults == ["records-overwritten"])
        #expect(session.scans.count == 30)
        #expect(session.scans.compactMap(\.deviceTime) == session.scans.compactMap(\.deviceTime).sorted())
        #expect(session.movedTo == [30, 17] && session.report["unread"] == 0)
    }

    @Test("a record that is lost on the line is asked for again, and only it")
    func gap() throws {
        var session = try WandSession(told: [["checkpoints": 40], ["fault": "gap"]])
        session.connect()
        session.pass(.seconds(20))
        #expect(session.scans.count == 40 && session.movedTo == [40] && session.faults == [])
        let requests = session.asked.filter { $0.type == 0x04 && $0.index == 0x06 }.map { Array($0.data[1...]) }
        #expect(requests == [[0, 0, 0, 1, 0, 0, 0, 40], [0, 0, 0, 1, 0, 0, 0, 10], [0, 0, 0, 1, 0, 0, 0, 40]])
    }

    @Test("an index that went too far is moved back before anything is lost")
    func slip() throws {
        var session = try WandSession(told: [["checkpoints": 120], ["fault": "slip"]])
        session.connect()
        session.pass(.seconds(20))
        #expect(session.scans.count == 120 && session.movedTo == [100, 100, 120])
    }

    @Test("a damage that the sum does not show is noticed by the second reading")
    func swapped() throws {
        var session = try WandSession(told: [["checkpoints": 10], ["fault": "swapped"]])
        session.connect()
        session.pass(.seconds(20))
        #expect(session.cards == (0..<10).map { "0000100\($0)" })
        #expect(session.movedTo == [10])
    }

    @Test("faults of the line cost time and nothing else", arguments: ["noise", "cut", "checksum", "gap", "swapped"])
    func faults(fault: String) throws {
        for visit in 0..<8 {
            var session = try WandSession(told: [["checkpoints": 120]])
            session.connect()
            // The fault strikes at another point of the conversation each time.
            session.pass(.milliseconds(visit * 200))
            session.tell(["fault": .string(fault)])
            session.tell(["checkpoints": 30])
            session.pass(.seconds(60))
            #expect(session.scans.count == 150 && Set(session.identities).count == 150)
            #expect(session.faults == [] && session.report["unread"] == 0)
        }
    }

    @Test("a link that is lost before the records were stored costs a second reading, and no record")
    func lostLink() throws {
        var session = try WandSession(told: [["checkpoints": 40]])
        session.holdsReceipts = true
        session.connect()
        session.pass(.seconds(5))
        let early = session.identities
        session.disconnect()
        session.holdsReceipts = false
        session.forget()
        session.connect()
        session.pass(.seconds(5))
        #expect(session.identities == early && session.movedTo == [40])
    }

    @Test("an old receipt moves nothing")
    func oldReceipt() throws {
        var session = try WandSession(told: [["checkpoints": 40]])
        session.holdsReceipts = true
        session.connect()
        session.pass(.seconds(1))
        let old = try #require(session.unstored.first)
        session.disconnect()
        session.connect()
        session.pass(.seconds(1))
        let effects = session.driver.handle(.recorded(old), at: session.now)
        #expect(effects == [] && session.movedTo == [])
    }

    @Test("a wand that is off is no fault; one that is switched off is missed, another one in its place is known")
    func off() throws {
        var session = try WandSession(told: [["fault": "silence"]])
        session.connect()
        session.pass(.seconds(100))
        #expect(session.effects == [])
        session.tell(["fault": "none"])
        session.pass(.seconds(20))
        #expect(session.synced.count == 1)
        session.tell(["fault": "silence"])
        session.pass(.seconds(30))
        #expect(session.isAbandoned && session.effects.last == .abandonLink(.silent))
    }

    @Test("in live mode a card brings its record at once, and the mode ends with the link")
    func live() throws {
        var session = try WandSession(settings: ["live": true, "poll": "3600s"])
        session.connect()
        session.pass(.seconds(5))
        session.tell(["checkpoint": 43_981])
        session.pass(.seconds(1))
        #expect(session.cards == ["00043981"])
        session.leave()
        #expect(session.codes.last == 0x010F)
    }

    @Test("a low battery is told, at the percentage that is set", arguments: [(10, 1), (5, 0), (0, 0)])
    func battery(warning: Int, faults: Int) throws {
        var session = try WandSession(
            settings: ["battery_warning": .integer(warning)], told: [["fault": "battery-low"]])
        session.connect()
        session.pass(.seconds(60))
        #expect(session.faults.count == faults)
    }

    @Test("card numbers are written as the site file has them", arguments: FCARDNumber.allCases)
    func format(format: FCARDNumber) throws {
        var session = try WandSession(
            settings: ["format": .string(format.rawValue)], told: [["checkpoint": 6_547_886]])
        session.connect()
        session.pass(.seconds(5))
        #expect(session.cards == [format.text(of: 6_547_886)])
    }
}
