import AnvizDriver
import AnvizWire
import GatehouseDriverKit
import GatehouseModel
import Testing

@Suite("Anviz beside other clocks on a line")
struct AnvizNeighbourTests {
    @Test("a record that another clock sends by itself is no answer under a wrong id")
    func speaksUp() throws {
        let record = AnvizRecord(user: 1, seconds: 800_000_000, backup: 8, type: 0x80)
        let effects = try afterSilence(hearing: .reply(to: .record, device: 8, data: record.bytes))
        #expect(effects.contains(.abandonLink(.silent)) && faults(effects) == [])
    }

    @Test("an answer to what was asked, from another id, is one")
    func answers() throws {
        let effects = try afterSilence(hearing: .reply(to: .serialNumber, device: 8, data: Array("A1".utf8)))
        #expect(effects.contains(.abandonLink(.silent)) && faults(effects) == ["wrong-id"])
    }

    @Test("a clock that does not answer the first question is asked no second one")
    func givenUpAtOnce() throws {
        var driver = try Anviz(DriverContext(zone: .utc, settings: ["id": 2]))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        _ = driver.handle(.linkOpened(.serial), at: now)
        _ = driver.handle(.lineGranted, at: now)
        now.uptime += .seconds(2)
        let effects = driver.handle(.woke, at: now)
        #expect(effects.contains(.abandonLink(.silent)))
        #expect(!effects.contains { if case .send = $0 { true } else { false } })
    }

    /// What the driver of clock 2 does when its first question brings that, and nothing else.
    private func afterSilence(hearing frame: AnvizFrame) throws -> [DriverEffect] {
        var driver = try Anviz(DriverContext(zone: .utc, settings: ["id": 2]))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        _ = driver.handle(.linkOpened(.serial), at: now)
        _ = driver.handle(.lineGranted, at: now)
        var effects = driver.handle(.received(frame.bytes), at: now)
        now.uptime += .seconds(6)
        effects += driver.handle(.woke, at: now)
        return effects
    }

    private func faults(_ effects: [DriverEffect]) -> [String] {
        effects.compactMap { if case .faulted(let fault) = $0 { fault.code } else { nil } }
    }
}
