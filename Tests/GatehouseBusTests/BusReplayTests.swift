import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus: replay")
struct BusReplayTests {
    @Test("a replay gives every event as it was published, then END with the last")
    func whole() async throws {
        let bench = try await Bench(.sample(5))
        let replies = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 2, to: 4, credit: 10))
            return (0..<4).compactMap { _ in peer.receive() }
        }
        let expected = await bench.journal.events[1...3].map { event in
            let header = EventHeader(sequence: event.sequence, previous: event.previous, recorded: event.recorded)
            return ["r".bytes, "EVENT".bytes, event.topic.rawValue.bytes, header.bytes, event.body]
        }
        #expect(replies == expected + [["r".bytes, "END".bytes, 4.wireBytes]])
    }

    @Test(
        "the range ends at the head, whatever was asked for",
        arguments: [(from: Int64(1), to: Int64(0)), (1, 99), (6, 0), (99, 100), (0, 5)])
    func range(from: Int64, to: Int64) async throws {
        let bench = try await Bench(.sample(5))
        let end = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            var reply = peer.ask("REPLAY", Peer.replay(from: from, to: to, credit: 100))
            while reply.first == "EVENT".bytes { reply = Array((peer.receive() ?? []).dropFirst()) }
            return reply
        }
        #expect(end == ["END".bytes, 5.wireBytes])
    }

    @Test("a sparse topic is found across pages that hold none of it")
    func sparse() async throws {
        var events = [Recorded].sample(9_000, topics: ["punch.recorded"])
        events[8_500].topic = "alert.raised"
        let bench = try await Bench(events)
        let words = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, prefix: "alert.", credit: 1))
            return (0..<2).compactMap { _ in peer.receive()?.last.map { Int64(wire: $0) ?? 0 } }
        }
        #expect(words == [0, 9_000])
        #expect(await bench.journal.pagesRead >= 5)
    }

    @Test("no more events than credit; each grant brings that many more")
    func credit() async throws {
        let bench = try await Bench(.sample(10))
        let words = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            func take(_ count: Int) -> [String] {
                let events = (0..<count).map { _ in peer.receive()?[1].text ?? "nothing" }
                // By the second PONG a whole turn has passed in which more could have been sent.
                return events + [peer.code("PING"), peer.code("PING")]
            }
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, credit: 3))
            let first = take(3)
            peer.send(["r".bytes, "CREDIT".bytes, (4 as UInt32).wireBytes])
            let second = take(4)
            peer.send(["other".bytes, "CREDIT".bytes, (100 as UInt32).wireBytes])
            let third = take(0)
            peer.send(["r".bytes, "CREDIT".bytes, (100 as UInt32).wireBytes])
            return [first, second, third, take(4)]
        }
        func events(_ count: Int) -> [String] { Array(repeating: "EVENT", count: count) }
        #expect(words[0] == events(3) + ["PONG", "PONG"])
        #expect(words[1] == events(4) + ["PONG", "PONG"])
        #expect(words[2] == ["PONG", "PONG"])
        #expect(words[3] == events(3) + ["END", "PONG", "PONG"])
    }

    @Test("CANCEL ends the replay and tells the last event sent")
    func cancel() async throws {
        let bench = try await Bench(.sample(10))
        let replies = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, credit: 2))
            let events = (0..<2).compactMap { _ in peer.receive() }
            peer.send(["r".bytes, "CANCEL".bytes])
            let end = peer.receive() ?? []
            peer.send(["r".bytes, "CREDIT".bytes, (5 as UInt32).wireBytes])
            return events.map { $0[1].text } + end.map { "\($0)" } + [peer.code("PING")]
        }
        #expect(replies == ["EVENT", "EVENT", "\("r".bytes)", "\("END".bytes)", "\(2.wireBytes)", "PONG"])
    }

    @Test("CANCEL of a replay that is not under way ends it all the same")
    func cancelNothing() async throws {
        let bench = try await Bench()
        let reply = try await bench.onOwnThread { try Peer($0.requests).ask("CANCEL") }
        #expect(reply == ["END".bytes, 0.wireBytes])
    }

    @Test("one client may run some replays at once, and not two of one name")
    func limit() async throws {
        let bench = try await Bench(.sample(3)) { $0.replaysOfClient = 2 }
        let codes = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            func begin(_ name: String) { peer.send([name.bytes, "REPLAY".bytes] + Peer.replay(from: 1, credit: 0)) }
            begin("a")
            begin("a")
            let double = Peer.code(Array((peer.receive() ?? []).dropFirst()))
            begin("b")
            begin("c")
            let third = Peer.code(Array((peer.receive() ?? []).dropFirst()))
            peer.send(["a".bytes, "CANCEL".bytes])
            _ = peer.receive()
            begin("c")
            peer.send(["c".bytes, "CANCEL".bytes])
            return [double, third, peer.receive()?[1].text ?? ""]
        }
        #expect(codes == ["malformed", "busy", "END"])
    }

    @Test("a replay that stands still is given up, so that a client that went away holds no place")
    func patience() async throws {
        let bench = try await Bench(.sample(3)) { $0.replayPatience = .milliseconds(100) }
        let code = try await bench.onOwnThread { bench in
            Peer.code(try Peer(bench.requests).ask("REPLAY", Peer.replay(from: 1, credit: 0)))
        }
        #expect(code == "unavailable")
    }

    @Test("a replay cannot crowd out an answer to the same client, nor its own END")
    func crowded() async throws {
        let bench = try await Bench(.sample(20_000, size: 4_000)) { $0.replyQueue = 10 }
        let counts = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, credit: .max))
            var words: [String: Int] = [:]
            while words["END"] == nil, let reply = peer.receive() {
                words[reply[1].text, default: 0] += 1
                if words["EVENT", default: 0] % 1_000 == 0 { peer.send(["p".bytes, "PING".bytes]) }
            }
            while words["PONG", default: 0] < 20, peer.receive() != nil { words["PONG", default: 0] += 1 }
            return words
        }
        #expect(counts["EVENT"] == 20_000)
        #expect(bench.bus.counters.undeliverable == 0)
    }

    @Test("a client that never reads its replay keeps nobody else waiting")
    func neverReading() async throws {
        let bench = try await Bench(.sample(100_000, size: 400))
        let (events, pages) = try await bench.onOwnThread { bench in
            let lazy = try Peer(bench.requests)
            lazy.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, credit: .max))
            let peer = try Peer(bench.requests)
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, to: 20_000, credit: .max))
            var events = 0
            while let reply = peer.receive(), reply[1] == "EVENT".bytes { events += 1 }
            return withExtendedLifetime(lazy) { (events, peer.code("PING")) }
        }
        #expect(events == 20_000)
        #expect(pages == "PONG")
        #expect(bench.bus.counters.replayed < 100_000)
    }
}
