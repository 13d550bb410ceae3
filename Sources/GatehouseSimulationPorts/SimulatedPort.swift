import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation
public import NIOCore

/// Puts a simulated device behind a socket or a pseudo-terminal.
///
/// The device is a value; this actor brings it bytes and time, and carries out what it wants. A client that does not
/// read makes the port stop taking commands and bytes, so memory stays within `queueLimit` and what one command
/// produced.
public actor SimulatedPort {
    /// Bytes on their way to the client beyond which nothing new is taken.
    public static let queueLimit = 256 * 1024

    /// Clients that may wait for their turn.
    public static let clientLimit = 16

    /// A client's connection, or a UDP client's address.
    struct Link {
        let number: UInt64
        let transport: Transport
        let peer: SocketAddress?
        let outbox: AsyncStream<Outgoing>.Continuation
        var faults: LineFaults?
        var queued = 0
    }

    /// What the writing side of a link takes.
    enum Outgoing: Sendable {
        case bytes([UInt8], link: UInt64, to: SocketAddress?)
        case close
    }

    let door: SimulatedDoor
    let group: any EventLoopGroup
    private let clock: @Sendable () -> Now
    private let plan: LineFaults.Plan?
    private var device: any SimulatedDevice
    private var random: SplitMix64
    private var link: Link?
    private var links: UInt64 = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var queue: [CheckedContinuation<Void, Never>] = []
    private var wakeUp: Scheduled<Void>?
    private var delivery: Scheduled<Void>?
    private var state = State.new

    private enum State {
        case new
        case serving(Task<Void, Never>)
        case stopped
    }

    /// - Parameters:
    ///   - door: Where the device is to be found.
    ///   - faults: What the line does to everything that the device sends; nil for a perfect line.
    ///   - seed: What the faults are drawn from.
    ///   - group: Event loops; many ports may share them.
    ///   - clock: The time, read whenever something happens.
    public init(
        _ device: any SimulatedDevice, at door: SimulatedDoor, faults: LineFaults.Plan? = nil, seed: UInt64 = 1,
        group: any EventLoopGroup, clock: @escaping @Sendable () -> Now
    ) {
        self.device = device
        self.door = door
        self.group = group
        self.clock = clock
        plan = faults
        random = SplitMix64(seed: seed)
    }

    /// Opens the door and returns its address: `tcp://127.0.0.1:40123`, `udp://…`, or the path of a terminal.
    public func start() async throws -> String {
        guard case .new = state else { throw SimulatedPortProblem.notStartable }
        state = .stopped
        let (address, serve) = try await open()
        state = .serving(Task { await serve() })
        // A terminal's line stands from the beginning: what the device says next is kept for whoever opens it.
        if case .terminal = door { await untilOpened() }
        return address
    }

    /// Does to the device what a person would, and returns its answer: what came of it, or `error`.
    ///
    /// Returns when the line has room again after what the device sent.
    public func tell(_ command: JSONValue) async -> JSONValue {
        let effects = device.handle(.told(command), at: clock())
        let answer = carryOut(effects)
        if effects.contains(where: { if case .send = $0 { true } else { false } }) { await room() }
        return answer ?? ["error": "the device did not answer"]
    }

    /// Closes the door and every link. Returns when all is closed.
    public func stop() async {
        guard case .serving(let task) = state else { return }
        state = .stopped
        wakeUp?.cancel()
        delivery?.cancel()
        task.cancel()
        releaseQueue()
        release()
        await task.value
        if let link { ended(link.number) }
    }

    // MARK: What the links report

    /// A client is there, and it is its turn; its number. Nil when too many wait already, or the port is stopped.
    func opened(
        _ transport: Transport, peer: SocketAddress?, outbox: AsyncStream<Outgoing>.Continuation
    ) async -> UInt64? {
        while link != nil, isServing, queue.count < Self.clientLimit {
            await withCheckedContinuation { queue.append($0) }
        }
        guard link == nil, isServing else { return nil }
        links += 1
        let faults = plan.map { LineFaults($0, seed: random.next()) }
        link = Link(number: links, transport: transport, peer: peer, outbox: outbox, faults: faults)
        let number = links
        carryOut(device.handle(.opened(transport), at: clock()))
        release()
        return number
    }

    /// Whether these bytes come from the client that is connected now.
    func isCurrent(_ peer: SocketAddress) -> UInt64? {
        link?.peer == peer ? link?.number : nil
    }

    /// The number of the connected client.
    var current: UInt64? { link?.number }

    func received(_ bytes: [UInt8], on number: UInt64) async {
        guard link?.number == number, !bytes.isEmpty else { return }
        carryOut(device.handle(.received(bytes), at: clock()))
        await room()
    }

    func written(_ count: Int, on number: UInt64) {
        guard link?.number == number else { return }
        link?.queued -= count
        if let queued = link?.queued, queued <= Self.queueLimit { release() }
    }

    func ended(_ number: UInt64) {
        guard link?.number == number else { return }
        link = nil
        delivery?.cancel()
        release()
        carryOut(device.handle(.closed, at: clock()))
        releaseQueue()
    }

    /// The system gives no more terminals.
    func gaveUp() {
        state = .stopped
        release()
    }

    // MARK: What the device wants

    @discardableResult
    private func carryOut(_ effects: [SimulatedEffect]) -> JSONValue? {
        var answer: JSONValue?
        var burst: [UInt8] = []
        for effect in effects {
            if case .send(let bytes) = effect, isStream, burst.count + bytes.count <= 65_536 {
                // Small sends of one moment are one write; datagrams stay apart.
                burst += bytes
                continue
            }
            send(burst)
            burst = []
            switch effect {
            case .send(let bytes): send(bytes)
            case .wake(let delay): wake(after: delay)
            case .close: hangUp()
            case .answered(let value): answer = value
            }
        }
        send(burst)
        return answer
    }

    private var isStream: Bool { link?.transport != .udp }

    private func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, link != nil else { return }
        guard link?.faults != nil else { return enqueue(bytes) }
        link?.faults?.carry(bytes, at: clock().uptime)
        deliver()
    }

    private func enqueue(_ bytes: [UInt8]) {
        guard let current = link else { return }
        link?.queued += bytes.count
        current.outbox.yield(.bytes(bytes, link: current.number, to: current.peer))
    }

    /// Takes from the faulty line what has arrived, and comes back for the rest.
    private func deliver() {
        let now = clock().uptime
        for arrived in link?.faults?.deliver(at: now) ?? [] {
            switch arrived {
            case .bytes(let bytes): enqueue(bytes)
            case .disconnected: hangUp()
            }
        }
        guard let due = link?.faults?.due else { return }
        delivery?.cancel()
        delivery = schedule(after: due - now) { await $0.deliver() }
    }

    private func hangUp() {
        guard let current = link else { return }
        if current.transport == .udp {
            ended(current.number)
        } else {
            current.outbox.yield(.close)
        }
    }

    private func wake(after delay: Duration) {
        wakeUp?.cancel()
        wakeUp = schedule(after: delay) { await $0.woke() }
    }

    private func woke() {
        guard isServing else { return }
        carryOut(device.handle(.woke, at: clock()))
    }

    private func schedule(
        after delay: Duration, _ body: @escaping @Sendable (SimulatedPort) async -> Void
    ) -> Scheduled<Void> {
        let time = TimeAmount.nanoseconds(max(delay, .zero).wholeMilliseconds * 1_000_000 + 1_000_000)
        return group.next().scheduleTask(in: time) { [weak self] in
            _ = Task { if let self { await body(self) } }
        }
    }

    /// Returns when the line has room, or is gone.
    private func room() async {
        while let link, link.queued > Self.queueLimit {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private var isServing: Bool {
        if case .serving = state { true } else { false }
    }

    private func releaseQueue() {
        let released = queue
        queue = []
        for client in released { client.resume() }
    }

    private func untilOpened() async {
        while links == 0, isServing {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func release() {
        let released = waiting
        waiting = []
        for waiter in released { waiter.resume() }
    }
}
