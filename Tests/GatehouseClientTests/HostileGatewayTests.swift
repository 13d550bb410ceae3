import CZMQ
import GatehouseBus
import GatehouseBusTestKit
import GatehouseClient
import Testing

@Suite("Client: a gateway that talks nonsense")
struct HostileGatewayTests {
    @Test(
        "a reply that cannot be understood is an error, never a trap",
        arguments: [
            [], ["PONG"], ["PONG", "1", "site", "short"], ["OK"], ["OK", "short"], ["EVENT", "t", "h", "b"],
            ["END", "12345678901"], ["ERROR"], ["NEWS", "x"],
        ])
    func nonsense(reply: [String]) async throws {
        let endpoint = try Handover<String>()
        let done = try Mailbox<Bool>(weightLimit: 1)
        async let serving: Void = onOwnThread {
            let socket = try Socket(SocketContext(), kind: ZMQ_ROUTER)
            try socket.set(ZMQ_LINGER, 0 as Int32)
            endpoint.give(try socket.bind("tcp://127.0.0.1:*"))
            var poll = Poll(done.signal)
            poll.watch(socket)
            while done.takeAll().isEmpty {
                poll.wait(atMost: .seconds(1))
                while let question = socket.receive(keepingFrames: 8, bytes: 1_024) {
                    _ = socket.send(question.frames.prefix(2) + reply.map { Array($0.utf8) })
                }
            }
        }
        let client = try GatehouseClient(
            events: "tcp://127.0.0.1:1", requests: try await onOwnThread { endpoint.take() })
        for ask in [{ _ = try await client.ping() }, { _ = try await client.append([[1]]) }]
            as [() async throws -> Void]
        {
            await #expect {
                try await ask()
            } throws: { error in
                if case .unreachable? = error as? ClientError { return false }
                return error is ClientError
            }
        }
        done.post(true)
        try await serving
    }
}
