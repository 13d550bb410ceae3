import Foundation
import GatehouseModel
import Testing

@Suite("Event")
struct EventTests {
    let now = Timestamp(moment: Moment(milliseconds: 1_795_307_400_007), offsetSeconds: 28_800)

    var punch: Event {
        Event(
            source: "/sites/sh1/devices/gate-1", id: "10023/2026-11-22T08:30:00/0/1", topic: "punch.recorded",
            subject: "10023", time: now, data: Array(#"{"device":"gate-1"}"#.utf8), causation: 41)
    }

    @Test("is one CloudEvent, its place in the journal twenty digits long")
    func encoded() {
        let text = String(decoding: punch.encoded(sequence: 42, recorded: now), as: UTF8.self)
        let expected =
            #"{"specversion":"1.0","id":"10023/2026-11-22T08:30:00/0/1","source":"/sites/sh1/devices/gate-1","#
            + #""type":"gatehouse.punch.recorded","subject":"10023","time":"2026-11-22T08:30:00.007+08:00","#
            + #""datacontenttype":"application/json","dataschema":"urn:gatehouse:punch.recorded:1","#
            + #""sequence":"00000000000000000042","recordedtime":"2026-11-22T08:30:00.007+08:00","#
            + #""causation":"00000000000000000041","data":{"device":"gate-1"}}"#
        #expect(text == expected)
    }

    @Test("read back from its JSON it is the same event")
    func roundTrip() throws {
        let read = try Event(cloudEvent: punch.encoded(sequence: 42, recorded: now), now: now)
        #expect(read == punch)
    }

    @Test("an attribute that a client adds is kept")
    func extensions() throws {
        let json =
            #"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.ext.a","traceparent":"00-1","data":{}}"#
        let event = try Event(cloudEvent: Array(json.utf8), now: now)
        #expect(event.extensions == [.init("traceparent", "00-1")])
        #expect(event.time == now)
        #expect(event.subject.isEmpty)
        let written = String(decoding: event.encoded(sequence: 1, recorded: now), as: UTF8.self)
        #expect(!written.contains("subject"))
        #expect(written.contains(#""traceparent":"00-1","data":{}"#))
    }

    @Test(
        "what is wrong is named by its attribute",
        arguments: [
            ("[]", "event"), ("{", "event"), ("{}", "specversion"), (#"{"specversion":"0.3"}"#, "specversion"),
            (#"{"specversion":"1.0"}"#, "id"), (#"{"specversion":"1.0","id":""}"#, "id"),
            (#"{"specversion":"1.0","id":"a\u0000"}"#, "id"), (#"{"specversion":"1.0","id":"a"}"#, "source"),
            (#"{"specversion":"1.0","id":"a","source":"s"}"#, "type"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"x"}"#, "type"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x"}"#, "data"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":"y"}"#, "data"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":{},"time":"noon"}"#, "time"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":{},"time":5}"#, "time"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":{},"Big":"x"}"#, "Big"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":{},"big":[]}"#, "big"),
            (#"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":{},"big":1.5}"#, "big"),
            (
                #"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","data":{},"causation":"x"}"#,
                "causation"
            ),
            (
                #"{"specversion":"1.0","id":"a","source":"s","type":"gatehouse.x","datacontenttype":"a/b","data":{}}"#,
                "datacontenttype"
            ),
        ])
    func refused(json: String, field: String) {
        #expect { try Event(cloudEvent: Array(json.utf8), now: now) } throws: { error in
            (error as? EventProblem)?.field == field
        }
    }

    @Test("an event over 64 KiB is refused before it is read")
    func tooLarge() {
        let huge = [UInt8](repeating: 0x20, count: Event.sizeLimit + 1)
        #expect(throws: EventProblem.self) { try Event(cloudEvent: huge, now: now) }
    }
}

@Suite("Topic")
struct TopicTests {
    @Test(
        "who may write it is known",
        arguments: [
            ("punch.recorded", Topic.Origin.device), ("leave.granted", .people), ("alert.raised", .module),
            ("ext.canteen", .people), ("ext.a.b_c-9", .people),
        ] as [(String, Topic.Origin)])
    func origins(name: String, origin: Topic.Origin) {
        #expect(Topic(rawValue: name).origin == origin)
    }

    @Test(
        "what Gatehouse does not know belongs to nobody",
        arguments: [
            "", "ext", "ext.", "ext.a b", "punch", "punch.recorded.x", "ext." + String(repeating: "a", count: 65),
        ])
    func unknown(name: String) {
        #expect(Topic(rawValue: name).origin == nil)
    }
}

@Suite("Identifier")
struct IdentifierTests {
    @Test("letters, digits, dot, underscore and hyphen, 64 at most", arguments: ["E1001", "gate-1", "a.b_c", "1"])
    func valid(text: String) {
        #expect(Identifier.isValid(text))
    }

    @Test("nothing else", arguments: ["", "a b", "门", "a/b", String(repeating: "a", count: 65), "a\n"])
    func invalid(text: String) {
        #expect(!Identifier.isValid(text))
    }
}
