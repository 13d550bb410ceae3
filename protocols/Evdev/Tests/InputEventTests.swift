import EvdevWire
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import GatehouseWireKit
import Testing

@Suite("Input events")
struct InputEventTests {
    @Test("the 24 bytes of a key going down, as a 64-bit Linux writes them")
    func layout() throws {
        let bytes = try #require(Hex.bytes("d2029649 00000000 40e20100 00000000 0100 1e00 01000000"))
        let event = InputEvent(time: 1_234_567_890_123_456, kind: 1, code: 30, value: 1)
        #expect(event.bytes == bytes)
        var framer = InputEventFramer()
        framer.receive(bytes)
        #expect(framer.next() == event)
        #expect(framer.next() == nil)
    }

    @Test("keep every framer's promises")
    func events() {
        let verifier = WireVerifier(
            make: { InputEventFramer() }, receive: { $0.receive($1) }, next: { $0.next() }, isFrame: { _ in true },
            pending: { ($0.pendingCount, InputEvent.size - 1) })
        let typed = KeyTypist.events(of: [.init([KeyCode.enter])], from: 5_000_000)
        #expect(typed.count == 6, "the scan code, the key and a report, down and up")
        let samples = [
            WireSample("Enter", bytes: typed.flatMap(\.bytes), frames: typed),
            WireSample("a loss", bytes: InputEvent.dropped(at: 7).bytes, frames: [.dropped(at: 7)]),
        ]
        #expect(verifier.failures(in: samples, seed: 20_261_124) == [])
    }

    @Test("a time beyond all reason wraps around and traps nothing")
    func wildTime() {
        var framer = InputEventFramer()
        framer.receive(Array(repeating: 0xFF, count: 24) + Array(repeating: 0x7F, count: 24))
        #expect(framer.next()?.time == -1_000_001)
        #expect(framer.next() != nil)
        #expect(framer.next() == nil)
    }
}
