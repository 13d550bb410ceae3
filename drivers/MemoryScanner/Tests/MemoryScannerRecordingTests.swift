import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import MemoryScannerDriver
import Testing

@Suite("Memory scanner session")
struct MemoryScannerRecordingTests {
    @Test("the driver says what it said in the recorded session, and finds the four scans")
    func wholeSession() throws {
        var driver = try MemoryScanner(DriverContext(zone: .utc, clock: .sync, clearLog: .whenFull))
        let replay = DriverReplay(try Recording("Recordings/session.txt"), to: &driver, over: .serial)
        #expect(replay.differences == [])
        let identities = replay.observations.map { observation in
            if case .scan(let scan) = observation { scan.identity ?? "" } else { "" }
        }
        #expect(
            identities == [
                "0000000012345678/2026-11-18T10:55:58/1/CP-0007", "0000000012345678/2026-11-18T10:58:58/1/CP-0008",
                "0000000012345678/2026-11-18T10:58:58/2/CP-0008",
                "0000000012345678/2026-11-18T11:00:58/1/4006381333931",
            ])
        #expect(replay.effects.contains(.clock(DeviceClock(offset: .milliseconds(-42_700), corrected: true))))
        #expect(replay.effects.contains(.synced(through: Moment(seconds: 1_795_000_000 - 43))))
        #expect(replay.effects.contains(.status(DeviceStatus(logUsed: 0, logCapacity: nil))))
    }
}
