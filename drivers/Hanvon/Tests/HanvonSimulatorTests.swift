import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import HanvonDriver
import HanvonSimulator
import HanvonWire
import Testing

/// The driver against the simulated clock, asked and delivering.
@Suite("Hanvon against the simulated clock")
struct HanvonSimulatorTests {
    @Test("everything is read once, then what is new, with every way to answer", arguments: 0...15)
    func pull(variant: Int) throws {
        var setup = SimulatedHanvon.Setup()
        setup.key = variant & 1 == 0 ? nil : "1234"
        setup.endsLines = variant & 2 != 0
        setup.hearsLineEnds = variant & 1 != 0
        setup.waits = variant & 4 != 0
        setup.isTerse = variant & 8 != 0
        var rig = try HanvonRig(setup, settings: ["mode": "pull", "line_end": variant & 1 == 0 ? "none" : "crlf"])
        rig.tell(["log": 777])
        rig.connect()
        rig.pass(.seconds(5))
        #expect(rig.journal == rig.made && rig.made.count == 777 && rig.synced.count == 1 && rig.faults == [])
        rig.tell(["punch": ["badge": "007", "status": "1"]])
        rig.pass(.seconds(15))
        #expect(rig.journal == rig.made && rig.punches.last?.badge == "007" && rig.broken == nil)
        // The overlap is read again, the rest is not.
        #expect(rig.punches.count < 777 + 60)
    }

    @Test("the facts are told, and a stranger at the address is refused")
    func facts() throws {
        var rig = try HanvonRig()
        rig.connect()
        rig.pass(.seconds(5))
        let facts = DeviceFacts(vendor: "Hanvon", model: "FaceID F810", serial: "SIM00000001", firmware: "V3.012")
        #expect(rig.effects.contains(.identified(facts)))
        var other = try HanvonRig { $0.expectedSerial = "X" }
        other.connect()
        other.pass(.seconds(1))
        #expect(other.faults == ["wrong-serial"] && other.effects.contains(.abandonLink(.refused)))
        #expect(other.punches.isEmpty)
    }

    @Test("a clock that delivers is answered only when the record is on disk", arguments: ["auto", "push", "pull"])
    func push(mode: String) throws {
        var setup = SimulatedHanvon.Setup()
        setup.delivers = true
        setup.key = "98"
        var rig = try HanvonRig(setup, settings: ["mode": .string(mode)])
        rig.commit = .seconds(3)
        rig.tell(["log": 5])
        rig.connect()
        rig.pass(.seconds(2))
        #expect(rig.punches.count == 1 && rig.report()["acknowledged"] == 0)
        rig.pass(.seconds(30))
        #expect(rig.report()["acknowledged"] == 5 && rig.journal == rig.made && rig.broken == nil)
        rig.tell(["punch": ["badge": "12"]])
        rig.pass(.seconds(10))
        #expect(rig.report()["acknowledged"] == 6 && rig.journal == rig.made)
    }

    @Test("nothing is synced while the disk has not taken it")
    func slowDisk() throws {
        var rig = try HanvonRig()
        rig.commit = .seconds(60)
        rig.tell(["log": 300])
        rig.connect()
        rig.pass(.seconds(50))
        #expect(rig.punches.count == 300 && rig.synced.count == 0)
        rig.pass(.seconds(20))
        #expect(rig.synced.count == 1)
    }

    @Test("after a restart the last minutes come first, then everything, and nothing is stored twice")
    func restart() throws {
        var rig = try HanvonRig()
        rig.tell(["log": 500])
        rig.connect()
        rig.pass(.seconds(5))
        let last = rig.punches.compactMap(\.deviceTime).max()
        let known: JSONValue = ["deviceTime": .string(last?.text ?? "")]
        try rig.restart(DriverContext(zone: .utc, settings: ["mode": "pull"], lastReading: known))
        rig.pass(.seconds(5))
        #expect(rig.journal == rig.made && rig.journal.count == 500 && rig.synced.count == 2)
        let queries = rig.sent.filter { String(decoding: $0, as: UTF8.self).hasPrefix("GetRecord") }
        #expect(queries.map { $0 == Array("GetRecord()".utf8) } == [true, false, true])
    }

    @Test("a clock that was set back makes everything be read again")
    func setBack() throws {
        var rig = try HanvonRig()
        rig.tell(["log": 30])
        rig.connect()
        rig.pass(.seconds(30))
        rig.tell(["clock": "-2h"])
        rig.tell(["punch": ["badge": "5"]])
        rig.pass(.seconds(30))
        #expect(rig.faults == ["clock-moved"] && rig.journal == rig.made)
    }

    @Test("the clock is set where the policy is sync, and only then", arguments: DriverContext.ClockPolicy.allCases)
    func clock(policy: DriverContext.ClockPolicy) throws {
        var setup = SimulatedHanvon.Setup()
        setup.clockOffset = .seconds(-90)
        var rig = try HanvonRig(setup) { $0.clock = policy }
        rig.connect()
        rig.pass(.seconds(5))
        #expect(rig.clocks == [DeviceClock(offset: .seconds(-90), corrected: policy == .sync)])
        #expect(rig.report()["clock"] == .string(policy == .sync ? "2026-11-23T08:00:05" : "2026-11-23T07:58:35"))
        #expect(rig.sent.contains { $0.starts(with: Array("SetDeviceInfo".utf8)) } == (policy == .sync))
    }

    @Test("the clock is set with the command that the model has, on command")
    func setClock() throws {
        var setup = SimulatedHanvon.Setup()
        setup.clockOffset = .seconds(-60)
        var rig = try HanvonRig(setup, settings: ["mode": "pull", "set_clock": "date_time"])
        rig.connect()
        rig.pass(.seconds(5))
        rig.command(.syncClock)
        rig.pass(.seconds(1))
        let command = Array("SetDateTime(date=\"2026-11-23\" time=\"08:00:05\")".utf8)
        #expect(rig.sent.contains(command) && rig.answers.count == 1)
    }

    @Test("read-log reads everything and answers with the number; the rest is refused with a reason")
    func commands() throws {
        var rig = try HanvonRig()
        rig.tell(["log": 40])
        rig.connect()
        rig.pass(.seconds(5))
        rig.command(.readLog, 1)
        rig.pass(.seconds(5))
        #expect(rig.answers == [.done(["records": 40])])
        rig.command(.identify, 2)
        rig.command(.message("x"), 3)
        rig.disconnect()
        rig.command(.readLog, 4)
        #expect(rig.answers.dropFirst().allSatisfy { if case .refused = $0 { true } else { false } })
        #expect(rig.answers.count == 4)
    }

    @Test("records are deleted only where the site and the model allow it, and only those before the last read")
    func deleting() throws {
        var setup = SimulatedHanvon.Setup()
        setup.capacity = 100
        var rig = try HanvonRig(setup, settings: ["mode": "pull", "delete_up_to": true, "capacity": 100]) {
            $0.clearLog = .whenFull
        }
        rig.tell(["log": 95])
        rig.connect()
        rig.pass(.seconds(20))
        // The seventeen records of the ten minutes before the read stay.
        #expect(rig.report()["erased"] == 78 && rig.journal == rig.made && rig.broken == nil)
        var never = try HanvonRig(setup)
        never.tell(["log": 95])
        never.connect()
        never.pass(.seconds(20))
        #expect(never.report()["erased"] == 0)
    }
}
