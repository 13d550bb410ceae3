import CZMQ
import GatehouseModel

/// The `ROUTER` socket and everything that is under way on it. It belongs to the bus's thread; what takes time
/// it hands to tasks, whose answers come back as letters.
final class RequestDesk {
    let socket: Socket
    let endpoint: String
    let configuration: BusConfiguration
    let runtime: any BusRequests
    let letters: Mailbox<BusLetter>
    /// Who is let in; nil on a plain bus.
    var clients: ClientList?
    /// The last sequence known to be in the journal.
    var head: Int64
    var counters = BusCounters()
    var replays: [ReturnAddress: Replay] = [:]
    var replaysBegun: UInt64 = 0
    var waiting: WaitingRequests
    /// When the present turn of the thread began.
    private var uptime = Duration.zero
    private var outbox = Outbox()

    init(
        context: SocketContext, address: BusAddress, configuration: BusConfiguration, runtime: any BusRequests,
        letters: Mailbox<BusLetter>
    ) throws(BusError) {
        let limits = configuration.limits
        socket = try Socket(context, kind: ZMQ_ROUTER)
        try socket.set(ZMQ_ROUTER_MANDATORY, 1 as Int32)
        try socket.set(ZMQ_MAXMSGSIZE, Int64(Envelope.wireLimit))
        try socket.set(ZMQ_SNDHWM, Int32(clamping: limits.replyQueue))
        try socket.set(ZMQ_RCVHWM, Int32(clamping: limits.requestQueue))
        try socket.serve(address, keys: configuration.keys)
        endpoint = try socket.bind(address.text)
        self.configuration = configuration
        self.runtime = runtime
        self.letters = letters
        clients = configuration.keys == nil ? nil : ClientList(configuration.clients)
        head = configuration.head
        waiting = WaitingRequests(limits: limits)
    }

    /// Begins a turn of the thread: what clients had no room for goes first.
    func beginTurn(at uptime: Duration) {
        self.uptime = uptime
        guard !outbox.isEmpty else { return }
        counters.undeliverable += outbox.flush(at: uptime, patience: configuration.limits.replayPatience) {
            socket.send($0)
        }
    }

    /// Whether replies to that client wait for room.
    func isCrowded(_ address: ReturnAddress) -> Bool { outbox.holds(address.connection) }

    /// How long the thread may sleep while replies wait for room.
    var outboxPause: Duration? { outbox.isEmpty ? nil : .milliseconds(2) }

    /// Reads what waits, up to a number that leaves time for the rest. True when more may be waiting.
    func receive(at uptime: Duration) -> Bool {
        for _ in 0..<256 {
            guard let message = socket.receive(keepingFrames: Envelope.frameLimit + 1, bytes: Envelope.byteLimit) else {
                return false
            }
            counters.requests += 1
            guard let envelope = Envelope(message) else { continue }
            do throws(BusRefusal) {
                try answer(envelope, of: message, at: uptime)
            } catch {
                refuse(error, to: envelope.address)
            }
        }
        return true
    }

    private func answer(_ envelope: Envelope, of message: Message, at uptime: Duration) throws(BusRefusal) {
        let client = try client(message.userID)
        if let refusal = envelope.refusal { throw refusal }
        let verb = try Verb(envelope.verb, envelope.arguments)
        guard client.role >= verb.role else {
            throw BusRefusal(
                .forbidden,
                "\(envelope.verb) needs the role \(verb.role.rawValue); this key's is \(client.role.rawValue)")
        }
        let address = envelope.address
        switch verb {
        case .ping:
            let (version, site) = (configuration.version, configuration.site)
            reply([Array("PONG".utf8), Array(version.utf8), Array(site.utf8), head.wireBytes], to: address)
        case .head: reply([Array("OK".utf8), head.wireBytes], to: address)
        case .replay(let order): try begin(order, at: address, userID: message.userID, uptime: uptime)
        case .credit(let count): replays[address]?.grant(count, at: uptime)
        case .cancel: end(replays.removeValue(forKey: address), at: address)
        case .append, .derive, .devices, .command:
            let request = WaitingRequest(
                verb: verb, address: address, client: client, userID: message.userID, byteCount: message.byteCount)
            for ready in try waiting.admit(request) { hand(ready) }
        }
    }

    /// Who sent it, as the list stands now: a key may have been revoked since the connection was made.
    func client(_ userID: String?) throws(BusRefusal) -> BusClient {
        guard let clients else { return .local }
        guard let client = userID.flatMap(clients.client(publicKey:)) else {
            throw BusRefusal(.forbidden, "this key is not listed any more; ask for a new one")
        }
        return client
    }

    func reply(_ frames: [[UInt8]], to address: ReturnAddress) {
        var message = [address.connection]
        if address.isDelimited { message.append([]) }
        message.append(address.correlation)
        message.append(contentsOf: frames)
        let outcome = isCrowded(address) ? .full : socket.send(message)
        if outcome == .sent || outcome == .full && outbox.keep(message, at: uptime) { return }
        counters.undeliverable += 1
    }

    func refuse(_ refusal: BusRefusal, to address: ReturnAddress) {
        counters.refused += 1
        reply([Array("ERROR".utf8), Array(refusal.code.rawValue.utf8), Array(refusal.message.utf8)], to: address)
    }
}
