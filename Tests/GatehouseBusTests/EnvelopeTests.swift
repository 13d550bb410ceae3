import Testing

@testable import GatehouseBus

@Suite("Envelope")
struct EnvelopeTests {
    @Test(
        "the empty frame of a REQ is told from an empty correlation",
        arguments: [
            (["c", "PING"], false, "c", "PING"), (["", "c", "PING"], true, "c", "PING"),
            (["", "PING"], false, "", "PING"),
            (["", "c", "NONSENSE"], true, "c", "NONSENSE"), (["", "", "HEAD"], true, "", "HEAD"),
            (["", "APPEND", "{}"], false, "", "APPEND"), (["", "PING", "HEAD"], true, "PING", "HEAD"),
        ])
    func delimiter(frames: [String], isDelimited: Bool, correlation: String, verb: String) throws {
        let envelope = try #require(Envelope(message(frames)))
        #expect(envelope.address.isDelimited == isDelimited)
        #expect(envelope.address.correlation == Array(correlation.utf8))
        #expect(envelope.verb == verb)
        #expect(envelope.refusal == nil)
    }

    @Test("without a verb it is malformed, without anything it is nothing")
    func tooShort() {
        #expect(Envelope(message(["c"]))?.refusal?.code == .malformed)
        #expect(Envelope(message([""]))?.refusal?.code == .malformed)
        #expect(Envelope(message([])) == nil)
    }

    @Test(
        "what is over a limit can still be answered",
        arguments: [(4_097, 10, BusRefusal.Code.malformed), (3, 1_048_577, .tooLarge), (4_096, 1_048_576, nil)])
    func limits(frameCount: Int, byteCount: Int, code: BusRefusal.Code?) throws {
        var message = message(["c", "APPEND"])
        message.frameCount = frameCount
        message.byteCount = byteCount
        let envelope = try #require(Envelope(message))
        #expect(envelope.refusal?.code == code)
        #expect(envelope.address.correlation == Array("c".utf8))
    }

    private func message(_ frames: [String]) -> Message {
        let frames = [[0, 1, 2, 3, 4]] + frames.map { Array($0.utf8) }
        return Message(frames: frames, frameCount: frames.count, byteCount: 20, userID: nil)
    }
}
