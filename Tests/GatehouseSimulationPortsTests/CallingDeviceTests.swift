import GatehouseModel
import GatehouseSimulation
import GatehouseSimulationPorts
import NIOCore
import NIOPosix
import Testing

@Suite("A simulated device that calls", .timeLimit(.minutes(1)))
struct CallingDeviceTests {
    private typealias Gateway = NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>

    @Test("connects to the gateway, and speaks and hears as any other")
    func calls() async throws {
        try await withCaller { gateway, port async throws in
            try await answer(&gateway) { lines, say async throws in
                #expect(try await lines.next() == "hello tcp")
                try await say("ping")
                #expect(try await lines.next() == "heard ping")
                #expect(await port.tell(["say": "news"]) == ["said": "news"])
                #expect(try await lines.next() == "news")
            }
        }
    }

    @Test("calls again when the gateway hangs up, and when it has hung up itself")
    func callsAgain() async throws {
        try await withCaller { gateway, port async throws in
            try await answer(&gateway) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
            }
            try await answer(&gateway) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
                #expect(await port.tell(["close": true]) == ["closed": true])
                #expect(try await lines.next() == nil)
            }
            try await answer(&gateway) { lines, _ async throws in
                #expect(try await lines.next() == "hello tcp")
                #expect(await port.tell(["count": true]) == ["opened": 3])
            }
        }
    }

    @Test("waits for a gateway that is not there, and stops when it is told to")
    func nobodyThere() async throws {
        let server = try await listening()
        let port = number(of: server)
        try await server.executeThenClose { _ in }
        let device = caller(port)
        #expect(try await device.start() == "call:tcp://127.0.0.1:\(port)")
        #expect(await device.tell(["count": true]) == ["opened": 0])
        await device.stop()
    }

    private func withCaller(
        _ body: (
            inout NIOAsyncChannelInboundStream<NIOAsyncChannel<ByteBuffer, ByteBuffer>>.AsyncIterator,
            SimulatedPort
        ) async throws -> Void
    ) async throws {
        let server = try await listening()
        let device = caller(number(of: server))
        _ = try await device.start()
        try await server.executeThenClose { callers in
            var iterator = callers.makeAsyncIterator()
            do {
                try await body(&iterator, device)
            } catch {
                await device.stop()
                throw error
            }
            await device.stop()
        }
    }

    private func answer(
        _ callers: inout NIOAsyncChannelInboundStream<NIOAsyncChannel<ByteBuffer, ByteBuffer>>.AsyncIterator,
        _ body: (inout Lines, (String) async throws -> Void) async throws -> Void
    ) async throws {
        let call = try #require(try await callers.next())
        try await call.executeThenClose { inbound, outbound in
            var lines = Lines(inbound)
            try await body(&lines) { text in try await outbound.write(ByteBuffer(string: text)) }
        }
    }

    private func listening() async throws -> Gateway {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { child in
                child.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: child)
                }
            }
    }

    private func number(of server: Gateway) -> Int {
        server.channel.localAddress?.port ?? 0
    }

    private func caller(_ port: Int) -> SimulatedPort {
        SimulatedPort(
            ParrotDevice(), at: .call(host: "127.0.0.1", port: port), group: MultiThreadedEventLoopGroup.singleton,
            clock: testClock)
    }
}
