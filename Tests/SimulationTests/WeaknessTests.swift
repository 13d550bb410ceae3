import GatehouseDriverKit
import GatehouseModel
import Testing
import ZKTecoSimulator
import ZKTecoWire

@testable import GatehouseSimulation

/// What has gone wrong once, found by a seed.
@Suite("What seeds have found")
struct WeaknessTests {
    @Test("datagrams of one chunk overtake each other")
    func overtaking() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var setup = SimulatedZKTeco.Setup()
            setup.layout = .sixteen
            setup.bulk.directLimit = 0
            setup.bulk.udpPacket = 1024
            var world = Sites.clock(seed: seed, transports: [.udp], setup: setup)
            world.stations[0].lines[.udp] = LineFaults.Plan(isDatagrams: true, delay: .zero...(.milliseconds(1)))
            try world.say(["log": 18], 0)
            try world.run()
        }
    }

    @Test("a known person punches while the event of an unknown one waits for the user table")
    func heldEvent() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.eventForm = .ten
        var world = Sites.clock(setup: setup)
        try world.run(until: .seconds(5))
        try world.say(["punch": ["badge": "10001"]], 0)
        try world.run(until: .seconds(6))
        try world.say(["punch": ["badge": "20001"]], 0)
        try world.run(until: .milliseconds(6003))
        try world.say(["punch": ["badge": "10002"]], 0)
        try world.run()
    }

    @Test("a clock that was silent for a while")
    func silence() throws {
        var world = Sites.clock()
        try world.run(until: .seconds(5))
        try world.say(["fault": "silence"], 0)
        try world.say(["punch": ["badge": "10001"]], 0)
        try world.say(["fault": "none"], 0)
        try world.say(["punch": ["badge": "10002"]], 0)
        try world.run()
    }

    @Test("a gate so busy that the log grows by two between every two counts")
    func overtakenRead() throws {
        let clocks = SimulatedZKTeco.family
        var world = World(
            seed: 10315, families: Sites.families, simulated: [clocks, clocks, Sites.simulated[0]])
        try world.run()
    }
}
