import GatehouseModel
import GatehouseSimulationPorts
import Glibc
import NIOCore
import NIOPosix
import Testing

@Suite("Simulated datagrams and terminals", .timeLimit(.minutes(1)))
struct DatagramAndTerminalTests {
    @Test("on UDP a new address is a new client, and the last one is answered")
    func datagrams() async throws {
        let port = device(at: .udp(host: "127.0.0.1", port: 0))
        guard case .udp(let host, let number)? = SimulatedDoor(try await port.start()) else {
            Issue.record("no UDP address")
            return
        }
        let remote = try SocketAddress(ipAddress: host, port: number)
        for client in 1...2 {
            #expect(
                try await exchange("ping \(client)", with: remote, replies: 2) == [
                    "hello udp\n", "heard ping \(client)\n",
                ])
        }
        #expect(await port.tell(["count": true]) == ["opened": 2])
        await port.stop()
    }

    @Test("a terminal is opened by its path, raw in both directions, and again after it was closed")
    func terminal() async throws {
        let port = device(at: .terminal(link: nil))
        let path = try await port.start()
        let first = try Terminal(path)
        #expect(try await first.read(until: "\n") == "hello serial\n")
        first.write("\u{03}\r\n")
        #expect(
            try await first.read(until: "\r\n\n") == "heard \u{03}\r\n\n",
            "control characters and line ends as they are")
        first.close()
        let second = try Terminal(path)
        _ = await port.tell(["say": "again"])
        #expect(try await second.read(until: "\n") == "again\n")
        second.close()
        await port.stop()
    }

    @Test("the link follows a device that restarts, and goes with it")
    func link() async throws {
        let link = "/tmp/gatehouse-terminal-\(getpid())"
        let port = device(at: .terminal(link: link))
        #expect(try await port.start() == link)
        let first = try Terminal(link)
        #expect(try await first.read(until: "\n") == "hello serial\n")
        _ = await port.tell(["close": true])
        #expect(try await first.read(until: "never") == "", "hung up")
        first.close()
        while await port.tell(["count": true]) != ["opened": 2] { await Task.yield() }
        let second = try Terminal(link)
        #expect(try await second.read(until: "\n") == "hello serial\n")
        second.close()
        await port.stop()
        #expect(access(link, F_OK) != 0, "the link is gone")
    }

    @Test("a terminal that nobody reads holds the device back, and loses nothing")
    func terminalBackpressure() async throws {
        let port = device(at: .terminal(link: nil))
        let terminal = try Terminal(try await port.start())
        async let answer = port.tell(["many": 100_000])
        let text = try await terminal.read(until: "100000\n")
        #expect(text == "hello serial\n" + (1...100_000).map { "\($0)\n" }.joined())
        _ = await answer
        terminal.close()
        await port.stop()
    }

    private func device(at door: SimulatedDoor) -> SimulatedPort {
        SimulatedPort(ParrotDevice(), at: door, group: MultiThreadedEventLoopGroup.singleton, clock: testClock)
    }

    private func exchange(_ text: String, with remote: SocketAddress, replies: Int) async throws -> [String] {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(AddressedEnvelope(remoteAddress: remote, data: ByteBuffer(string: text)))
            var heard: [String] = []
            for try await envelope in inbound {
                heard.append(String(buffer: envelope.data))
                if heard.count == replies { break }
            }
            return heard
        }
    }
}

/// The gateway's end of a terminal, as a program opens a serial port.
private struct Terminal: Sendable {
    let descriptor: CInt

    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_NOCTTY)
        try #require(descriptor >= 0, "\(path): error \(errno)")
    }

    func write(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// What comes until it ends so; what there is when the line is hung up.
    func read(until end: String) async throws -> String {
        let descriptor = descriptor
        return try await NIOThreadPool.singleton.runIfActive {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !text.suffix(end.utf8.count).elementsEqual(end.utf8) {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                text += buffer.prefix(count)
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    func close() {
        Glibc.close(descriptor)
    }
}
