import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import MemoryScannerDriver
import MemoryScannerSimulator
import OPN2001Wire
import Testing

@Suite("Memory scanners at simulated sites")
struct MemoryScannerWorldTests {
    @Test(
        "on lines that lose and damage bytes, with a gateway that crashes, nothing is lost or cleared unstored",
        arguments: 0..<8 as Range<UInt64>)
    func seeds(batch: UInt64) {
        for seed in stride(from: batch + 1, through: 96, by: 8) {
            var world = World(
                seed: seed, families: [MemoryScanner.family], simulated: [SimulatedMemoryScanner.family],
                plan: World.Plan(stations: 1...2, trouble: .seconds(60)))
            do throws(BrokenInvariant) { try world.run() } catch { Issue.record("\(error)") }
        }
    }

    @Test("whatever a scanner answers, the driver goes on, and says little", arguments: 0..<40 as Range<UInt64>)
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var driver = try MemoryScanner(
            DriverContext(zone: .utc, clock: .sync, clearLog: .whenFull, settings: ["prepare": true]))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        var effects = driver.handle(.linkOpened(.serial), at: now)
        for _ in 0..<1500 {
            now.uptime += random.duration(in: .zero ... .seconds(2))
            now.wall = now.wall + .seconds(1)
            #expect(effects.count < 40)
            effects = driver.handle(input(&random), at: now)
        }
    }

    private func input(_ random: inout SplitMix64) -> DriverInput {
        switch random.number(in: 0...30) {
        case 0: return .linkClosed
        case 1: return .linkOpened(.serial)
        case 2...4: return .woke
        case 5: return .recorded(Receipt(UInt64(random.number(in: 0...30))))
        case 6: return .command(random.oneIn(2) ? .readLog : .syncClock, CommandID(1))
        case 7: return .received(random.bytes(random.number(in: 1...300)))
        case 8...14: return .received(OPNReplies.identity)
        case 15...18:
            return .received(OPNReplies.parameter(random.oneIn(2) ? 0x0F : 0x23, UInt8(random.number(in: 0...1))))
        case 19...21:
            return .received(random.oneIn(2) ? OPNReplies.noTime : OPNReply.time(OPNTime(stamp: 0x01E4_5ADA)).bytes)
        case 22...23: return .received(OPNReply.done.bytes)
        case 24: return .received(OPNReplies.emptyData)
        default:
            var records: [UInt8] = []
            for _ in 0..<random.number(in: 0...40) {
                let scan = OPNScan(
                    symbology: UInt8(random.number(in: 0...255)), code: random.bytes(random.number(in: 0...20)),
                    stamp: UInt32(truncatingIfNeeded: random.next()))
                records += scan.bytes
            }
            guard let dump = OPNDump(serial: OPNReplies.serial, records: records) else { return .woke }
            return .received(OPNReply.data(dump).bytes)
        }
    }
}
