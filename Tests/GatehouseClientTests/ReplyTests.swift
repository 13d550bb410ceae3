import GatehouseBus
import GatehouseModel
import Testing

@testable import GatehouseClient

@Suite("Reply")
struct ReplyTests {
    @Test("every word of the bus is read")
    func words() {
        let header = EventHeader(sequence: 3, previous: 1, recorded: Moment(milliseconds: 9))
        let event = Recorded(
            sequence: 3, previous: 1, recorded: Moment(milliseconds: 9), topic: "ext.a", body: [0x7B, 0x7D])
        #expect(
            reply("PONG", [bytes("1.0"), bytes("plant"), number(7)])
                == .pong(Pong(version: "1.0", site: "plant", head: 7)))
        #expect(reply("OK", [[1], [2]]) == .ok([[1], [2]]))
        #expect(reply("EVENT", [bytes("ext.a"), header.bytes, [0x7B, 0x7D]]) == .event(event))
        #expect(reply("END", [number(5)]) == .end(5))
        #expect(reply("ERROR", [bytes("busy"), bytes("later")]) == .error(code: "busy", message: "later"))
    }

    @Test("anything else is none", arguments: ["PONG", "OK", "EVENT", "END", "ERROR", "", "NEWS"])
    func unknown(word: String) {
        #expect(reply(word, []) == nil)
        #expect(reply(word, [[1], [2], [3], [4], [5]]) == nil || word == "OK")
        #expect(Reply([]) == nil)
    }

    private func reply(_ word: String, _ content: [[UInt8]]) -> Reply? {
        Reply(([bytes(word)] + content)[...])
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func number(_ value: Int64) -> [UInt8] { value.wireBytes }
}
