import CZMQ
package import GatehouseBus

/// A client that sends whatever a test wants, frame by frame. It blocks, so it lives on a thread of its own:
/// `onOwnThread`.
package final class Peer {
    package enum Kind: Sendable {
        case dealer, request, subscriber(String)
    }

    private let socket: Socket
    private var poll: Poll
    private let clock = ContinuousClock()

    package init(_ endpoint: String, _ kind: Kind = .dealer, keys: ClientKeyFile? = nil) throws {
        let context = try SocketContext()
        switch kind {
        case .dealer: socket = try Socket(context, kind: ZMQ_DEALER)
        case .request: socket = try Socket(context, kind: ZMQ_REQ)
        case .subscriber(let topic):
            socket = try Socket(context, kind: ZMQ_SUB)
            try socket.set(ZMQ_SUBSCRIBE, topic)
        }
        try socket.set(ZMQ_LINGER, 0 as Int32)
        try socket.set(ZMQ_RECONNECT_IVL, 20 as Int32)
        if let keys {
            try socket.set(ZMQ_CURVE_SERVERKEY, keys.serverKey)
            try socket.set(ZMQ_CURVE_PUBLICKEY, keys.keys.publicKey)
            try socket.set(ZMQ_CURVE_SECRETKEY, keys.keys.secretKey)
        }
        try socket.connect(endpoint)
        poll = Poll(try Signal())
        poll.watch(socket)
    }

    package func send(_ frames: [[UInt8]]) {
        let deadline = clock.now + .seconds(10)
        while socket.send(frames) == .full, clock.now < deadline { poll.wait(atMost: .milliseconds(1)) }
    }

    /// The next message; nil when none comes in time.
    package func receive(within duration: Duration = .seconds(10)) -> [[UInt8]]? {
        let deadline = clock.now + duration
        while true {
            if let message = socket.receive(keepingFrames: 100_000, bytes: 64 << 20) { return message.frames }
            let left = deadline - clock.now
            guard left > .zero else { return nil }
            poll.wait(atMost: left)
        }
    }

    /// Sends a request and returns the frames after the correlation; empty when nothing came.
    package func ask(_ verb: String, _ arguments: [[UInt8]] = [], within duration: Duration = .seconds(10)) -> [[UInt8]]
    {
        send([Array("c".utf8), Array(verb.utf8)] + arguments)
        return Array((receive(within: duration) ?? []).dropFirst())
    }

    /// Asks and returns the refusal's code; the first frame when it was none.
    package func code(_ verb: String, _ arguments: [[UInt8]] = []) -> String {
        Self.code(ask(verb, arguments))
    }

    /// The code of an `ERROR`, otherwise the reply's word.
    package static func code(_ reply: [[UInt8]]) -> String {
        let words = reply.prefix(2).map { String(decoding: $0, as: UTF8.self) }
        return words.first == "ERROR" ? words.last ?? "" : words.first ?? "nothing"
    }

    /// The frames of a `REPLAY`'s arguments.
    package static func replay(from: Int64, to: Int64 = 0, prefix: String = "", credit: UInt32) -> [[UInt8]] {
        [from.wireBytes, to.wireBytes, Array(prefix.utf8), credit.wireBytes]
    }
}

/// Runs blocking code on a thread of its own, so that it does not starve the tasks it waits for.
package func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do {
            _ = try DedicatedThread { continuation.resume(with: Swift.Result(catching: body)) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
