import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import HanvonDriver
import Testing

@Suite("Hanvon recording")
struct HanvonRecordingTests {
    @Test("the driver says what it said in the recorded session, and finds its records")
    func wholeSession() throws {
        let recording = try Recording("Recordings/session.txt")
        var driver = try Hanvon(
            DriverContext(
                zone: .utc, clock: .sync, secret: "1234", settings: ["mode": "pull", "direction": "status"]))
        let replay = DriverReplay(recording, to: &driver, over: .tcp)
        #expect(replay.differences == [])
        let identities = replay.observations.map { if case .punch(let punch) = $0 { punch.identity } else { "" } }
        #expect(
            identities == [
                "10001/2026-11-18T11:04:33/0", "10002/2026-11-18T11:05:03/0", "10001/2026-11-18T11:04:33/0",
                "10002/2026-11-18T11:05:03/0", "120/2026-11-18T11:06:42/1",
            ])
        #expect(replay.effects.contains { if case .clock(let clock) = $0 { clock.corrected } else { false } })
        #expect(replay.effects.contains(.status(DeviceStatus(logUsed: 2, logCapacity: nil))))
    }
}
