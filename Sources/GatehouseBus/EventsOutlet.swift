import CZMQ
import Glibc
import GatehouseModel

/// The `PUB` socket. It never waits for a subscriber: whoever is slow misses events and sees so.
final class EventsOutlet {
    private let context: SocketContext
    private let configuration: BusConfiguration
    private var address: BusAddress
    private var socket: Socket
    /// Where it is bound, a free port filled in.
    private(set) var endpoint: String
    private var state = State.bound
    private var attempts = 0

    private enum State {
        case bound
        /// The socket still has subscribers that must not get anything any more.
        case toBeReplaced
        case toBeBound
    }

    /// Whether it can be subscribed to.
    var isOpen: Bool { state == .bound }

    init(context: SocketContext, address: BusAddress, configuration: BusConfiguration) throws(BusError) {
        self.context = context
        self.configuration = configuration
        socket = try Self.open(context, address: address, configuration: configuration)
        endpoint = try socket.bind(address.text)
        // A port that was given out stays ours: subscribers come back to it.
        self.address = try BusAddress(endpoint)
    }

    func publish(_ events: [Recorded]) {
        guard isOpen else { return }
        for event in events {
            let header = EventHeader(sequence: event.sequence, previous: event.previous, recorded: event.recorded)
            _ = socket.send(event.topic.rawValue, more: true)
            _ = header.withBytes { socket.send(bytes: $0, more: true) }
            _ = socket.send(event.body, more: false)
        }
    }

    func publishHeartbeat(head: Int64, at now: Moment) {
        guard isOpen else { return }
        let header = EventHeader(sequence: head, previous: 0, recorded: now)
        _ = socket.send([Array(EventHeader.heartbeatTopic.utf8), header.bytes, []])
    }

    /// Cuts all subscribers off. Those who are still let in come back by themselves and close the gap by a replay.
    func cutOff() {
        if state == .bound { socket.unbind(endpoint) }
        state = .toBeReplaced
        reopen()
    }

    /// Brings the socket back after `cutOff`, once libzmq has let go of the old one's address; to be called
    /// until `isOpen`.
    func reopen() {
        if state == .toBeReplaced, (try? socket.set(ZMQ_LINGER, 0 as Int32)) != nil,
            let fresh = try? Self.open(context, address: address, configuration: configuration)
        {
            socket = fresh
            state = .toBeBound
            attempts = 0
        } else if state == .toBeBound, mayBind, (try? socket.bind(address.text)) != nil {
            state = .bound
        }
    }

    /// The old listener removes the file of an `ipc://` address as it ends, and would remove the new one's.
    private var mayBind: Bool {
        attempts += 1
        guard let path = address.path, attempts < 100 else { return true }
        return access(path, F_OK) != 0
    }

    private static func open(
        _ context: SocketContext, address: BusAddress, configuration: BusConfiguration
    ) throws(BusError) -> Socket {
        let socket = try Socket(context, kind: ZMQ_PUB)
        try socket.set(ZMQ_SNDHWM, Int32(clamping: configuration.limits.subscriberQueue))
        // A subscriber sends nothing but its subscriptions.
        try socket.set(ZMQ_MAXMSGSIZE, 4_096 as Int64)
        try socket.serve(address, keys: configuration.keys)
        return socket
    }
}

extension Socket {
    /// The options that both sockets share: last messages get a moment to leave, dead peers are noticed, and
    /// keys are asked for when there are any.
    func serve(_ address: BusAddress, keys: CurveKeyPair?) throws(BusError) {
        try set(ZMQ_LINGER, 100 as Int32)
        try set(ZMQ_HEARTBEAT_IVL, 5_000 as Int32)
        try set(ZMQ_HEARTBEAT_TIMEOUT, 15_000 as Int32)
        try set(ZMQ_HANDSHAKE_IVL, 5_000 as Int32)
        if address.isIPv6 { try set(ZMQ_IPV6, 1 as Int32) }
        guard let keys else { return }
        try set(ZMQ_CURVE_SERVER, 1 as Int32)
        try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
        try set(ZMQ_ZAP_DOMAIN, Authentication.domain)
    }
}
