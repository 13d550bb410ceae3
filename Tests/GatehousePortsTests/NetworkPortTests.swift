import GatehouseDriverKit
import GatehousePorts
import Glibc
import Testing

@Suite("Network port", .timeLimit(.minutes(1)))
struct NetworkPortTests {
    let ports = Ports()

    @Test("bytes go both ways over TCP, to an address or a name", arguments: ["127.0.0.1", "localhost"])
    func bothWays(host: String) async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(.tcp(host: host, port: peer.port))
        let device = await peer.accepted()
        try await port.send([1, 2, 3])
        #expect(await device.read(3) == [1, 2, 3])
        await device.write([4, 5])
        #expect(await collect(2, from: port) == [4, 5])
    }

    @Test("a host that refuses is told from one that does not answer")
    func refused() async throws {
        let address = try LoopbackPeer(.listener(backlog: 1)).tcp
        await #expect(throws: PortError.refused) { try await ports.open(address) }
    }

    @Test("a host that does not answer is given up after the time allowed")
    func timedOut() async throws {
        // Linux leaves connections unanswered when the queue of a listener is full.
        let peer = try LoopbackPeer(.listener(backlog: 0))
        var queued: [Port] = []
        for _ in 0..<4 {
            do {
                queued.append(try await ports.open(peer.tcp, timeout: .milliseconds(200)))
            } catch {
                #expect(error == .timedOut)
                return
            }
        }
        Issue.record("the queue never filled")
    }

    @Test("an attempt is given up at once when its task is cancelled, and what opens later is closed again")
    func cancelled() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let attempt = Task { [ports] () -> PortError? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(PortError) {
                _ = try await ports.open(peer.tcp, timeout: .seconds(30))
                return nil
            } catch {
                return error
            }
        }
        #expect(await attempt.value == .cancelled)
        #expect(await peer.accepted().hasEnded())
    }

    @Test("a name that nobody can have is unreachable", arguments: [Transport.tcp, .udp])
    func noSuchName(transport: Transport) async throws {
        let address = try #require(PortAddress(transport, host: "no..host", port: 4370))
        await #expect(throws: PortError.unreachable) { try await ports.open(address, timeout: .seconds(20)) }
    }

    @Test("a port outlives the shutdown of what opened it only as a closed one")
    func shutdown() async throws {
        let ports = Ports()
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        await port.close()
        await ports.shutdown()
        #expect(port.ending == .closedHere)
        await #expect(throws: PortError.ended(.closedHere)) { try await port.send([1]) }
    }

    @Test("what the device sent before it hung up is read before the end")
    func hangsUp() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        let device = await peer.accepted()
        await device.write([1, 2, 3])
        device.hangUp()
        #expect(await collect(.max, from: port) == [1, 2, 3])
        #expect(port.ending == .closedByPeer)
    }

    @Test("a device that will say no more is no use: a half-open connection ends")
    func halfOpen() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        let device = await peer.accepted()
        device.endOfWriting()
        #expect(await collect(.max, from: port) == [])
        #expect(port.ending == .closedByPeer)
        #expect(await device.hasEnded())
    }

    @Test("a cut connection is told from one that was closed in good order")
    func cut() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        await peer.accepted().cut()
        #expect(await collect(.max, from: port) == [])
        #expect(port.ending == .reset)
    }

    @Test("a UDP datagram stays one chunk, large ones too", arguments: ["127.0.0.1", "localhost"])
    func datagrams(host: String) async throws {
        let peer = try LoopbackPeer(.datagrams)
        let port = try await ports.open(.udp(host: host, port: peer.port))
        let large = pattern(60_000)
        try await port.send([1, 2, 3])
        #expect(await peer.answer(with: [[4], large, [5, 6]]) == [1, 2, 3])

        var chunks: [[UInt8]] = []
        for await chunk in port.chunks {
            chunks.append(chunk)
            if chunks.count == 3 { break }
        }
        #expect(chunks == [[4], large, [5, 6]])
    }

    @Test("a datagram that nobody listens for ends the port")
    func nobodyListens() async throws {
        let address = try LoopbackPeer(.datagrams).udp
        let port = try await ports.open(address)
        try await port.send([1])
        #expect(await collect(.max, from: port) == [])
        #expect(port.ending == .refused)
        await #expect(throws: PortError.ended(.refused)) { try await port.send([2]) }
    }

    @Test("a datagram that is too large fails alone")
    func tooLarge() async throws {
        let peer = try LoopbackPeer(.datagrams)
        let port = try await ports.open(peer.udp)
        await #expect(throws: PortError.failed(code: EMSGSIZE, text: "Message too long")) {
            try await port.send(pattern(70_000))
        }
        try await port.send([1])
        #expect(await peer.answer(with: []) == [1])
        #expect(port.ending == nil)
    }
}
