import AnvizSimulator
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing

/// Days of trouble in a second: the same seed, the same day.
@Suite("Anviz over lines that lose, damage and cut, from seeds")
struct AnvizSeedTests {
    @Test(
        "every record becomes exactly one event, no mark goes before the disk has the record, and all marks go",
        arguments: Array(1...16) as [UInt64])
    func seeds(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let transport: Transport = random.oneIn(2) ? .serial : .tcp
        var setup = SimulatedAnviz.Setup()
        setup.isLive = random.oneIn(2)
        setup.dialsIn = transport == .tcp && random.oneIn(2)
        var rig = try AnvizRig(
            setup, over: transport, settings: ["full_read": random.oneIn(3) ? "1h" : "never"],
            faults: transport == .tcp ? .tcp : .serial, seed: seed
        ) { $0.clock = .sync }
        rig.commit = .milliseconds(random.number(in: 1...3000))
        rig.tell(["log": .integer(random.number(in: 1...700))])
        rig.connect()
        for _ in 0..<60 {
            rig.pass(.milliseconds(random.number(in: 1...20_000)))
            trouble(&rig, &random)
        }
        rig.tell(["fault": "none"])
        for _ in 0..<80 where rig.report()["new"] != 0 || rig.seats[0].journal != rig.made { rig.pass(.seconds(30)) }
        #expect(rig.broken == nil)
        #expect(rig.seats[0].journal == rig.made)
        #expect(rig.report()["new"] == 0 && rig.report()["erased"] == 0 && rig.synced.count > 0)
    }

    private func trouble(_ rig: inout AnvizRig, _ random: inout SplitMix64) {
        switch random.number(in: 0...11) {
        case 0: rig.tell(["fault": "lost-reply"])
        case 1: rig.tell(["fault": "lost-command"])
        case 2: rig.tell(["fault": "noise"])
        case 3: rig.tell(["fault": "cut"])
        case 4: rig.tell(["fault": "reboot", "seconds": .integer(random.number(in: 0...20))])
        case 5: rig.disconnect(again: .seconds(3))
        case 6: rig.tell(["punches": .integer(random.number(in: 1...60))])
        default: rig.tell(["punch": ["badge": .integer(random.number(in: 1...50))]])
        }
    }

    @Test("a gateway that dies in the middle loses nothing", arguments: Array(1...12) as [UInt64])
    func restarts(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var rig = try AnvizRig(over: .serial, faults: .serial, seed: seed)
        rig.tell(["log": 300])
        rig.connect()
        for _ in 0..<10 {
            rig.commit = .milliseconds(random.number(in: 1...2000))
            rig.pass(.milliseconds(random.number(in: 1...6000)))
            rig.tell(["punches": 3])
            let known: JSONValue = rig.seats[0].journal.isEmpty ? .null : ["badge": "1"]
            try rig.restart(DriverContext(zone: .utc, lastReading: known))
        }
        for _ in 0..<60 where rig.report()["new"] != 0 { rig.pass(.seconds(30)) }
        #expect(rig.seats[0].journal == rig.made && rig.broken == nil)
    }
}
