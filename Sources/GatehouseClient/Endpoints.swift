import CZMQ
public import GatehouseBus

/// Where a gateway is and how to get in.
public struct Endpoints: Hashable, Sendable {
    /// Its `PUB` socket, for example `tcp://127.0.0.1:7780`.
    public var events: String
    /// Its `ROUTER` socket, for example `tcp://127.0.0.1:7781`.
    public var requests: String
    /// What `gatehouse keys new` made for this client; nil for a plain connection.
    public var keys: ClientKeyFile?

    public init(events: String, requests: String, keys: ClientKeyFile? = nil) {
        self.events = events
        self.requests = requests
        self.keys = keys
    }
}

extension Endpoints {
    /// A `DEALER` to the requests. Without a connection it takes no message, rather than keep it for later.
    func openRequests(_ context: SocketContext) throws(BusError) -> Socket {
        let socket = try Socket(context, kind: ZMQ_DEALER)
        try socket.set(ZMQ_IMMEDIATE, 1 as Int32)
        try prepare(socket, for: requests)
        try socket.connect(requests)
        return socket
    }

    /// A `SUB` to the events, for those topics (prefixes; none for all) and the heartbeat.
    func openEvents(_ context: SocketContext, topics: [String]) throws(BusError) -> Socket {
        let socket = try Socket(context, kind: ZMQ_SUB)
        try socket.set(ZMQ_RCVHWM, 10_000 as Int32)
        try prepare(socket, for: events)
        for topic in topics.isEmpty ? [""] : topics + [EventHeader.heartbeatTopic] {
            try socket.set(ZMQ_SUBSCRIBE, topic)
        }
        try socket.connect(events)
        return socket
    }

    private func prepare(_ socket: borrowing Socket, for address: String) throws(BusError) {
        try socket.set(ZMQ_LINGER, 0 as Int32)
        try socket.set(ZMQ_RECONNECT_IVL, 50 as Int32)
        try socket.set(ZMQ_RECONNECT_IVL_MAX, 1_000 as Int32)
        try socket.set(ZMQ_HEARTBEAT_IVL, 2_000 as Int32)
        try socket.set(ZMQ_HEARTBEAT_TIMEOUT, 6_000 as Int32)
        if address.contains("[") { try socket.set(ZMQ_IPV6, 1 as Int32) }
        guard let keys else { return }
        try socket.set(ZMQ_CURVE_SERVERKEY, keys.serverKey)
        try socket.set(ZMQ_CURVE_PUBLICKEY, keys.keys.publicKey)
        try socket.set(ZMQ_CURVE_SECRETKEY, keys.keys.secretKey)
    }
}
