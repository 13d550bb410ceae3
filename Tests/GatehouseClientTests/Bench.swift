import GatehouseBus
import GatehouseBusTestKit
import GatehouseClient
import GatehouseModel

/// A bus and a client of it, on free ports; both stop with the value.
final class Bench: Sendable {
    let journal: MemoryJournal
    let bus: Bus
    let client: GatehouseClient

    init(
        _ events: [Recorded] = [], patience: Duration = .seconds(10), limits: (inout BusLimits) -> Void = { _ in }
    ) async throws {
        journal = MemoryJournal(events)
        bus = try Self.startBus(journal, head: events.count, limits: limits)
        client = try GatehouseClient(
            events: bus.endpoints.events, requests: bus.endpoints.requests, patience: patience)
        await journal.publish(to: bus)
    }

    deinit {
        client.close()
        bus.stop()
    }

    static func startBus(
        _ journal: MemoryJournal, head: Int, at endpoints: BusEndpoints? = nil,
        limits: (inout BusLimits) -> Void = { _ in }
    ) throws -> Bus {
        var configuration = BusConfiguration(
            events: endpoints?.events ?? "tcp://127.0.0.1:0", requests: endpoints?.requests ?? "tcp://127.0.0.1:0",
            version: "1.2.3", head: Int64(head))
        configuration.limits.heartbeat = .milliseconds(50)
        limits(&configuration.limits)
        return try Bus.start(configuration, runtime: journal) { Moment(milliseconds: 1_700_000_000_123) }
    }
}

extension EventFeed {
    /// The sequences of the first so many events.
    func sequences(_ count: Int) async throws -> [Int64] {
        var sequences: [Int64] = []
        for try await event in self {
            sequences.append(event.sequence)
            if sequences.count == count { break }
        }
        return sequences
    }
}
