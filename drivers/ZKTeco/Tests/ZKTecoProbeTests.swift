import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import Testing
import ZKTecoSimulator
import ZKTecoWire

@testable import ZKTecoDriver

@Suite("Finding a ZKTeco terminal")
struct ZKTecoProbeTests {
    @Test("a terminal is certain by its answer, with and without a key", arguments: [0, 4711])
    func terminal(key: UInt32) {
        var setup = SimulatedZKTeco.Setup()
        setup.key = key
        var clock = SimulatedZKTeco(setup: setup, seed: 1)
        let now = Now(wall: Moment(seconds: 1_790_000_000), uptime: .zero)
        _ = clock.handle(.opened(.tcp), at: now)
        var answer: [UInt8] = []
        for case .send(let bytes) in clock.handle(.received(ZKTeco.probe.question), at: now) { answer += bytes }
        #expect(ZKTeco.probe.recognise(answer, SerialLine())?.isCertain == true)
        for length in 0..<answer.count {
            #expect(ZKTeco.probe.recognise(Array(answer.prefix(length)), SerialLine()) == nil)
        }
        var damaged = answer
        damaged[8] ^= 1
        #expect(ZKTeco.probe.recognise(damaged, SerialLine()) == nil)
    }

    @Test("no serial line is asked: nobody knows how the packets travel there")
    func onlyInTheNetwork() {
        #expect(ZKTeco.probe.lines.isEmpty)
    }
}
