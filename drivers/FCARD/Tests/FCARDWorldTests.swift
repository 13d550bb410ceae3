import FCARDDriver
import FCARDSimulator
import FCARDWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit
import Testing

@Suite("Patrol wands at simulated sites")
struct FCARDWorldTests {
    @Test(
        "on lines that lose and damage bytes, with a gateway that crashes, no record is lost and no index moved early",
        arguments: 0..<8 as Range<UInt64>)
    func seeds(batch: UInt64) {
        for seed in stride(from: batch + 1, through: 96, by: 8) {
            var world = World(
                seed: seed, families: [FCARD.family], simulated: [SimulatedFCARD.family],
                plan: World.Plan(stations: 1...2, trouble: .seconds(60)))
            do throws(BrokenInvariant) { try world.run() } catch { Issue.record("\(error)") }
        }
    }

    @Test("whatever a wand answers, the driver goes on, and says little", arguments: 0..<40 as Range<UInt64>)
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var driver = try FCARD(DriverContext(zone: .utc, clock: .sync, settings: ["live": true]))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        var infoCode: UInt16 = 0
        var effects = driver.handle(.linkOpened(.serial), at: now)
        for _ in 0..<2000 {
            now.uptime += random.duration(in: .zero ... .milliseconds(800))
            now.wall = now.wall + .milliseconds(500)
            #expect(effects.count < 40)
            var asked: FCARDFrame?
            for case .send(let bytes) in effects {
                var framer = FCARDFramer()
                framer.receive(bytes)
                if case .frame(let frame) = framer.next() { asked = frame }
            }
            infoCode = asked?.infoCode ?? infoCode
            effects = driver.handle(input(&random, infoCode, asked), at: now)
        }
    }

    /// Mostly replies that fit the request at hand and hold anything.
    private func input(_ random: inout SplitMix64, _ infoCode: UInt16, _ asked: FCARDFrame?) -> DriverInput {
        switch random.number(in: 0...25) {
        case 0: return .linkClosed
        case 1: return .linkOpened(.serial)
        case 2...3: return .woke
        case 4...5: return .recorded(Receipt(UInt64(random.number(in: 0...30))))
        case 6: return .command(random.oneIn(2) ? .readLog : .identify, CommandID(1))
        case 7: return .received(random.bytes(random.number(in: 1...300)))
        default:
            let type = (asked?.type ?? 0x04) &+ (random.oneIn(4) ? 0xF0 : 0x30)
            let isRefusal = random.oneIn(10)
            let frame = FCARDFrame(
                address: 1, infoCode: infoCode, type: isRefusal ? 0x21 : type,
                index: isRefusal ? UInt8(random.number(in: 1...4)) : asked?.index ?? 0x06, data: data(&random, asked))
            return .received(frame.bytes)
        }
    }

    private func data(_ random: inout SplitMix64, _ asked: FCARDFrame?) -> [UInt8] {
        switch (asked?.type, asked?.index) {
        case (0x04, 0x01):
            return FCARDCounts(
                capacity: UInt32(random.number(in: 0...(random.oneIn(9) ? 0xFFFF_FFFF : 300))),
                write: UInt32(random.number(in: 0...400)), read: UInt32(random.number(in: 0...400)),
                isWrapped: random.oneIn(3)
            ).bytes
        case (0x01, 0x01): return [UInt8(random.number(in: 1...2))]
        case (0x01, 0x05): return random.bytes(22)
        case (0x02, 0x01): return random.bytes(6)
        default:
            var data: [UInt8] = []
            let count = random.number(in: 0...10)
            data.appendBig(UInt32(count))
            for _ in 0..<count {
                data.appendBig(UInt32(random.number(in: 0...300)))
                data += random.bytes(12)
            }
            return data
        }
    }
}
