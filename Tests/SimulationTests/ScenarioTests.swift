import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import Testing
import ZKTecoDriver
import ZKTecoSimulator
import ZKTecoWire

@testable import GatehouseSimulation

@Suite("Named scenarios")
struct ScenarioTests {
    @Test("the gateway crashes after the commit and before anybody was told: the event is published from the journal")
    func crashBeforePublish() throws {
        var world = Sites.clock()
        try world.run(until: .seconds(5))
        let head = world.journal.head
        try world.say(["punch": ["badge": "10001"]], 0)
        while world.journal.head == head { try world.step() }
        world.crash()
        let row = try #require(world.journal.rows.last)
        #expect(row.event.topic == "punch.recorded")
        #expect(!row.isPublished)
        #expect(world.report["acknowledged"]?.integer == 0)

        try world.startGateway()
        try world.run()
        #expect(world.punches == ["10001"])
        #expect(world.subscribers.allSatisfy { $0.delivered.contains(row.recorded.sequence) })
    }

    @Test("the gateway crashes before the commit: the clock was told nothing and is read again")
    func crashBeforeCommit() throws {
        var world = Sites.clock()
        try world.run(until: .seconds(5))
        world.befall(.full)
        try world.say(["punch": ["badge": "10001"]], 0)
        try world.run(until: .seconds(8))
        world.crash()
        #expect(world.punches.isEmpty)
        #expect(world.report["acknowledged"]?.integer == 0)

        try world.wideMend(.full)
        try world.startGateway()
        try world.run(until: .seconds(20))
        #expect(world.punches == ["10001"])
    }

    @Test("while the disk is full a streaming clock is not acknowledged; there is room again, and it all comes")
    func fullDisk() throws {
        var world = Sites.clock()
        try world.run(until: .seconds(5))
        world.befall(.full)
        for number in 1...30 {
            try world.say(["punch": ["badge": .string("\(10_000 + number)")]], 0)
            try world.run(until: world.uptime + .milliseconds(300))
        }
        #expect(world.report["events"]?.integer == 30)
        #expect(world.report["acknowledged"]?.integer == 0)
        #expect(world.punches.isEmpty)

        try world.wideMend(.full)
        try world.run(until: .seconds(30))
        #expect(world.report["acknowledged"]?.integer == 30)
        #expect(world.punches.count == 30)
    }

    @Test("a full disk stops the reading of a scanner instead of filling the memory, and no code is lost")
    func heldScanner() throws {
        var world = Sites.scanner()
        try world.run(until: .seconds(2))
        world.befall(.full)
        for _ in 1...10 {
            try world.say(["scans": 100], 0)
            try world.run(until: world.uptime + .seconds(1))
        }
        #expect(world.stations[0].session?.link?.isHeld == true)
        try world.wideMend(.full)
        try world.run(until: .seconds(60))
        let codes = world.journal.rows.filter { $0.event.topic == "scan.recorded" }.map { row in
            (try? JSONValue(parsing: row.event.data))?["code"]?.text ?? ""
        }
        #expect(codes == (1...1000).map { "XF-\($0)" })
    }

    @Test(
        "a clock that restarts in the middle of a bulk read is read from the beginning",
        arguments: [Transport.tcp, .udp])
    func rebootInBulkRead(transport: Transport) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.bulk.tcpPacket = 1000
        var world = Sites.clock(transports: [transport], setup: setup)
        try world.say(["log": 500], 0)
        try world.say(["fault": "reboot", "when": "transfer", "seconds": 5], 0)
        try world.run()
        #expect(world.punches.count == 500)
        #expect(world.journal.rows.contains { $0.event.topic == "device.synced" })
    }

    @Test(
        "plugged in at another port, a scanner with a serial number is back within two seconds",
        arguments: 1...8 as ClosedRange<UInt64>)
    func replug(seed: UInt64) throws {
        var world = Sites.scanner(seed: seed)
        try world.run(until: .seconds(3))
        try world.befall(0, .unplugged)
        try world.run(until: .seconds(6))
        #expect(world.topics.suffix(1) == ["device.disconnected"])
        try world.replug(0)
        try world.run(until: .seconds(8))
        #expect(world.topics.suffix(1) == ["device.connected"])
        try world.say(["scan": "XF-0001"], 0)
        try world.run()
        #expect(world.topics.contains("scan.recorded"))
    }

    @Test("with a wrong key nothing is read; corrected in the site file, everything is")
    func wrongKey() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.key = 4711
        var world = Sites.clock(setup: setup, mistaken: DriverContext(zone: .utc, secret: "4712")) {
            $0.secret = "4711"
        }
        try world.say(["log": 50], 0)
        try world.run(until: .seconds(100))
        #expect(world.topics == ["device.faulted"])
        #expect(world.stations[0].session?.supervisor.snapshot.state == .faulted)

        try world.befall(0, .corrected)
        try world.run(until: .seconds(110))
        #expect(world.punches.count == 50)
        #expect(world.stations[0].session?.supervisor.snapshot.state == .online)
    }

    @Test(
        "a clock that is set back and forth makes no punch twice and none the same",
        arguments: DriverContext.ClockPolicy.allCases)
    func clockSetBack(policy: DriverContext.ClockPolicy) throws {
        var world = Sites.clock { $0.clock = policy }
        for (number, command) in ["-2h", "+2h", "-1d", "+1h", "2000-01-01 00:00:00"].enumerated() {
            try world.run(until: .seconds(10 * (number + 1)))
            try world.say(["punch": ["badge": .string("\(10_001 + number)")]], 0)
            try world.say(["clock": .string(command)], 0)
            try world.run(until: world.uptime + .seconds(1))
            try world.say(["punch": ["badge": .string("\(10_001 + number)")]], 0)
            if number == 2 { world.crash() }
            try world.startGateway()
        }
        try world.run()
        #expect(world.punches.count == 10)
        #expect(Set(world.punches).count == 5)
    }

    @Test("a clock that is mute on TCP is reached over UDP")
    func muteTCP() throws {
        var world = Sites.clock(transports: [.tcp, .udp])
        world.stations[0].deadTransports = [.tcp]
        try world.say(["log": 20], 0)
        try world.run(until: .seconds(20))
        #expect(world.punches.count == 20)
        #expect(world.stations[0].session?.supervisor.snapshot.address?.hasPrefix("udp://") == true)
    }

    @Test("people enrolled one after the other, while a clock with short records is read, are known by their badges")
    func enrolledDuringRead() throws {
        for pause in 3...9 {
            var setup = SimulatedZKTeco.Setup()
            setup.layout = .eightA
            setup.userCount = 7
            var world = Sites.clock(setup: setup) { $0.settings = ["layout8": "A"] }
            try world.say(["log": 20], 0)
            for number in 1...40 {
                try world.run(until: .milliseconds(pause * number))
                try world.say(["punch": ["badge": .string("\(20_000 + number)")]], 0)
            }
            try world.run()
            #expect(world.punches.count == 60)
            #expect(!world.punches.contains { $0.hasPrefix("uid:") })
        }
    }

    @Test("a full log is erased where the site allows it, and only once every punch is stored")
    func fullLog() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.capacity = 60
        var world = Sites.clock(setup: setup) { $0.clearLog = .whenFull }
        try world.say(["fault": "full-log"], 0)
        world.befall(.full)
        try world.run(until: .seconds(90))
        #expect(world.report["erased"]?.integer == nil || world.report["log"]?.integer == 60)
        try world.wideMend(.full)
        try world.run(until: .seconds(1100))
        #expect(world.report["log"]?.integer == 0)
        #expect(world.punches.count == 60)
    }
}

extension World {
    /// What the device says of itself.
    var report: JSONValue {
        var device = stations[0].device
        for case .answered(let report) in device.handle(.told(["report": true]), at: trueNow) { return report }
        return .null
    }

    /// The badges of the punches in the journal.
    var punches: [String] {
        journal.rows.filter { $0.event.topic == "punch.recorded" }.map(\.event.subject)
    }

    /// What the journal holds, in order.
    var topics: [String] { journal.rows.map(\.event.topic.rawValue) }
}
