import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus: published events")
struct BusPublishTests {
    @Test("a subscriber gets topic, header and body, in order, and only the topics it asked for")
    func subscribed() async throws {
        let bench = try await Bench()
        let messages = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.events, .subscriber("scan."))
            return try Self.publishUntilHeard(bench, peer)
        }
        let event = try #require(messages.first)
        #expect(event[0] == "scan.recorded".bytes)
        #expect(event[2] == [0x20, 0x20])
        let sequences = messages.compactMap { EventHeader($0[1])?.sequence }
        #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
        let previous = messages.compactMap { EventHeader($0[1])?.previous }
        #expect(Array(previous.dropFirst()) == Array(sequences.dropLast()))
    }

    @Test("the heartbeat tells the head and the time, with an empty body")
    func heartbeat() async throws {
        let bench = try await Bench(.sample(9))
        let message = try await bench.onOwnThread { bench in
            try Peer(bench.events, .subscriber("heartbeat")).receive() ?? []
        }
        let header = EventHeader(sequence: 9, previous: 0, recorded: Moment(milliseconds: 1_700_000_000_123))
        #expect(message == ["heartbeat".bytes, header.bytes, []])
    }

    @Test("a subscriber that never reads slows nobody: all is published, and it misses some")
    func neverReading() async throws {
        let bench = try await Bench { $0.subscriberQueue = 100 }
        let events = [Recorded].sample(200_000, size: 400)
        let isDropping = try await bench.onOwnThread { bench in
            let lazy = try Peer(bench.events, .subscriber(""))
            _ = lazy.receive()
            for start in stride(from: 0, to: events.count, by: 500) {
                bench.bus.publish(Array(events[start..<start + 500]))
            }
            bench.bus.stop()
            var heard = 0
            while lazy.receive(within: .milliseconds(200)) != nil { heard += 1 }
            return heard < events.count
        }
        #expect(bench.bus.counters.published == 200_000)
        #expect(isDropping)
    }

    @Test("publishing after the stop does nothing")
    func afterStop() async throws {
        let bench = try await Bench()
        bench.bus.stop()
        bench.bus.publish(.sample(1))
        #expect(bench.bus.counters.published == 0)
    }

    /// Publishes in chunks until the subscription has taken hold and some have come; returns 20 messages.
    private static func publishUntilHeard(_ bench: Bench, _ peer: Peer) throws -> [[[UInt8]]] {
        let events = [Recorded].sample(10_000, size: 2)
        var heard: [[[UInt8]]] = []
        for start in stride(from: 0, to: events.count, by: 50) where heard.count < 20 {
            bench.bus.publish(Array(events[start..<start + 50]))
            while heard.count < 20, let message = peer.receive(within: .milliseconds(20)) { heard.append(message) }
        }
        return heard
    }
}
