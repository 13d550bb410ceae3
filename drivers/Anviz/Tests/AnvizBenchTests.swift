import AnvizSimulator
import AnvizWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing

@Suite("An Anviz clock on the bench")
struct AnvizBenchTests {
    private let now = Now(wall: Moment(seconds: 1_795_500_000), uptime: .seconds(1))

    @Test("is made as it is asked for")
    func made() throws {
        var clock = try device(["id": "7", "serial": "A1", "records": "500", "epoch": "2000-01-01"])
        let report = report(&clock)
        #expect(report["id"] == 7 && report["serial"] == "A1")
        #expect(report["new"] == 500)
        #expect((clock as? SimulatedAnviz)?.setup.epoch == .january1)
        #expect(clock.handle(.opened(.tcp), at: now) == [])
    }

    @Test("in client mode begins with a heartbeat")
    func client() throws {
        var clock = try device(["client": "true", "id": "3"])
        let heartbeat = AnvizFrame.command(.heartbeat, device: 3).bytes
        #expect(clock.handle(.opened(.tcp), at: now).contains(.send(heartbeat)))
    }

    @Test("several hang on one line, each with its own address, serial number and records")
    func line() throws {
        var line = try device(["ids": "2,5", "records": "3", "serial": "SIM0000000000001"])
        #expect(report(&line)["serial"] == "SIM000000000-2")
        #expect(report(&line, id: 5)["serial"] == "SIM000000000-5" && report(&line, id: 5)["new"] == 3)
    }

    @Test(
        "is not made of values that cannot be",
        arguments: [
            ("ids", "1,1"), ("ids", "0,2"), ("ids", "1,,2"), ("ids", "a"), ("id", "0"), ("serial", ""),
            ("epoch", "today"), ("records", "50001"), ("client", "perhaps"), ("colour", "red"),
        ])
    func wrong(key: String, value: String) throws {
        let problem = #expect(throws: SettingsProblem.self) { try device([key: value]) }
        #expect(problem?.key == key)
    }

    @Test("clocks on a line do not call in")
    func callingLine() throws {
        let problem = #expect(throws: SettingsProblem.self) { try device(["ids": "1,2", "client": "true"]) }
        #expect(problem?.key == "client")
    }

    private func device(_ values: [String: String]) throws -> any SimulatedDevice {
        let bench = try #require(SimulatedAnviz.family.bench)
        return try bench.device(SimulatedSetup(values: values.map { ($0.key, $0.value) }))
    }

    private func report(_ device: inout any SimulatedDevice, id: Int? = nil) -> JSONValue {
        let command: JSONValue = id.map { ["report": true, "id": .integer($0)] } ?? ["report": true]
        let effects = device.handle(.told(command), at: now)
        return effects.compactMap { if case .answered(let answer) = $0 { answer } else { nil } }.first ?? .null
    }
}
