import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing
import ZKTecoDriver

@Suite("ZKTeco recording")
struct ZKTecoRecordingTests {
    @Test("the driver says what it said in the recorded session, and finds the four punches")
    func wholeSession() throws {
        let recording = try Recording("Recordings/session-tcp.txt")
        var driver = try ZKTeco(
            DriverContext(zone: .utc, clock: .sync, secret: "123456", expectedSerial: "A8N5204560001"))
        let replay = DriverReplay(recording, to: &driver, over: .tcp)
        #expect(replay.differences == [])
        let identities = replay.observations.map { observation in
            if case .punch(let punch) = observation { punch.identity } else { "" }
        }
        #expect(
            identities == [
                "10023/2026-11-18T08:30:00/0/1", "10024/2026-11-18T08:31:12/0/15", "10023/2026-11-18T10:05:33/1/4",
                "10024/2026-11-18T11:06:45/1/15",
            ])
        #expect(replay.effects.contains(.clock(DeviceClock(offset: .seconds(-7), corrected: true))))
        #expect(replay.effects.contains(.synced(through: Moment(seconds: 1_795_000_000 - 1))))
    }
}
