import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import HanvonSimulator
import Testing

@Suite("Hanvon over lines that cut, from seeds")
struct HanvonSeedTests {
    @Test(
        "every record becomes exactly one event, and none is let go of before the disk has it",
        arguments: Array(1...24) as [UInt64])
    func seeds(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var setup = SimulatedHanvon.Setup()
        setup.key = random.oneIn(2) ? "\(random.number(in: 1...99_999_999))" : nil
        setup.delivers = random.oneIn(2)
        setup.endsLines = random.oneIn(2)
        setup.isTerse = random.oneIn(2)
        setup.waits = random.oneIn(2)
        var rig = try HanvonRig(setup, settings: ["mode": "auto"], faults: .tcp, seed: seed) { $0.clock = .sync }
        rig.commit = .milliseconds(random.number(in: 1...2000))
        rig.tell(["log": .integer(random.number(in: 1...60))])
        rig.connect()
        for _ in 0..<40 {
            rig.pass(.milliseconds(random.number(in: 1...20_000)))
            trouble(&rig, &random)
        }
        rig.tell(["fault": "none"])
        for _ in 0..<100 where rig.journal != rig.made { rig.pass(.seconds(30)) }
        #expect(rig.broken == nil)
        #expect(rig.journal == rig.made)
        if !setup.delivers { #expect(rig.synced.count > 0 && rig.report()["erased"] == 0) }
    }

    private func trouble(_ rig: inout HanvonRig, _ random: inout SplitMix64) {
        switch random.number(in: 0...9) {
        case 0: rig.tell(["fault": "lost-reply"])
        case 1: rig.tell(["fault": "cut"])
        case 2: rig.tell(["fault": "noise"])
        case 3: rig.tell(["fault": "reboot", "seconds": .integer(random.number(in: 0...20))])
        case 4: rig.tell(["clock": random.oneIn(2) ? "-1h" : "+1h"])
        case 5: rig.tell(["punches": .integer(random.number(in: 1...20))])
        default: rig.tell(["punch": ["badge": .integer(random.number(in: 1...50))]])
        }
    }
}
