import GatehouseModel
import Synchronization

/// The one thread that owns the bus's sockets, as long as it lives. Made inside the thread's body; it never
/// leaves it.
final class BusThread {
    private let letters: Mailbox<BusLetter>
    private let counters: SharedCounters
    private let wallClock: @Sendable () -> Moment
    private let heartbeat: Duration
    private let doorkeeper: Doorkeeper?
    private let outlet: EventsOutlet
    private let desk: RequestDesk
    /// The last sequence published: what a heartbeat says.
    private var published: Int64
    private var publishedCount = 0
    private var nextHeartbeat: Duration
    private let start = ContinuousClock().now

    init(
        configuration: BusConfiguration, runtime: any BusRequests, letters: Mailbox<BusLetter>,
        counters: SharedCounters, wallClock: @escaping @Sendable () -> Moment
    ) throws(BusError) {
        let (events, requests) = (try BusAddress(configuration.events), try BusAddress(configuration.requests))
        try events.checkReach(hasKeys: configuration.keys != nil)
        try requests.checkReach(hasKeys: configuration.keys != nil)
        let context = try SocketContext()
        doorkeeper =
            configuration.keys == nil
            ? nil : try Doorkeeper(context: context, clients: ClientList(configuration.clients))
        outlet = try EventsOutlet(context: context, address: events, configuration: configuration)
        desk = try RequestDesk(
            context: context, address: requests, configuration: configuration, runtime: runtime, letters: letters)
        self.letters = letters
        self.counters = counters
        self.wallClock = wallClock
        heartbeat = configuration.limits.heartbeat
        published = configuration.head
        nextHeartbeat = heartbeat
    }

    var endpoints: BusEndpoints { BusEndpoints(events: outlet.endpoint, requests: desk.endpoint) }

    /// Runs until it is told to stop.
    func run() {
        var poll = Poll(letters.signal)
        poll.watch(desk.socket)
        if let doorkeeper { poll.watch(doorkeeper.socket) }
        var sleep = Duration.zero
        while true {
            poll.wait(atMost: sleep)
            let uptime = ContinuousClock().now - start
            doorkeeper?.answerAll()
            desk.beginTurn(at: uptime)
            guard readLetters(at: uptime) else { return share() }
            let hasMore = desk.receive(at: uptime)
            let pause = desk.moveReplays(at: uptime)
            beat(at: uptime)
            if !outlet.isOpen { outlet.reopen() }
            share()
            let pauses = [pause, desk.outboxPause, outlet.isOpen ? nil : .milliseconds(10)].compactMap(\.self)
            sleep = hasMore ? .zero : pauses.reduce(max(.zero, nextHeartbeat - uptime), min)
        }
    }

    /// False when the thread is to end.
    private func readLetters(at uptime: Duration) -> Bool {
        for letter in letters.takeAll() {
            switch letter {
            case .publish(let events): publish(events)
            case .page(let page, let address, let number):
                desk.receive(page, at: address, number: number, uptime: uptime)
            case .answer(let answer, let request): desk.receive(answer, to: request)
            case .clients(let clients): admit(ClientList(clients))
            case .stop: return false
            }
        }
        return true
    }

    private func publish(_ events: [Recorded]) {
        guard let last = events.last else { return }
        outlet.publish(events)
        publishedCount += events.count
        published = max(published, last.sequence)
        desk.head = max(desk.head, published)
    }

    /// Takes a new list of clients. libzmq cannot cut off a single subscriber, so when somebody is taken off
    /// the list all are cut off and the others come back.
    private func admit(_ clients: ClientList) {
        guard let doorkeeper, doorkeeper.clients != clients else { return }
        let isRevoking = doorkeeper.clients.loses(in: clients)
        doorkeeper.clients = clients
        desk.clients = clients
        desk.dropRevokedReplays()
        if isRevoking { outlet.cutOff() }
    }

    private func beat(at uptime: Duration) {
        guard uptime >= nextHeartbeat else { return }
        outlet.publishHeartbeat(head: published, at: wallClock())
        nextHeartbeat = uptime + heartbeat
    }

    private func share() {
        var shared = desk.counters
        shared.published = publishedCount
        shared.turnedAway = doorkeeper?.turnedAway ?? 0
        counters.set(shared)
    }
}

/// Where the sockets are bound, free ports filled in.
public struct BusEndpoints: Hashable, Sendable {
    public var events: String
    public var requests: String
}

/// The counters as other threads may read them.
final class SharedCounters: Sendable {
    private let counters = Mutex(BusCounters())

    var current: BusCounters { counters.withLock { $0 } }

    func set(_ new: BusCounters) {
        counters.withLock { $0 = new }
    }
}
