import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import HanvonSimulator
import HanvonWire
import Testing

@Suite("A Hanvon clock on the bench")
struct HanvonBenchTests {
    private let now = Now(wall: Moment(seconds: 1_795_500_000), uptime: .seconds(1))

    @Test("is made as it is asked for, and waits to be asked")
    func made() throws {
        var clock = try device(["serial": "A1", "records": "40", "key": "1234"])
        let effects = clock.handle(.told(["report": true]), at: now)
        let report = effects.compactMap { if case .answered(let answer) = $0 { answer } else { nil } }.first
        #expect(report?["serial"] == "A1" && report?["log"] == 40)
        #expect((clock as? SimulatedHanvon)?.setup.key == "1234")
        #expect(clock.handle(.opened(.tcp), at: now) == [])
    }

    @Test("in push mode begins with its serial number")
    func push() throws {
        var clock = try device(["push": "true", "serial": "A1"])
        let greeting = HanvonMessage("PostRecord", [.init("sn", "A1")]).bytes
        #expect(clock.handle(.opened(.tcp), at: now).contains(.send(greeting)))
    }

    @Test(
        "is not made of values that cannot be",
        arguments: [
            ("serial", ""), ("serial", "a\"b"), ("key", "123456789"), ("key", "x"), ("records", "-1"), ("push", "1"),
            ("colour", "red"),
        ])
    func wrong(key: String, value: String) throws {
        let problem = #expect(throws: SettingsProblem.self) { try device([key: value]) }
        #expect(problem?.key == key)
    }

    private func device(_ values: [String: String]) throws -> any SimulatedDevice {
        let bench = try #require(SimulatedHanvon.family.bench)
        return try bench.device(SimulatedSetup(values: values.map { ($0.key, $0.value) }))
    }
}
