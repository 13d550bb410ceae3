import AnvizSimulator
import AnvizWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing

/// The driver against the simulated clock, over good lines and bad ones.
@Suite("Anviz against the simulated clock")
struct AnvizSimulatorTests {
    @Test("new records are read, stored, and exactly their marks are cleared", arguments: [Transport.tcp, .serial])
    func newRecords(transport: Transport) throws {
        var rig = try AnvizRig(over: transport)
        rig.tell(["log": 1234])
        rig.connect()
        rig.pass(.seconds(120))
        #expect(rig.seats[0].journal == rig.made && rig.made.count == 1234)
        #expect(rig.report()["new"] == 0 && rig.report()["log"] == 1234)
        #expect(rig.faults == [] && rig.synced.count >= 1 && rig.broken == nil)
        #expect(rig.effects.contains(.status(DeviceStatus(logUsed: 1234, logCapacity: nil))))
        let facts = DeviceFacts(vendor: "Anviz", model: "VF30", serial: "SIM0000000000001", firmware: "02.16.01")
        #expect(rig.effects.contains(.identified(facts)))
    }

    @Test("nothing loses its mark, and nothing is synced, while the disk has not taken it")
    func slowDisk() throws {
        var rig = try AnvizRig { $0.lastReading = ["badge": "1"] }
        rig.commit = .seconds(30)
        rig.tell(["log": 60])
        rig.connect()
        rig.pass(.seconds(25))
        #expect(rig.punches.count == 60 && rig.report()["new"] == 60 && rig.synced.count == 0)
        rig.pass(.seconds(10))
        #expect(rig.report()["new"] == 0 && rig.synced.count == 1 && rig.broken == nil)
    }

    @Test("a punch made between download and clearing keeps its mark, and is read in the next round")
    func punchMeanwhile() throws {
        var setup = SimulatedAnviz.Setup()
        setup.isLive = false
        var rig = try AnvizRig(setup) { $0.lastReading = ["badge": "1"] }
        rig.commit = .seconds(5)
        rig.tell(["log": 10])
        rig.connect()
        rig.pass(.seconds(2))
        rig.tell(["punch": ["badge": "4711"]])
        rig.pass(.seconds(4))
        #expect(rig.report()["new"] == 1 && rig.report()["acknowledged"] == 10)
        rig.pass(.seconds(30))
        #expect(rig.report()["new"] == 0 && rig.seats[0].journal == rig.made && rig.broken == nil)
    }

    @Test(
        "a packet, or the command for it, that is lost on a line is had again, once, and counted once",
        arguments: ["lost-reply", "lost-command"])
    func packetLost(fault: String) throws {
        let delay = LineFaults.Plan(delay: .milliseconds(20)...(.milliseconds(20)))
        var rig = try AnvizRig(over: .serial, faults: delay) { $0.lastReading = ["badge": "1"] }
        rig.tell(["log": 60])
        rig.connect()
        // Four facts, the counts and the first of three packets have passed, the command for the second is on its way.
        rig.pass(.milliseconds(250))
        rig.tell(["fault": .string(fault)])
        rig.pass(.seconds(4))
        #expect(rig.punches.count == 60 && Set(rig.punches.map(\.identity)) == rig.made)
        #expect(rig.report()["acknowledged"] == 60 && rig.faults == [] && rig.broken == nil)
    }

    @Test("a live record is handed over at once, and is the same event when it is downloaded")
    func live() throws {
        var rig = try AnvizRig(settings: ["poll": "60s"])
        rig.connect()
        rig.pass(.seconds(5))
        rig.tell(["punch": ["badge": "1234", "state": 1, "backup": 8]])
        rig.pass(.seconds(1))
        #expect(rig.punches.map(\.badge) == ["1234"])
        #expect(rig.punches.first?.direction == .out && rig.punches.first?.method == .card)
        rig.pass(.seconds(90))
        #expect(rig.punches.count == 2 && Set(rig.punches.map(\.identity)).count == 1)
        #expect(rig.punches.map { $0.native["road"]?.text } == ["live", "log"])
        #expect(rig.report()["new"] == 0)
    }

    @Test("a clock that nothing is known of is read whole once, although others have fetched its records")
    func firstRead() throws {
        var rig = try AnvizRig()
        rig.fetchedByOthers = 300
        rig.tell(["log": 300, "fetched": true])
        rig.connect()
        rig.pass(.seconds(30))
        #expect(rig.seats[0].journal == rig.made && rig.made.count == 300)
        #expect(rig.synced.count == 1)
    }

    @Test("read-log reads everything, touches no mark, and answers with the number")
    func readLog() throws {
        var rig = try AnvizRig { $0.lastReading = ["badge": "1"] }
        rig.fetchedByOthers = 130
        rig.tell(["log": 130, "fetched": true])
        rig.connect()
        rig.pass(.seconds(10))
        #expect(rig.punches.isEmpty)
        rig.command(.readLog)
        rig.pass(.seconds(10))
        #expect(rig.punches.count == 130)
        #expect(rig.answers == [.done(["records": 130])])
        #expect(rig.broken == nil)
    }

    @Test("identify and message are refused with a reason")
    func refusals() throws {
        var rig = try AnvizRig()
        rig.connect()
        rig.command(.identify, 1)
        rig.command(.message("hello"), 2)
        rig.disconnect()
        rig.command(.readLog, 3)
        #expect(rig.answers.count == 3)
        #expect(rig.answers.allSatisfy { if case .refused = $0 { true } else { false } })
    }

    @Test("the heartbeat of a clock that dials in is answered, and it is read like any other")
    func dialsIn() throws {
        var setup = SimulatedAnviz.Setup()
        setup.dialsIn = true
        setup.id = 9
        var rig = try AnvizRig(setup)
        rig.tell(["log": 30])
        rig.connect()
        rig.pass(.seconds(660))
        #expect(rig.report()["heartbeats"] == 3 && rig.report()["new"] == 0)
        #expect(rig.seats[0].journal == rig.made && rig.broken == nil)
    }

    @Test("a login is sent first; a wrong one is refused and not tried again at once")
    func login() throws {
        var setup = SimulatedAnviz.Setup()
        setup.login = AnvizLogin.data(user: "admin", password: "12345")
        var rig = try AnvizRig(setup) { $0.secret = "12345" }
        rig.tell(["log": 5])
        rig.connect()
        rig.pass(.seconds(10))
        #expect(rig.seats[0].journal == rig.made && rig.faults == [])
        var wrong = try AnvizRig(setup) { $0.secret = "99" }
        wrong.connect()
        wrong.pass(.seconds(1))
        #expect(wrong.faults == ["wrong-key"] && wrong.effects.contains(.abandonLink(.refused)))
    }

    @Test("the clock is set where the policy is sync, and only then", arguments: DriverContext.ClockPolicy.allCases)
    func clock(policy: DriverContext.ClockPolicy) throws {
        var setup = SimulatedAnviz.Setup()
        setup.clockOffset = .seconds(-90)
        var rig = try AnvizRig(setup) { $0.clock = policy }
        rig.connect()
        rig.pass(.seconds(5))
        #expect(rig.clocks == [DeviceClock(offset: .seconds(-90), corrected: policy == .sync)])
        #expect(rig.report()["clock"] == .string(policy == .sync ? "2026-11-23T08:00:05" : "2026-11-23T07:58:35"))
        rig.command(.syncClock)
        rig.pass(.seconds(5))
        #expect(rig.report()["clock"] == "2026-11-23T08:00:10" && rig.answers.count == 1)
    }

    @Test("that the clock is right after it was set is told, once")
    func rightAgain() throws {
        var setup = SimulatedAnviz.Setup()
        setup.clockOffset = .seconds(-90)
        var rig = try AnvizRig(setup) { $0.clock = .sync }
        rig.connect()
        rig.pass(.seconds(3 * 1800))
        #expect(
            rig.clocks == [
                DeviceClock(offset: .seconds(-90), corrected: true), DeviceClock(offset: .zero, corrected: false),
            ])
    }

    @Test("a clock that is ahead is not set back across a punch, but once the site's time has passed it")
    func notBack() throws {
        var setup = SimulatedAnviz.Setup()
        setup.clockOffset = .seconds(1200)
        var rig = try AnvizRig(setup) { $0.clock = .sync }
        rig.tell(["punch": ["badge": "1"]])
        rig.connect()
        rig.pass(.seconds(60))
        #expect(rig.faults == ["clock-not-set"] && rig.clocks.map(\.corrected) == [false])
        rig.pass(.seconds(3600))
        #expect(rig.clocks.contains { $0.corrected })
    }

    @Test("the epoch is a setting", arguments: [("2000-01-02", 0), ("2000-01-01", -86_400)])
    func epoch(setting: String, shift: Int64) throws {
        var rig = try AnvizRig(settings: ["epoch": .string(setting)])
        rig.tell(["punch": ["badge": "1"]])
        rig.connect()
        rig.pass(.seconds(5))
        let seconds = rig.now.wall.seconds - 5 + shift
        #expect(rig.punches.first?.deviceTime == LocalTime(secondsSince1970: seconds))
    }

    @Test("a memory that is nearly full is erased only where the site says so, and only while nobody punches")
    func erasing() throws {
        var setup = SimulatedAnviz.Setup()
        setup.capacity = 100
        var rig = try AnvizRig(setup, settings: ["capacity": 100]) {
            $0.clearLog = .whenFull
            $0.lastReading = ["badge": "1"]
        }
        rig.tell(["log": 95])
        rig.connect()
        rig.pass(.seconds(20))
        #expect(rig.report()["erased"] == 0 && rig.faults.contains("log-nearly-full"))
        rig.pass(.seconds(180))
        #expect(rig.report()["erased"] == 95 && rig.report()["log"] == 0)
        #expect(rig.seats[0].journal == rig.made && !rig.faults.contains("records-lost"))
    }

    @Test("three clocks on one line each get their turns; each is read by its own driver")
    func sharedLine() throws {
        let ids: [UInt32] = [1, 2, 7]
        let clocks = ids.map { id in
            var setup = SimulatedAnviz.Setup()
            setup.id = id
            setup.serial = "SIM-\(id)"
            return SimulatedAnviz(setup: setup)
        }
        let contexts = ids.map { DriverContext(zone: .utc, settings: ["id": .integer($0)]) }
        var rig = try AnvizRig(contexts, clocks, over: .serial, faults: .init(delay: .zero...(.milliseconds(5))))
        for id in ids { rig.tell(["log": .integer(100 + Int(id)), "id": .integer(id)]) }
        rig.connect()
        rig.pass(.seconds(60))
        for index in ids.indices {
            #expect(rig.seats[index].journal == rig.made(index) && rig.report(ids[index])["new"] == 0)
        }
        #expect(rig.broken == nil)
    }

    @Test("a dead clock on a shared line does not keep the others from their turns")
    func deadNeighbour() throws {
        let contexts = [1, 2].map { DriverContext(zone: .utc, settings: ["id": .integer($0)]) }
        var rig = try AnvizRig(contexts, [SimulatedAnviz()], over: .serial)
        rig.tell(["log": 400])
        rig.connect()
        rig.pass(.seconds(60))
        #expect(rig.seats[0].journal == rig.made)
        #expect(rig.seats[1].effects.contains(.abandonLink(.silent)))
    }

    @Test("on a line id 0 is refused, and a clock that answers under another id is named")
    func ids() throws {
        var zero = try AnvizRig(over: .serial, settings: ["id": 0])
        zero.connect()
        #expect(zero.faults == ["id-needed"])
        var setup = SimulatedAnviz.Setup()
        setup.id = 3
        var any = try AnvizRig(setup)
        any.tell(["log": 5])
        any.connect()
        any.pass(.seconds(5))
        #expect(any.seats[0].journal == any.made)
    }
}
