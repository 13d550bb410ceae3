import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus: the verbs")
struct BusVerbTests {
    @Test("PING tells version, site and head")
    func ping() async throws {
        let bench = try await Bench(.sample(7))
        let reply = try await bench.onOwnThread { try Peer($0.requests).ask("PING") }
        #expect(reply == ["PONG".bytes, "1.2.3".bytes, "default".bytes, 7.wireBytes])
    }

    @Test("HEAD tells the last sequence published")
    func head() async throws {
        let bench = try await Bench(.sample(2))
        await bench.journal.write(["ext.a", "ext.b"])
        let reply = try await bench.onOwnThread { try Peer($0.requests).ask("HEAD") }
        #expect(reply == ["OK".bytes, 4.wireBytes])
    }

    @Test("DEVICES hands the runtime's list through")
    func devices() async throws {
        let bench = try await Bench()
        let reply = try await bench.onOwnThread { try Peer($0.requests).ask("DEVICES") }
        #expect(reply == ["OK".bytes, #"[{"device":"door"}]"#.bytes])
    }

    @Test("a REQ client gets its delimiter back, for every kind of reply")
    func requestSocket() async throws {
        let bench = try await Bench(.sample(1))
        let replies = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests, .request)
            return [
                Peer.code(peer.ask("PING")), Peer.code(peer.ask("DEVICES")), Peer.code(peer.ask("NONSENSE")),
                Peer.code(peer.ask("REPLAY", Peer.replay(from: 2, credit: 9))), Peer.code(peer.ask("HEAD")),
            ]
        }
        #expect(replies == ["PONG", "OK", "unknown-verb", "END", "OK"])
    }

    @Test("APPEND tells for each event its sequence and whether it was there, and HEAD follows")
    func append() async throws {
        let bench = try await Bench(.sample(3))
        let replies = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            return [
                peer.ask("APPEND", [cloudEvent(id: "1"), cloudEvent(id: "2")]),
                peer.ask("APPEND", [cloudEvent(id: "2"), cloudEvent(id: "3")]), peer.ask("HEAD"),
            ]
        }
        #expect(replies[0] == ["OK".bytes, 4.wireBytes, [0], 5.wireBytes, [0]])
        #expect(replies[1] == ["OK".bytes, 5.wireBytes, [1], 6.wireBytes, [0]])
        #expect(replies[2] == ["OK".bytes, 6.wireBytes])
    }

    @Test("appends of one client are stored in the order in which they were sent")
    func appendOrder() async throws {
        let bench = try await Bench()
        let sequences = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            for number in 0..<50 { peer.send(["\(number)".bytes, "APPEND".bytes, cloudEvent(id: "\(number)")]) }
            return (0..<50).map { _ in
                peer.receive().map { "\($0[0].text):\(Int64(wire: $0[2]) ?? 0)" } ?? "nothing"
            }
        }
        #expect(sequences == (0..<50).map { "\($0):\($0 + 1)" })
    }

    @Test("COMMAND goes to the device, and its result comes back")
    func command() async throws {
        let bench = try await Bench()
        let replies = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            return [
                peer.ask("COMMAND", ["door".bytes, "sync-clock".bytes, "{}".bytes]),
                peer.ask("COMMAND", ["gate".bytes, "sync-clock".bytes, "{}".bytes]),
            ]
        }
        #expect(replies[0] == ["OK".bytes, #"{"command":"sync-clock"}"#.bytes])
        #expect(Peer.code(replies[1]) == "unknown-device")
    }

    @Test(
        "a request that breaks a rule is refused with its code, and the next one is answered",
        arguments: [
            ("ping", [], "unknown-verb"), ("", [], "unknown-verb"), ("PING", ["x"], "malformed"),
            ("REPLAY", [], "malformed"), ("REPLAY", ["12345678", "12345678", "", "12"], "malformed"),
            ("REPLAY", ["12345678", "12345678", String(repeating: "p", count: 129), "1234"], "malformed"),
            ("CREDIT", ["12345"], "malformed"), ("APPEND", [], "malformed"), ("APPEND", ["no JSON"], "invalid-event"),
            ("APPEND", [String(repeating: "x", count: 65_537)], "too-large"),
            ("APPEND", [String(repeating: "x", count: 1_048_570)], "too-large"),
            ("APPEND", Array(repeating: String(repeating: "x", count: 60_000), count: 18), "too-large"),
            ("APPEND", Array(repeating: "{}", count: 5_000), "malformed"),
            ("COMMAND", ["door"], "malformed"), ("COMMAND", ["door", "explode", "{}"], "malformed"),
            ("COMMAND", ["door", "identify", "[1]"], "malformed"),
            ("COMMAND", ["a b", "identify", "{}"], "unknown-device"),
        ])
    func refusals(verb: String, arguments: [String], code: String) async throws {
        let bench = try await Bench()
        let codes = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            return [peer.code(verb, arguments.map(\.bytes)), peer.code("PING")]
        }
        #expect(codes == [code, "PONG"])
        #expect(await bench.journal.events.isEmpty)
    }

    @Test("an invalid event keeps the valid ones beside it out too, and the refusal names the field")
    func allOrNone() async throws {
        let bench = try await Bench()
        let reply = try await bench.onOwnThread { bench in
            let foreign = cloudEvent(id: "2", topic: "nobody.knows")
            return try Peer(bench.requests).ask("APPEND", [cloudEvent(id: "1"), foreign])
        }
        #expect(Peer.code(reply) == "invalid-event")
        #expect(reply.last?.text.hasPrefix("type:") == true)
        #expect(await bench.journal.events.isEmpty)
    }

    @Test("more appends than may wait are refused as busy, and the rest are answered")
    func busy() async throws {
        let bench = try await Bench { $0.requestsOfClient = 4 }
        await bench.journal.hold()
        let codes = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            for number in 0..<10 { peer.send(["\(number)".bytes, "APPEND".bytes, cloudEvent(id: "\(number)")]) }
            let refused = (0..<6).map { _ in Peer.code(Array((peer.receive() ?? []).dropFirst())) }
            return refused + [peer.code("PING")]
        }
        await bench.journal.release()
        #expect(codes == Array(repeating: "busy", count: 6) + ["PONG"])
        #expect(bench.bus.counters.refused == 6)
    }
}
