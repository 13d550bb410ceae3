import GatehouseModel
import Testing

@testable import GatehouseJournal

@Suite("Reading a stored body back")
struct EventBodyReaderTests {
    @Test("the attributes are those that the event was encoded with", arguments: events)
    func roundTrip(event: Event) {
        let body = event.encoded(sequence: 42, recorded: .noon)
        let expected = EventBodyReader.Attributes(
            id: event.id, source: event.source, topic: event.topic.rawValue, sequence: 42, recorded: .noon)
        #expect(read(body) == expected)
    }

    @Test("the largest sequence is read whole")
    func largestSequence() {
        #expect(read(Event.punch(1).encoded(sequence: .max, recorded: .noon))?.sequence == .max)
    }

    @Test("a body cut anywhere before the data is no event, and no trap")
    func cut() {
        let body = Event.punch(1).encoded(sequence: 1, recorded: .noon)
        let start = body.count - Event.punch(1).data.count - #","data":}"#.utf8.count
        for length in 0..<start { #expect(read(Array(body.prefix(length))) == nil) }
    }

    @Test("no flipped bit is a trap")
    func flipped() {
        let body = Event.punch(1).encoded(sequence: 1, recorded: .noon)
        for bit in 0..<body.count * 8 {
            var changed = body
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let attributes = read(changed)
            #expect(attributes == nil || attributes?.id.utf8.count ?? 0 <= body.count)
        }
    }

    @Test(
        "a body in another order, or none at all, is no event",
        arguments: ["", "{}", "null", #"{"id":"1","specversion":"1.0"}"#])
    func foreign(text: String) {
        #expect(read(Array(text.utf8)) == nil)
    }

    @Test(
        "only a UUID of version 7 counts as made up by the gateway",
        arguments: [
            ("0193e4d2-7c00-7abc-8def-0123456789ab", true),
            ("0193E4D2-7C00-7ABC-8DEF-0123456789AB", true),
            ("0193e4d2-7c00-4abc-8def-0123456789ab", false),
            ("0193e4d2-7c00-7abc-8def-0123456789a", false),
            ("0193e4d2x7c00-7abc-8def-0123456789ab", false),
            ("0193e4d2-7c00-7abc-8def-0123456789aß", false),
            ("record-7", false),
            ("", false),
        ])
    func madeUp(id: String, isMadeUp: Bool) {
        #expect(id.isUUIDVersion7 == isMadeUp)
    }

    private static let events: [Event] = {
        var odd = Event.punch(2, topic: "ext.a-b_c.d")
        odd.id = "line\nbreak \"quote\" back\\slash 门卫 \u{1F6AA}"
        odd.source = "/sites/厂/clients/\"x\""
        odd.subject = #"","sequence":"00000000000000000099"#
        var caused = Event.punch(3)
        caused.causation = 7
        caused.extensions = [.init("traceparent", "00-1"), .init("sampled", true)]
        return [.punch(1), odd, caused]
    }()

    private func read(_ body: [UInt8]) -> EventBodyReader.Attributes? {
        body.withUnsafeBytes { EventBodyReader.attributes(of: $0) }
    }
}
