import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import LineScannerDriver
import Testing

@Suite("Line scanner sessions")
struct LineScannerRecordingTests {
    @Test("a session with two scans, a torn one and an overlong one reads as written")
    func session() throws {
        var scanner = LineScanner(settings: try LineScannerSettings(["longest": 32]))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &scanner, over: .serial)
        let payloads = replay.observations.map { observation -> String in
            if case .scan(let scan) = observation { String(decoding: scan.payload, as: UTF8.self) } else { "no scan" }
        }
        #expect(payloads == ["XF-0001", "XF-0002", "灭火器-7", "XF-0004"])
        let codes = replay.effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
        #expect(codes == ["scan-unfinished", "scan-overlong"])
        #expect(replay.differences == [])
    }

    @Test("whatever comes in whatever pieces, each whole line is a scan and memory stays small", arguments: 1...20)
    func fuzz(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var scanner = LineScanner(settings: try LineScannerSettings(["longest": 64]))
        var now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)
        _ = scanner.handle(.linkOpened(.tcp), at: now)
        for _ in 0..<300 {
            now.uptime += .milliseconds(random.number(in: 0...300))
            let input: DriverInput = random.oneIn(4) ? .woke : .received(random.bytes(random.number(in: 1...200)))
            for effect in scanner.handle(input, at: now) {
                guard case .observed(let scans, _) = effect else { continue }
                #expect(
                    scans.allSatisfy {
                        if case .scan(let scan) = $0 { (1...64).contains(scan.payload.count) } else { false }
                    })
            }
        }
        _ = scanner.handle(.received(Array("\r".utf8)), at: now)
        let last = scanner.handle(.received(Array("XF-0001\r".utf8)), at: now)
        guard case .observed(let scans, _) = last.first else {
            Issue.record("the scan after the noise is lost")
            return
        }
        #expect(scans == [.scan(ScanReading(payload: Array("XF-0001".utf8)))])
    }
}
