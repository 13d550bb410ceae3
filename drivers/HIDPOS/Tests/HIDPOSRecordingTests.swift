import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import GatehouseWireKit
import HIDPOSDriver
import Testing

@Suite("HID POS scanner sessions")
struct HIDPOSRecordingTests {
    @Test("a session with a long code, a torn one and a maker's own count reads as written")
    func session() throws {
        let replay = try replay("Recordings/session.txt")
        let scans = replay.observations.compactMap { if case .scan(let scan) = $0 { scan } else { nil } }
        let texts = scans.map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(texts == ["XF-0001", String(repeating: "0123456789", count: 12), "灭火器-7"])
        #expect(scans.map(\.symbology) == ["Q1", "Q1", "E0"])
        #expect(scans.last?.native == ["suffix": "0d"])
        let codes = replay.effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
        #expect(codes == ["scan-unfinished"])
        #expect(replay.differences == [])
    }

    @Test("what a real kernel hands over is read")
    func kernel() throws {
        let replay = try replay("Recordings/kernel.txt")
        let scans = replay.observations.compactMap { if case .scan(let scan) = $0 { scan } else { nil } }
        let expected = [
            Array("XF-0001".utf8), Array(String(repeating: "0123456789", count: 12).utf8), [0x41, 0, 0x42],
        ]
        #expect(scans.map(\.payload) == expected)
        #expect(scans.map(\.symbology) == ["Q1", "Q1", "d2"])
        #expect(!replay.effects.contains { if case .faulted = $0 { true } else { false } })
    }

    /// Plays a recording to a driver that got the descriptor in the recording's comment.
    private func replay(_ path: String) throws -> DriverReplay {
        let line = try #require(
            try Fixture.text(path).split(separator: "\n").first { $0.hasPrefix("# descriptor ") })
        let descriptor: [UInt8] = try #require(Hex.bytes(line.dropFirst("# descriptor ".count)))
        var scanner = HIDPOS(settings: try HIDPOSSettings(.object([])))
        let now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(100))
        #expect(scanner.handle(.described(descriptor), at: now) == [])
        return DriverReplay(try Recording(path), to: &scanner, over: .hidraw, start: now)
    }
}
