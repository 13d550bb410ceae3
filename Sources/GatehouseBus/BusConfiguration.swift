/// How a bus is set up.
public struct BusConfiguration: Sendable {
    /// Where events are published, for example `tcp://127.0.0.1:7780`; port 0 takes a free one.
    public var events: String
    /// Where requests are answered, for example `tcp://127.0.0.1:7781`.
    public var requests: String
    /// What `PONG` says of the program.
    public var version: String
    /// What `PONG` says of the site.
    public var site: String
    /// The server's key pair; nil for plain connections, which must then be local.
    public var keys: CurveKeyPair?
    /// Who is let in when there are keys; `Bus.setClients` changes it later.
    public var clients: [ClientKey]
    /// The journal's head as the bus starts.
    public var head: Int64
    public var limits = BusLimits()

    public init(
        events: String = "tcp://127.0.0.1:7780", requests: String = "tcp://127.0.0.1:7781", version: String,
        site: String = "default", keys: CurveKeyPair? = nil, clients: [ClientKey] = [], head: Int64
    ) {
        precondition(head >= 0, "an empty journal's head is 0")
        self.events = events
        self.requests = requests
        self.version = version
        self.site = site
        self.keys = keys
        self.clients = clients
        self.head = head
    }
}

/// The bounds of every queue of the bus.
public struct BusLimits: Hashable, Sendable {
    /// Events for each subscriber; past it they are dropped, and the subscriber sees a gap.
    public var subscriberQueue = 10_000
    /// Replies for each client; past it a replay pauses and other replies wait in a bounded outbox.
    public var replyQueue = 1_000
    /// Requests received from a client ahead of the one being looked at.
    public var requestQueue = 64
    /// Bytes of events between `publish` and the bus's thread; past it `publish` waits.
    public var publishBytes = 32 << 20
    /// Replays of one client at once, then `busy`.
    public var replaysOfClient = 8
    /// Replays at once, then `busy`.
    public var replays = 64
    /// Requests of one client that wait for the runtime, then `busy`.
    public var requestsOfClient = 64
    /// Requests that wait for the runtime, then `busy`.
    public var requests = 1_024
    /// Bytes of the requests that wait for the runtime, then `busy`.
    public var requestBytes = 64 << 20
    /// How long a replay may stand still, for want of credit or of a client that reads, before it is given up.
    public var replayPatience = Duration.seconds(60)
    /// How long a replay may stand still while others wait for its place.
    public var replayGrace = Duration.seconds(2)
    /// How often the head is announced.
    public var heartbeat = Duration.seconds(1)

    public init() {}
}

/// What the bus has done so far.
public struct BusCounters: Hashable, Sendable {
    /// Events published.
    public var published = 0
    /// Requests read, of whatever kind.
    public var requests = 0
    /// Replays begun.
    public var replays = 0
    /// Events sent in replays.
    public var replayed = 0
    /// Requests answered with `ERROR`.
    public var refused = 0
    /// Replies for which the client left no room, or that came after it had gone.
    public var undeliverable = 0
    /// Connections turned away by their key.
    public var turnedAway = 0
}
