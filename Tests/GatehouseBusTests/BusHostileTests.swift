import GatehouseBus
import GatehouseBusTestKit
import GatehouseModel
import Testing

@Suite("Bus: hostile clients")
struct BusHostileTests {
    @Test("random frames get refusals or silence, and the bus goes on", arguments: 0..<8)
    func randomFrames(seed: UInt64) async throws {
        let bench = try await Bench(.sample(10))
        let code = try await bench.onOwnThread { bench in
            var noise = Noise(state: seed)
            let peer = try Peer(bench.requests)
            for _ in 0..<500 { peer.send(noise.message()) }
            while peer.receive(within: .milliseconds(50)) != nil {}
            return try Peer(bench.requests).code("PING")
        }
        #expect(code == "PONG")
    }

    @Test("a correlation over 32 bytes is refused under its first 32")
    func longCorrelation() async throws {
        let bench = try await Bench()
        let reply = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            peer.send([[UInt8](repeating: 7, count: 33), "PING".bytes])
            return peer.receive() ?? []
        }
        #expect(reply.first == [UInt8](repeating: 7, count: 32))
        #expect(Peer.code(Array(reply.dropFirst())) == "malformed")
    }

    @Test("a frame far over 1 MiB cuts the connection, and others are answered")
    func monster() async throws {
        let bench = try await Bench()
        let codes = try await bench.onOwnThread { bench in
            let peer = try Peer(bench.requests)
            peer.send(["c".bytes, "APPEND".bytes, [UInt8](repeating: 0, count: 4 << 20)])
            return [
                peer.receive(within: .milliseconds(200)) == nil ? "silence" : "answer",
                try Peer(bench.requests).code("PING"),
            ]
        }
        #expect(codes == ["silence", "PONG"])
    }

    @Test("a client that asks and never reads costs only the replies it does not take")
    func neverReading() async throws {
        let bench = try await Bench { $0.replyQueue = 10 }
        let code = try await bench.onOwnThread { bench in
            let deaf = try Peer(bench.requests)
            for _ in 0..<20_000 { deaf.send(["c".bytes, "NONSENSE".bytes]) }
            return withExtendedLifetime(deaf) { (try? Peer(bench.requests).code("PING")) ?? "" }
        }
        #expect(code == "PONG")
    }

    @Test("a subscriber that sends nonsense as its subscription harms nobody")
    func nonsenseSubscription() async throws {
        let bench = try await Bench()
        let heartbeat = try await bench.onOwnThread { bench in
            let rude = try Peer(bench.events, .dealer)
            rude.send([[UInt8](repeating: 0xFF, count: 100_000)])
            return withExtendedLifetime(rude) { try? Peer(bench.events, .subscriber("")).receive() }
        }
        #expect(heartbeat?.first == "heartbeat".bytes)
    }
}

/// Messages that begin like requests and go wrong somewhere.
private struct Noise {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    mutating func frame() -> [UInt8] {
        let words = ["", "PING", "REPLAY", "CREDIT", "CANCEL", "APPEND", "COMMAND", "door", "identify", "{}"]
        if next(below: 3) > 0 { return Array(words[next(below: words.count)].utf8) }
        return (0..<next(below: 40)).map { _ in UInt8(next(below: 256)) }
    }

    mutating func message() -> [[UInt8]] {
        (0...next(below: 8)).map { _ in frame() }
    }
}
