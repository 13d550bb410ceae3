import GatehouseDriverKit
import HanvonDriver
import HanvonWire
import Testing

@Suite("Hanvon probe")
struct HanvonProbeTests {
    @Test(
        "an answer, or the word that one is coming, is a Hanvon clock",
        arguments: [#"Return(result="success" dev_id="1")"#, #"Return(result="failed" reason="busy")"#, "Wait()"])
    func recognised(answer: String) {
        #expect(recognise(Array(answer.utf8))?.isCertain == true)
    }

    @Test(
        "half an answer, another's words and noise are none",
        arguments: [
            #"Return(result="succ"#, #"Record(time="2026-11-22 08:30:00" id="1")"#, "HTTP/1.1 400 Bad Request", "",
        ])
    func notRecognised(answer: String) {
        #expect(recognise(Array(answer.utf8)) == nil)
    }

    @Test("the question is the plain one that changes nothing")
    func question() {
        #expect(Hanvon.family.probes.map(\.question) == [Array("GetDeviceInfo()".utf8)])
    }

    private func recognise(_ bytes: [UInt8]) -> Recognition? {
        Hanvon.family.probes.first?.recognise(bytes, SerialLine())
    }
}
