import GatehouseBus
import GatehouseBusTestKit
import GatehouseClient
import GatehouseModel
import Testing

@Suite("Client: a reader that takes its time", .timeLimit(.minutes(1)))
struct SlowReaderTests {
    @Test("the gateway is read no faster than the reader reads, and nothing is lost")
    func backpressure() async throws {
        let bench = try await Bench(.sample(60_000))
        var iterator = try bench.client.events(after: 0).makeAsyncIterator()
        #expect(try await iterator.next()?.sequence == 1)
        // Many answers later the feed has stopped at its buffer and its credit, far from the end.
        for _ in 0..<200 { _ = try await bench.client.ping() }
        #expect(bench.bus.counters.replayed < 30_000)
        for expected in 2...60_000 as ClosedRange<Int64> {
            guard try await iterator.next()?.sequence == expected else {
                Issue.record("event \(expected) did not come in its turn")
                return
            }
        }
    }

    @Test("feeds of one client are independent of each other")
    func several() async throws {
        let bench = try await Bench(.sample(2_000))
        async let all = bench.client.events(after: 0).sequences(2_000)
        async let scans = bench.client.events(after: 0, topics: ["scan."]).sequences(1_000)
        async let range = bench.client.replay(from: 100, to: 200).sequences(.max)
        #expect(try await all == Array(1...2_000))
        #expect(try await scans == Array(stride(from: 2, through: 2_000, by: 2)))
        #expect(try await range == Array(100...200))
    }
}
