import AnvizDriver
import AnvizWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing

@Suite("Anviz hostile clocks")
struct AnvizHostileBytesTests {
    @Test("no bytes trap the driver or make it talk for ever", arguments: 0..<40)
    func noise(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var driver = try Anviz(
            DriverContext(
                zone: .utc, clock: .sync, clearLog: .whenFull, secret: "1",
                settings: ["id": .integer(random.number(in: 0...1)), "capacity": 10]))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        var asked = AnvizCode.getTime
        var effects = driver.handle(.linkOpened(random.oneIn(2) ? .serial : .tcp), at: now)
        for _ in 0..<400 {
            now.uptime += random.duration(in: .zero ... .seconds(5))
            now.wall = now.wall + .seconds(1)
            for case .send(let bytes) in effects where bytes.count > 5 { asked = AnvizCode(rawValue: bytes[5] & 0x7F) }
            effects = driver.handle(input(&random, asked), at: now)
            #expect(effects.count < 64)
        }
    }

    /// Answers that fit the command at hand but hold anything, and inputs that come at any time.
    private func input(_ random: inout SplitMix64, _ asked: AnvizCode) -> DriverInput {
        switch random.number(in: 0...19) {
        case 0: return .linkClosed
        case 1: return .linkOpened(random.oneIn(2) ? .serial : .tcp)
        case 2: return .woke
        case 3: return .recorded(Receipt(UInt64(random.number(in: 0...20))))
        case 4: return .command(random.oneIn(2) ? .readLog : .syncClock, CommandID(1))
        case 5: return .received(random.bytes(random.number(in: 1...300)))
        case 6...9: return .lineGranted
        default: return .received(answer(&random, asked).bytes)
        }
    }

    private func answer(_ random: inout SplitMix64, _ asked: AnvizCode) -> AnvizFrame {
        var data = random.bytes(random.number(in: 0...60))
        switch random.number(in: 0...5) {
        case 0: data = AnvizCounts(records: random.number(in: 0...9), newRecords: random.number(in: 0...9)).data
        case 1...2:
            let record = AnvizRecord(
                user: random.next(), seconds: UInt32(truncatingIfNeeded: random.next()), backup: 255, type: 255)
            data = AnvizDownload.packet([AnvizRecord](repeating: record, count: random.number(in: 0...25)))
        case 3: data = [255, 255, 255, 255, 255, 255]
        default: break
        }
        if random.oneIn(6) { return .command(.heartbeat, device: 1) }
        let code = random.oneIn(6) ? AnvizCode.record : asked
        return .reply(to: code, device: 1, result: random.oneIn(8) ? .failed : .ok, data: data)
    }

    @Test("records that the journal does not take stay bounded, and are left to the download")
    func floodOfRecords() throws {
        var driver = try Anviz(DriverContext(zone: .utc))
        let now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        _ = driver.handle(.linkOpened(.tcp), at: now)
        let receipts = (0..<1000).flatMap { number -> [Receipt] in
            let record = AnvizRecord(user: 1, seconds: UInt32(number), backup: 1, type: 0)
            let frame = AnvizFrame.reply(to: .record, device: 1, data: record.bytes)
            return driver.handle(.received(frame.bytes), at: now).compactMap { effect in
                if case .observed(_, let receipt) = effect { receipt } else { nil }
            }
        }
        #expect(receipts.count == 64)
    }
}
