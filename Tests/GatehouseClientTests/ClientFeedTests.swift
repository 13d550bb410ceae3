import GatehouseBus
import GatehouseBusTestKit
import GatehouseClient
import GatehouseModel
import Testing

@Suite("Client: feed of events", .timeLimit(.minutes(1)))
struct ClientFeedTests {
    @Test("what is in the journal and what is written meanwhile comes in order, once")
    func everything() async throws {
        let bench = try await Bench(.sample(5_000))
        let feed = try bench.client.events(after: 10)
        let writing = Task {
            for _ in 0..<200 {
                await bench.journal.write(Array(repeating: "ext.a", count: 20))
                await Task.yield()
            }
        }
        #expect(try await feed.sequences(8_990) == Array(11...9_000))
        await writing.value
    }

    @Test("with topics only those come, and the gap between them is no gap")
    func topics() async throws {
        let bench = try await Bench(.sample(100))
        let feed = try bench.client.events(after: 0, topics: ["scan.", "ext.b"])
        await bench.journal.write(["ext.a", "ext.b", "scan.recorded", "punch.recorded", "ext.b"])
        let expected = Array(stride(from: Int64(2), through: 100, by: 2)) + [102, 103, 105]
        #expect(try await feed.sequences(expected.count) == expected)
    }

    @Test("events that the bus dropped for a slow reader are read back")
    func dropped() async throws {
        let bench = try await Bench { $0.subscriberQueue = 50 }
        let feed = try bench.client.events(after: 0)
        var iterator = feed.makeAsyncIterator()
        await bench.journal.write(["ext.a"])
        #expect(try await iterator.next()?.sequence == 1)
        for _ in 0..<60 { await bench.journal.write(Array(repeating: "ext.a", count: 500)) }
        var sequences: [Int64] = []
        while sequences.last != 30_001, let event = try await iterator.next() { sequences.append(event.sequence) }
        #expect(sequences == Array(2...30_001))
    }

    @Test("the last event is not missed either: the heartbeat shows it")
    func tail() async throws {
        let bench = try await Bench()
        let feed = try bench.client.events(after: 0, topics: ["ext."])
        await bench.journal.publish(to: nil)
        let lost = await bench.journal.write(["ext.a", "ext.b"])
        // Published but for the subscriber: its own topic is another one.
        bench.bus.publish([
            Recorded(
                sequence: 3, previous: 0, recorded: lost[0].recorded, topic: "punch.recorded", body: [])
        ])
        #expect(try await feed.sequences(2) == [1, 2])
    }

    @Test("a gateway that goes and comes back loses nothing for a client that stays")
    func restart() async throws {
        let bench = try await Bench(.sample(3))
        var iterator = try bench.client.events(after: 0).makeAsyncIterator()
        for expected in 1...3 as ClosedRange<Int64> { #expect(try await iterator.next()?.sequence == expected) }
        bench.bus.stop()
        await bench.journal.publish(to: nil)
        await bench.journal.write(["ext.a", "ext.b"])
        let again = try Bench.startBus(bench.journal, head: 5, at: bench.bus.endpoints)
        await bench.journal.publish(to: again)
        await bench.journal.write(["ext.c"])
        for expected in 4...6 as ClosedRange<Int64> { #expect(try await iterator.next()?.sequence == expected) }
        #expect(try await bench.client.head() == 6)
        again.stop()
    }

    @Test("a range ends by itself, an empty one too")
    func range() async throws {
        let bench = try await Bench(.sample(9_000))
        #expect(try await bench.client.replay(from: 2, to: 8_500).sequences(.max) == Array(2...8_500))
        #expect(try await bench.client.replay(from: 8_999).sequences(.max) == [8_999, 9_000])
        #expect(try await bench.client.replay(from: 9_001).sequences(.max).isEmpty)
        #expect(try await bench.client.replay(to: 6, topics: ["scan."]).sequences(.max) == [2, 4, 6])
    }

    @Test("a range without a gateway fails in time")
    func unreachable() async throws {
        let bench = try await Bench(patience: .milliseconds(100))
        bench.bus.stop()
        await #expect(throws: ClientError.self) { try await bench.client.replay().sequences(1) }
    }

    @Test("a cancelled task ends the feed")
    func cancelled() async throws {
        let bench = try await Bench()
        let feed = try bench.client.events(after: 0)
        let reading = Task { try await feed.sequences(1) }
        reading.cancel()
        #expect(try await reading.value.isEmpty)
    }
}
