import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus: keys and roles")
struct BusSecurityTests {
    /// A key store with one client of each role, and a bus that lets them in.
    private struct Guarded {
        let folder: TemporaryFolder
        let store: KeyStore
        let bench: Bench
        let files: [ClientRole: ClientKeyFile]

        init(_ events: [Recorded] = []) async throws {
            folder = try TemporaryFolder()
            store = KeyStore(path: folder.path + "/keys")
            var files: [ClientRole: ClientKeyFile] = [:]
            for role in ClientRole.allCases {
                let entry = try store.makeClient("the-\(role.rawValue)", role: role)
                files[role] = try ClientKeyFile(path: entry.secretKeyFile)
            }
            self.files = files
            bench = try await Bench(events, keys: try store.server(), clients: try store.clients())
        }

        func file(_ role: ClientRole) throws -> ClientKeyFile { try #require(files[role]) }
    }

    @Test(
        "a role may do what it may, and nothing beyond",
        arguments: zip(
            ClientRole.allCases,
            [
                ["PONG", "OK", "END", "forbidden", "forbidden"], ["PONG", "OK", "END", "OK", "forbidden"],
                ["PONG", "OK", "END", "OK", "OK"],
            ]))
    func roles(role: ClientRole, expected: [String]) async throws {
        let guarded = try await Guarded()
        let file = try guarded.file(role)
        let codes = try await guarded.bench.onOwnThread { bench in
            let peer = try Peer(bench.requests, keys: file)
            return [
                peer.code("PING"), peer.code("DEVICES"), peer.code("REPLAY", Peer.replay(from: 1, credit: 1)),
                peer.code("APPEND", [cloudEvent(id: "1", client: file.name)]),
                peer.code("COMMAND", ["door".bytes, "identify".bytes, "{}".bytes]),
            ]
        }
        #expect(codes == expected)
    }

    @Test("a client cannot speak under another's name")
    func foreignSource() async throws {
        let guarded = try await Guarded()
        let file = try guarded.file(.publisher)
        let reply = try await guarded.bench.onOwnThread { bench in
            try Peer(bench.requests, keys: file).ask("APPEND", [cloudEvent(id: "1", client: "the-operator")])
        }
        #expect(Peer.code(reply) == "forbidden")
        #expect(reply.last?.text.contains("/sites/default/clients/the-publisher") == true)
    }

    @Test("a key that is not listed, a wrong server key and no key get no answer")
    func strangers() async throws {
        let guarded = try await Guarded()
        var unlisted = try guarded.file(.operator)
        unlisted.keys = try CurveKeyPair.generate()
        var misled = try guarded.file(.operator)
        misled.serverKey = try CurveKeyPair.generate().publicKey
        let keys = [unlisted, misled, nil]
        let replies = try await guarded.bench.onOwnThread { bench in
            let peers = try keys.map { try Peer(bench.requests, keys: $0) }
            for peer in peers { peer.send(["c".bytes, "PING".bytes]) }
            return peers.map { $0.receive(within: .milliseconds(200)) }
        }
        #expect(replies == [nil, nil, nil])
        #expect(guarded.bench.bus.counters.turnedAway >= 1)
        #expect(guarded.bench.bus.counters.requests == 0)
    }

    @Test("revoking a key refuses the requests of a connection that stands, and ends its replays")
    func revokeRequests() async throws {
        let guarded = try await Guarded(.sample(5))
        let file = try guarded.file(.publisher)
        let rest = try guarded.store.clients().filter { $0.name != file.name }
        let codes = try await guarded.bench.onOwnThread { bench in
            let peer = try Peer(bench.requests, keys: file)
            peer.send(["r".bytes, "REPLAY".bytes] + Peer.replay(from: 1, credit: 1))
            let before = peer.receive()?[1].text ?? ""
            bench.bus.setClients(rest)
            let ended = Peer.code(Array((peer.receive() ?? []).dropFirst()))
            return [before, ended, peer.code("PING")]
        }
        #expect(codes == ["EVENT", "forbidden", "forbidden"])
    }

    @Test("revoking a key cuts its subscription off; the others come back by themselves")
    func revokeSubscription() async throws {
        let guarded = try await Guarded()
        let (revoked, kept) = (try guarded.file(.publisher), try guarded.file(.subscriber))
        let rest = try guarded.store.clients().filter { $0.name != revoked.name }
        let heard = try await guarded.bench.onOwnThread { bench in
            let lost = try Peer(bench.events, .subscriber(""), keys: revoked)
            let staying = try Peer(bench.events, .subscriber(""), keys: kept)
            let before = [lost.receive() != nil, staying.receive() != nil]
            bench.bus.setClients(rest)
            _ = try Peer(bench.requests, keys: kept).ask("PING")
            while lost.receive(within: .milliseconds(100)) != nil {}
            while staying.receive(within: .milliseconds(1)) != nil {}
            return before + [staying.receive() != nil, lost.receive(within: .milliseconds(300)) != nil]
        }
        #expect(heard == [true, true, true, false])
    }

    @Test("a client whose role is lowered loses what it may no longer do, without a new connection")
    func lowered() async throws {
        let guarded = try await Guarded()
        let file = try guarded.file(.operator)
        let lowered = try guarded.store.clients().map {
            ClientKey(name: $0.name, role: .subscriber, publicKey: $0.publicKey)
        }
        let codes = try await guarded.bench.onOwnThread { bench in
            let peer = try Peer(bench.requests, keys: file)
            let command = ["door".bytes, "identify".bytes, "{}".bytes]
            let before = peer.code("COMMAND", command)
            bench.bus.setClients(lowered)
            _ = peer.code("PING")
            return [before, peer.code("COMMAND", command), peer.code("PING")]
        }
        #expect(codes == ["OK", "forbidden", "PONG"])
    }
}
