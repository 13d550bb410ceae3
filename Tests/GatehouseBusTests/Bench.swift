import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel

/// A bus on free ports with a journal in memory; it stops with the value.
final class Bench: Sendable {
    let journal: MemoryJournal
    let bus: Bus

    var requests: String { bus.endpoints.requests }
    var events: String { bus.endpoints.events }

    init(
        _ events: [Recorded] = [], keys: CurveKeyPair? = nil, clients: [ClientKey] = [],
        limits: (inout BusLimits) -> Void = { _ in }
    ) async throws {
        journal = MemoryJournal(events)
        var configuration = BusConfiguration(
            events: "tcp://127.0.0.1:0", requests: "tcp://127.0.0.1:*", version: "1.2.3", keys: keys, clients: clients,
            head: Int64(events.count))
        configuration.limits.heartbeat = .milliseconds(50)
        limits(&configuration.limits)
        bus = try Bus.start(configuration, runtime: journal) { Moment(milliseconds: 1_700_000_000_123) }
        await journal.publish(to: bus)
    }

    deinit { bus.stop() }

    /// Runs blocking code beside the bus.
    func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable (Bench) throws -> Result) async throws -> Result {
        try await GatehouseBusTestKit.onOwnThread { try body(self) }
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

extension Int {
    /// Eight bytes, as sequences go over the wire.
    var wireBytes: [UInt8] { Int64(self).wireBytes }
}
