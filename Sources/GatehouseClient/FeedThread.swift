import GatehouseBus
import GatehouseModel

/// What a feed's thread is told.
enum FeedLetter: Sendable {
    /// There is room in the buffer again.
    case taken
    case stop
}

/// The thread behind one feed of events: carries out what its `Follower` decides.
final class FeedThread {
    /// Events of a replay that may be under way to us. Half of them are granted anew at a time.
    private static let credit: UInt32 = 4_000

    private let letters: Mailbox<FeedLetter>
    private let buffer: EventBuffer
    private let live: LiveEvents?
    private let requests: Socket
    /// How long a finite replay may wait for its gateway; nil to wait for ever.
    private let patience: Duration?
    private var follower: Follower
    private var order: Order?
    private var orderCount: UInt64 = 0
    private var ready: [Recorded] = []
    private let start = ContinuousClock().now
    private var lastHeard = Duration.zero

    /// A replay that was asked for, or is to be.
    private struct Order {
        var correlation: [UInt8]
        var from: Int64
        var through: Int64?
        var isSent = false
        /// Not before then.
        var due: Duration
        var lastReply: Duration
        var ungranted: UInt32 = 0
    }

    init(
        endpoints: Endpoints, follower: Follower, patience: Duration?, letters: Mailbox<FeedLetter>, buffer: EventBuffer
    ) throws(BusError) {
        let context = try SocketContext()
        live =
            follower.isFinite
            ? nil : LiveEvents(socket: try endpoints.openEvents(context, topics: follower.topics))
        requests = try endpoints.openRequests(context)
        self.follower = follower
        self.patience = patience
        self.letters = letters
        self.buffer = buffer
    }

    /// Runs until it is told to stop, or everything asked for is there.
    func run() {
        var everything = Poll(letters.signal)
        everything.watch(requests)
        live?.watch(with: &everything)
        var signalOnly = Poll(letters.signal)
        carryOut(follower.start(), at: .zero)
        while true {
            let isFull = buffer.isFull
            // While an order waits for a connection it is tried again soon.
            let sleep = Duration.milliseconds(order.map { $0.isSent ? 1_000 : 20 } ?? 1_000)
            if isFull { signalOnly.wait(atMost: .seconds(1)) } else { everything.wait(atMost: sleep) }
            for case .stop in letters.takeAll() { return buffer.finish() }
            let uptime = ContinuousClock().now - start
            if isFull {
                // The silence is ours: it says nothing about the gateway.
                order?.lastReply = uptime
                lastHeard = uptime
                continue
            }
            if !receive(at: uptime) { return }
        }
    }

    /// Reads some of what waits, then hands it on. False when the feed has ended.
    private func receive(at uptime: Duration) -> Bool {
        var isEnded = false
        for _ in 0..<1_024 {
            guard let message = requests.receive(keepingFrames: 8, bytes: 1 << 20) else { break }
            isEnded = !take(message.frames, at: uptime) || isEnded
        }
        for _ in 0..<1_024 {
            guard let heard = live?.next() else { break }
            switch heard {
            case .event(let event): carryOut(follower.receive(event), at: uptime)
            case .heartbeat(let head): carryOut(follower.heartbeat(head: head), at: uptime)
            }
        }
        buffer.put(ready)
        ready.removeAll(keepingCapacity: true)
        if isEnded {
            buffer.finish()
            return false
        }
        return pursueOrder(at: uptime)
    }

    /// Takes a reply to a replay. False when the feed has ended.
    private func take(_ frames: [[UInt8]], at uptime: Duration) -> Bool {
        guard let correlation = frames.first, correlation == order?.correlation, let reply = Reply(frames.dropFirst())
        else { return true }
        order?.lastReply = uptime
        lastHeard = uptime
        switch reply {
        case .event(let event):
            grantAsNeeded()
            carryOut(follower.replayed(event), at: uptime)
        case .end(let last):
            order = nil
            return carryOut(follower.replayEnded(last: last), at: uptime)
        case .error("busy", _), .error("unavailable", _):
            carryOut(follower.replayLost(), at: uptime, after: .milliseconds(500))
        case .error(let code, let message):
            buffer.put(ready)
            ready = []
            buffer.finish(.refused(code: code, message: message))
            return false
        case .pong, .ok: break
        }
        return true
    }

    /// False when the feed has ended.
    @discardableResult
    private func carryOut(_ effects: [Follower.Effect], at uptime: Duration, after delay: Duration = .zero) -> Bool {
        for effect in effects {
            switch effect {
            case .deliver(let event): ready.append(event)
            case .finish: return false
            case .replay(let from, let through):
                orderCount += 1
                order = Order(
                    correlation: Array("replay \(orderCount)".utf8), from: from, through: through, due: uptime + delay,
                    lastReply: uptime + delay)
            }
        }
        return true
    }

    /// Sends the order if it is due, and starts over when no reply has come for too long. False when patience
    /// is at an end.
    private func pursueOrder(at uptime: Duration) -> Bool {
        if let patience, uptime - lastHeard > patience {
            buffer.finish(.unreachable("the gateway does not answer; is it running, and is this client's key listed?"))
            return false
        }
        guard let order else { return true }
        if order.isSent, uptime - order.lastReply > .seconds(5) {
            _ = requests.send([order.correlation, Array("CANCEL".utf8)])
            carryOut(follower.replayLost(), at: uptime)
        } else if !order.isSent, uptime >= order.due {
            let frames = [
                order.correlation, Array("REPLAY".utf8), order.from.wireBytes, (order.through ?? 0).wireBytes,
                Array(follower.prefix.utf8), Self.credit.wireBytes,
            ]
            self.order?.isSent = requests.send(frames) == .sent
            self.order?.lastReply = uptime
        }
        return true
    }

    private func grantAsNeeded() {
        guard let correlation = order?.correlation, let ungranted = order?.ungranted else { return }
        order?.ungranted = ungranted + 1
        guard ungranted + 1 >= Self.credit / 2 else { return }
        if requests.send([correlation, Array("CREDIT".utf8), (ungranted + 1).wireBytes]) == .sent {
            order?.ungranted = 0
        }
    }
}

/// The `SUB` socket of a feed.
final class LiveEvents {
    enum Heard {
        case event(Recorded)
        case heartbeat(head: Int64)
    }

    private let socket: Socket

    init(socket: consuming Socket) {
        self.socket = socket
    }

    func watch(with poll: inout Poll) {
        poll.watch(socket)
    }

    /// The next that waits; what is no event of the bus is passed over.
    func next() -> Heard? {
        while let message = socket.receive(keepingFrames: 3, bytes: 1 << 20) {
            let frames = message.frames
            guard frames.count == 3, let event = Recorded(topic: frames[0], header: frames[1], body: frames[2]) else {
                continue
            }
            return event.topic.rawValue == EventHeader.heartbeatTopic ? .heartbeat(head: event.sequence) : .event(event)
        }
        return nil
    }
}
