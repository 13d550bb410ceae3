import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import KeyboardWedgeDriver
import Testing

@Suite("Keyboard-mode scanner sessions")
struct KeyboardWedgeRecordingTests {
    @Test("a session with a late read, a loss, a person and a code without Enter reads as written")
    func session() throws {
        var scanner = KeyboardWedge(settings: try KeyboardWedgeSettings(["layout": "de"]))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &scanner, over: .evdev)
        let payloads = replay.observations.map { observation -> String in
            if case .scan(let scan) = observation { String(decoding: scan.payload, as: UTF8.self) } else { "no scan" }
        }
        #expect(payloads == ["XZ-1", "123", "789"])
        let codes = replay.effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
        #expect(codes == ["events-lost", "typed-by-hand"])
        #expect(replay.differences == [])
    }

    @Test("what a real kernel hands over is read, its loss included")
    func kernel() throws {
        var scanner = KeyboardWedge(settings: try KeyboardWedgeSettings(.object([])))
        let replay = DriverReplay(try Recording("Recordings/kernel.txt"), to: &scanner, over: .evdev)
        let payloads = replay.observations.map { observation -> String in
            if case .scan(let scan) = observation { String(decoding: scan.payload, as: UTF8.self) } else { "no scan" }
        }
        #expect(payloads == ["XF-0001", #"https://example.com/q?id=7&x=[1]{2}\|~^"#, "abc"])
        let codes = replay.effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
        #expect(codes == ["events-lost"])
    }

    @Test("whatever comes, scans are of the agreed length, and what follows is few", arguments: 1...20)
    func fuzz(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var scanner = KeyboardWedge(settings: try KeyboardWedgeSettings(["longest": 64, "alt_codes": "gbk"]))
        var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)
        _ = scanner.handle(.linkOpened(.evdev), at: now)
        for _ in 0..<300 {
            now.uptime += .milliseconds(random.number(in: 0...200))
            let input: DriverInput =
                random.oneIn(4) ? .woke : random.oneIn(30) ? .linkClosed : .received(keys(&random))
            let effects = scanner.handle(input, at: now)
            #expect(effects.count <= 8)
            for case .observed(let scans, _) in effects {
                #expect(
                    scans.allSatisfy {
                        if case .scan(let scan) = $0 { (3...64).contains(scan.payload.count) } else { false }
                    })
            }
        }
    }

    /// Events that are mostly keys, in reads of a few, now and then cut where no kernel cuts them.
    private func keys(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...random.number(in: 0...20) {
            var event = random.bytes(24)
            if !random.oneIn(10) {
                let code = UInt8(random.number(in: 0...110))
                event.replaceSubrange(2..., with: [0, 0, 0, 0, 0, 0] + random.bytes(2) + [0, 0, 0, 0, 0, 0])
                event += [random.oneIn(20) ? 0 : 1, 0, code, 0, UInt8(random.number(in: 0...2)), 0, 0, 0]
            }
            bytes += event
        }
        return random.oneIn(50) ? Array(bytes.dropLast(5)) : bytes
    }
}
