import GatehouseBus
import GatehouseBusTestKit
import GatehouseClient
import GatehouseModel
import Testing

@Suite("Client: requests")
struct ClientRequestTests {
    @Test("ping, head and devices")
    func questions() async throws {
        let bench = try await Bench(.sample(3))
        let pong = try await bench.client.ping()
        #expect(pong.version == "1.2.3" && pong.site == "default" && pong.head == 3)
        #expect(try await bench.client.head() == 3)
        #expect(try await bench.client.devices() == Array(#"[{"device":"door"}]"#.utf8))
    }

    @Test("appending twice is safe")
    func append() async throws {
        let bench = try await Bench()
        let first = try await bench.client.append([cloudEvent(id: "a"), cloudEvent(id: "b")])
        let second = try await bench.client.append([cloudEvent(id: "b")])
        #expect(first.map(\.sequence) == [1, 2] && first.allSatisfy { !$0.isDuplicate })
        #expect(second == [AppendResult(sequence: 2, isDuplicate: true)])
    }

    @Test("a refusal carries its code")
    func refusal() async throws {
        let bench = try await Bench()
        await #expect {
            try await bench.client.command("identify", device: "gate")
        } throws: { error in
            guard case .refused("unknown-device", _)? = error as? ClientError else { return false }
            return true
        }
        #expect(try await bench.client.command("identify", device: "door") == Array(#"{"command":"identify"}"#.utf8))
    }

    @Test("many at once each get their own answer")
    func concurrent() async throws {
        let bench = try await Bench { $0.requestsOfClient = 1_000 }
        let sequences = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<100 {
                group.addTask { try await bench.client.append([cloudEvent(id: "\(number)")]).first?.sequence ?? 0 }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(sequences == Set(1...100))
    }

    @Test("without a gateway a request says so in time")
    func unreachable() async throws {
        let bench = try await Bench(patience: .milliseconds(100))
        bench.bus.stop()
        await #expect {
            try await bench.client.ping()
        } throws: { error in
            guard case .unreachable? = error as? ClientError else { return false }
            return true
        }
    }

    @Test("a closed client answers at once")
    func closed() async throws {
        let bench = try await Bench()
        bench.client.close()
        await #expect(throws: ClientError.closed) { try await bench.client.ping() }
    }

    @Test("closing ends the wait for an answer")
    func closingWhileWaiting() async throws {
        let bench = try await Bench()
        await bench.journal.hold()
        let appending = Task { try await bench.client.append([cloudEvent(id: "a")]) }
        await bench.journal.arrived(1)
        bench.client.close()
        await #expect(throws: ClientError.closed) { try await appending.value }
        await bench.journal.release()
    }

    @Test("an address that is none is refused", arguments: ["", "nonsense", "tcp://", "http://127.0.0.1:1"])
    func address(text: String) {
        #expect(throws: BusError.self) { try GatehouseClient(events: "tcp://127.0.0.1:1", requests: text) }
    }

    @Test("with keys it gets in, with keys that are not listed it does not")
    func keys() async throws {
        let folder = try TemporaryFolder()
        let store = KeyStore(path: folder.path + "/keys")
        let file = try store.localOperator()
        var configuration = BusConfiguration(
            events: "tcp://127.0.0.1:0", requests: "tcp://127.0.0.1:0", version: "1", head: 0)
        configuration.keys = try store.server()
        configuration.clients = try store.clients()
        let bus = try Bus.start(configuration, runtime: MemoryJournal()) { Moment(milliseconds: 0) }
        let endpoints = bus.endpoints
        func head(_ file: ClientKeyFile) async throws -> Int64 {
            try await GatehouseClient(
                events: endpoints.events, requests: endpoints.requests, keys: file, patience: .milliseconds(2_000)
            ).head()
        }
        #expect(try await head(file) == 0)
        var stranger = file
        stranger.keys = try .generate()
        await #expect(throws: ClientError.self) { try await head(stranger) }
        bus.stop()
    }
}
