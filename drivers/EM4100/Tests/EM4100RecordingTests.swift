import EM4100Driver
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing

@Suite("EM4100 sessions")
struct EM4100RecordingTests {
    @Test("a card that stays, comes again, and another one are three readings")
    func session() throws {
        var reader = EM4100(role: .patrol, settings: try EM4100Settings(["format": "dec10"]))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &reader, over: .serial)
        let codes = replay.observations.map { observation -> String in
            if case .scan(let scan) = observation { String(decoding: scan.payload, as: UTF8.self) } else { "no scan" }
        }
        #expect(codes == ["0006547886", "0006547886", "0008844356"])
        let bad = replay.effects.reduce(0) { if case .frames(_, let bad) = $1 { $0 + bad } else { $0 } }
        #expect(bad == 1)
        #expect(!replay.effects.contains { if case .faulted = $0 { true } else { false } })
        #expect(replay.differences == [])
    }

    @Test("whatever comes in whatever pieces, the card after it is read", arguments: 1...20)
    func fuzz(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var reader = EM4100(role: .clock, settings: try EM4100Settings(.object([])))
        var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)
        _ = reader.handle(.linkOpened(.serial), at: now)
        for _ in 0..<500 {
            now.uptime += .milliseconds(random.number(in: 0...300))
            let effects = reader.handle(.received(random.bytes(random.number(in: 1...200))), at: now)
            #expect(effects.count <= 2)
        }
        now.uptime += .seconds(1)
        let last = reader.handle(.received(Array("\u{2}010063E9AE25\u{3}".utf8)), at: now)
        guard case .observed(let readings, _) = last.first, case .punch(let punch) = readings.first else {
            Issue.record("the card after the noise is lost")
            return
        }
        #expect(punch.badge == "010063E9AE" && readings.count == 1)
    }
}
