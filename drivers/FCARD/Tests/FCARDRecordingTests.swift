import FCARDDriver
import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing

@Suite("Patrol wand session")
struct FCARDRecordingTests {
    @Test("the driver says what it said in the recorded session, and finds the three records")
    func wholeSession() throws {
        var driver = try FCARD(DriverContext(zone: .utc, clock: .sync))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &driver, over: .serial)
        #expect(replay.differences == [])
        let identities = replay.observations.map { observation in
            if case .scan(let scan) = observation { scan.identity ?? "" } else { "" }
        }
        #expect(
            identities == [
                "1/1/2026-11-18T10:55:58/1/8257794", "1/2/2026-11-18T10:58:58/0/43981",
                "1/3/2026-11-18T11:00:58/0/43982",
            ])
        #expect(replay.effects.contains(.clock(DeviceClock(offset: .seconds(-42), corrected: true))))
        #expect(replay.effects.contains(.synced(through: Moment(seconds: 1_795_000_000 - 43))))
    }
}
