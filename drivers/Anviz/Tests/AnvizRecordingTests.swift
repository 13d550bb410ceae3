import AnvizDriver
import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing

@Suite("Anviz recording")
struct AnvizRecordingTests {
    @Test("the driver says what it said in the recorded session, and finds its records")
    func wholeSession() throws {
        let recording = try Recording("Recordings/session.txt")
        var driver = try Anviz(
            DriverContext(
                zone: .utc, clock: .sync, expectedSerial: "SIM0000000000001", lastReading: ["badge": "1"]))
        let replay = DriverReplay(recording, to: &driver, over: .serial, sharesLine: true)
        #expect(replay.differences == [])
        let punches = replay.observations.compactMap { if case .punch(let punch) = $0 { punch } else { nil } }
        #expect(punches.count == 30 && Set(punches.map(\.identity)).count == 29)
        #expect(punches.first?.badge == "10001" && punches.first?.direction == .in)
        #expect(punches.last?.identity == "1234/848228802/129/8" && punches.last?.method == .card)
        #expect(punches.last?.deviceTime?.text == "2026-11-18T11:06:42")
        #expect(replay.effects.contains { if case .clock(let clock) = $0 { clock.corrected } else { false } })
        #expect(replay.effects.contains { if case .synced = $0 { true } else { false } })
    }
}
