import GatehouseDriverKit
import GatehousePorts
import Glibc
import Testing

@Suite("Flow through a port", .timeLimit(.minutes(1)))
struct FlowTests {
    let ports = Ports()

    @Test("a reader that does not read makes the device wait, and then gets every byte in order")
    func terminalBackPressure() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path))
        let bytes = pattern(4_000_000)

        let taken = await terminal.write(bytes, patience: 300)
        // The kernel's own buffers and one intake with a round of reads.
        #expect(taken < 600_000)

        async let received = collect(bytes.count, from: port)
        await terminal.write(Array(bytes.dropFirst(taken)))
        #expect(await received == bytes)
    }

    @Test("a network device waits in the same way")
    func networkBackPressure() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        let device = await peer.accepted()
        let bytes = pattern(40_000_000)

        let taken = await device.write(bytes, patience: 300)
        #expect(taken < 20_000_000)

        async let received = collect(bytes.count, from: port)
        await device.write(Array(bytes.dropFirst(taken)))
        #expect(await received == bytes)
    }

    @Test("chunks are never larger than 16 KiB nor empty")
    func chunkSize() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        let device = await peer.accepted()
        await device.write(pattern(1_000_000))
        device.hangUp()

        var sizes: [Int] = []
        for await chunk in port.chunks { sizes.append(chunk.count) }
        #expect(sizes.reduce(0, +) == 1_000_000)
        #expect(sizes.allSatisfy { (1...16_384).contains($0) })
    }

    @Test("a device that takes no bytes ends the port after the time allowed, and others are refused meanwhile")
    func stalled() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        let port = try await ports.open(peer.tcp)
        let device = await peer.accepted()

        let tooMuch = pattern(30_000_000)
        let first = Task { try await port.send(tooMuch, within: .milliseconds(500)) }
        // The first bytes are through, so the whole of it has been accepted for sending.
        #expect(await device.read(1).count == 1)
        await #expect(throws: PortError.backedUp) { try await port.send([1]) }
        await #expect(throws: PortError.timedOut) { try await first.value }
        #expect(port.ending == .stalled)
        device.hangUp()
    }

    @Test("a cancelled reader stops waiting, and the next one misses nothing")
    func cancelledReader() async throws {
        let terminal = try PseudoTerminal()
        let port = try await ports.open(.tty(path: terminal.path))
        let reader = Task { await collect(1, from: port) }
        reader.cancel()
        #expect(await reader.value == [])
        #expect(port.ending == nil)

        await terminal.write([1, 2])
        #expect(await collect(2, from: port) == [1, 2])
    }

    @Test("a port that nobody holds any more is closed")
    func dropped() async throws {
        let peer = try LoopbackPeer(.listener(backlog: 1))
        var port: Port? = try await ports.open(peer.tcp)
        let device = await peer.accepted()
        try await port?.send([5])
        port = nil
        #expect(await device.read(1) == [5])
        #expect(await device.hasEnded())
    }

    @Test("fifty devices at once each get their own bytes")
    func fifty() async throws {
        let bytes = pattern(100_000)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                let terminal = try PseudoTerminal()
                let port = try await ports.open(.tty(path: terminal.path))
                let own = bytes.map { $0 &+ UInt8(number) }
                group.addTask {
                    async let received = collect(own.count, from: port)
                    await terminal.write(own)
                    return await received == own
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
