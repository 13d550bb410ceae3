import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing

@Suite("A driver's replay on a shared line")
struct DriverReplayTurnTests {
    @Test("gives the first turn when the link opens, and each next one when it is wanted")
    func turns() throws {
        let text = "> 01\n@ 5\n< aa\n@ 1005\n> 02\n@ 1010\n< aa\n@ 1500\n< 55\n> 03\n"
        var driver = PollingDriver()
        let replay = DriverReplay(try Recording(text: text), to: &driver, over: .serial, sharesLine: true)
        #expect(replay.differences == [])
        #expect(replay.effects == [])
    }

    @Test("gives no turn where the line is not shared")
    func noTurns() throws {
        var driver = PollingDriver()
        let replay = DriverReplay(try Recording(text: "> 01\n"), to: &driver, over: .serial)
        #expect(replay.differences == ["line 1: nothing was sent, not 01"])
    }
}

/// Counts its turns aloud, ends each with the answer, and wants the next one after a second, or at once on 55.
private struct PollingDriver: DeviceDriver {
    var turns: UInt8 = 0

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        switch input {
        case .lineGranted:
            turns += 1
            return [.send([turns])]
        case .received([0x55]): return [.wantLine]
        case .received: return [.passLine(again: .seconds(1))]
        default: return []
        }
    }
}
