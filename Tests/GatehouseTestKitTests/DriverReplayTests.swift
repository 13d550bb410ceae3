import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing

@Suite("A driver's replay")
struct DriverReplayTests {
    @Test("agrees when the driver says what was said then")
    func agrees() throws {
        var driver = EchoDriver()
        let replay = DriverReplay(try Recording(text: "> 00\n@ 5\n< 41\n> 41\n@ 1500\n> ff\n"), to: &driver, over: .tcp)
        #expect(replay.differences == [])
        #expect(replay.observations == [.scan(ScanReading(payload: [0x41]))])
        #expect(driver.recorded == [Receipt(1)])
    }

    @Test(
        "tells every difference",
        arguments: [
            ("> 01\n", "line 1: sent 00, not 01"),
            ("> 00\n> 02\n", "line 2: nothing was sent, not 02"),
            ("> 00\n< 41\n", "sent 41, which the recording does not have"),
        ])
    func differs(text: String, difference: String) throws {
        var driver = EchoDriver()
        #expect(DriverReplay(try Recording(text: text), to: &driver, over: .tcp).differences == [difference])
    }
}

/// Says 00 when it is connected, repeats what it hears, and says ff after a second of silence.
private struct EchoDriver: DeviceDriver {
    var recorded: [Receipt] = []

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        switch input {
        case .linkOpened: [.send([0]), .wake(after: .seconds(1))]
        case .received(let bytes): [.send(bytes), .observed([.scan(ScanReading(payload: bytes))], Receipt(1))]
        case .woke: [.send([0xFF])]
        case .recorded(let receipt, _): recorded(receipt)
        case .command, .linkClosing, .linkClosed, .described, .lineGranted, .requested: []
        }
    }

    private mutating func recorded(_ receipt: Receipt) -> [DriverEffect] {
        recorded.append(receipt)
        return []
    }
}
