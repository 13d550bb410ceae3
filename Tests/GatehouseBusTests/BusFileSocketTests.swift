import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus: ipc addresses")
struct BusFileSocketTests {
    @Test("both sockets may be files, and a revocation brings the events' one back")
    func revoke() async throws {
        let folder = try TemporaryFolder()
        let store = KeyStore(path: folder.path + "/keys")
        let (kept, lost) = (try store.localOperator(), try store.makeClient("lost", role: .subscriber))
        var configuration = BusConfiguration(
            events: "ipc://\(folder.path)/events", requests: "ipc://\(folder.path)/requests", version: "1", head: 3)
        configuration.keys = try store.server()
        configuration.clients = try store.clients()
        configuration.limits.heartbeat = .milliseconds(20)
        let bus = try Bus.start(configuration, runtime: MemoryJournal(.sample(3))) { Moment(milliseconds: 0) }
        #expect(try store.revoke(lost.name))
        let rest = try store.clients()
        let heard = try await onOwnThread {
            let subscriber = try Peer(bus.endpoints.events, .subscriber("heartbeat"), keys: kept)
            let before = subscriber.receive() != nil
            bus.setClients(rest)
            let code = try Peer(bus.endpoints.requests, keys: kept).code("PING")
            while subscriber.receive(within: .milliseconds(60)) != nil, bus.counters.requests == 0 {}
            let fresh = try Peer(bus.endpoints.events, .subscriber("heartbeat"), keys: kept)
            return (before, code, subscriber.receive() != nil, fresh.receive() != nil)
        }
        #expect(heard == (true, "PONG", true, true))
        bus.stop()
    }
}
