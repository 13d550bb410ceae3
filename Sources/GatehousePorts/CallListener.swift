import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// One listening port with its `Switchboard`.
final class CallListener: Sendable {
    /// Somebody who waits for a call.
    struct Waiting: Sendable {
        var id: Switchboard.WaiterID
        var answer: OneShot<Result<any Channel, PortError>>
    }

    private struct State: Sendable {
        var board: Switchboard
        var waiting: [Switchboard.WaiterID: Waiting] = [:]
        var channels: [Switchboard.CallID: any Channel] = [:]
        var lastNumber: UInt64 = 0
        var isClosed = false
    }

    private let state: Mutex<State>
    private let loop: any EventLoop
    private let manners: CallDesk.Manners
    private let binding: EventLoopPromise<any Channel>

    init(on loop: any EventLoop, manners: CallDesk.Manners) {
        self.loop = loop
        self.manners = manners
        binding = loop.makePromise()
        state = Mutex(State(board: Switchboard(holdLimit: manners.holdLimit)))
    }

    /// The listening socket, once it listens.
    var bound: EventLoopFuture<any Channel> { binding.futureResult }

    /// Begins to listen. Called once.
    func open(_ door: CallDesk.Door, resolvers: NIOThreadPool) {
        let address = resolvers.runIfActive(eventLoop: loop) {
            try SocketAddress.makeAddressResolvingHost(door.host, port: Int(door.port))
        }
        address.flatMap { [self] in bootstrap.bind(to: $0) }.cascade(to: binding)
    }

    private var bootstrap: ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: Keepalive.idle)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: Keepalive.interval)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: Keepalive.count)
            .childChannelInitializer { [self] child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(CallHandler(listener: self))
                }
            }
    }

    /// Takes a place in the queue; nil when the listener closes just now.
    func wait(for peer: PeerAddress?) -> Waiting? {
        let found = state.withLock { state -> (Waiting, (any Channel)?)? in
            guard !state.isClosed else { return nil }
            state.lastNumber += 1
            let waiting = Waiting(id: state.lastNumber, answer: OneShot())
            let call = state.board.waits(waiting.id, for: peer)
            if call == nil { state.waiting[waiting.id] = waiting }
            return (waiting, call.flatMap { state.channels[$0] })
        }
        guard let (waiting, channel) = found else { return nil }
        if let channel { waiting.answer.settle(.success(channel)) }
        return waiting
    }

    func gaveUp(_ waiting: Waiting) {
        state.withLock { state in
            state.board.gaveUp(waiting.id)
            state.waiting[waiting.id] = nil
        }
        lingerIfIdle()
    }

    /// A device has called: its number.
    func called(_ channel: any Channel) -> Switchboard.CallID? {
        guard let peer = PeerAddress(channel.remoteAddress) else { return nil }
        let opened = state.withLock { state -> (Switchboard.CallID, Switchboard.Verdict)? in
            guard !state.isClosed else { return nil }
            state.lastNumber += 1
            state.channels[state.lastNumber] = channel
            return (state.lastNumber, state.board.called(state.lastNumber, from: peer))
        }
        guard let (id, verdict) = opened else { return nil }
        carryOut(verdict, for: id)
        return id
    }

    /// The connection is gone.
    func ended(_ id: Switchboard.CallID) {
        state.withLock { state in
            state.board.ended(id)
            state.channels[id] = nil
        }
        lingerIfIdle()
    }

    /// Stops listening, unless somebody waits, is held or connected. True when it is closed.
    func closeIfIdle() -> Bool {
        let mayClose = state.withLock { state in
            if !state.isClosed { state.isClosed = state.board.isIdle }
            return state.isClosed
        }
        if mayClose { binding.futureResult.whenSuccess { $0.close(promise: nil) } }
        return mayClose
    }

    /// Stops listening, whoever waits.
    func close() async {
        let (waiting, held) = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            let held = state.channels.filter { state.board.expire($0.key) }
            return (Array(state.waiting.values), Array(held.values))
        }
        for waiting in waiting { waiting.answer.settle(.failure(.cancelled)) }
        for channel in held { channel.close(promise: nil) }
        guard case .success(let channel) = await bound.result() else { return }
        _ = await channel.close().result()
    }

    private func carryOut(_ verdict: Switchboard.Verdict, for id: Switchboard.CallID) {
        switch verdict {
        case .connect(let waiter): connect(id, to: waiter)
        case .hold(let old, let dropped):
            let (old, dropped) = state.withLock { state in
                (old.flatMap { state.channels[$0] }, dropped.flatMap { state.channels[$0] })
            }
            dropped?.close(promise: nil)
            old?.pipeline.fireUserInboundEventTriggered(PortEnding.calledAgain)
            loop.scheduleTask(in: TimeAmount(manners.patience)) { [weak self] in self?.expire(id) }
        }
    }

    private func connect(_ id: Switchboard.CallID, to waiter: Switchboard.WaiterID) {
        let (waiting, channel) = state.withLock { state in
            (state.waiting.removeValue(forKey: waiter), state.channels[id])
        }
        guard let channel else { return }
        if let waiting, waiting.answer.settle(.success(channel)) { return }
        // It was given up in this very moment.
        if let verdict = state.withLock({ $0.board.refused(id) }) { carryOut(verdict, for: id) }
    }

    private func expire(_ id: Switchboard.CallID) {
        let unwanted = state.withLock { state in state.board.expire(id) ? state.channels[id] : nil }
        unwanted?.close(promise: nil)
    }

    private func lingerIfIdle() {
        guard state.withLock({ $0.board.isIdle && !$0.isClosed }) else { return }
        loop.scheduleTask(in: TimeAmount(manners.patience)) { [weak self] in _ = self?.closeIfIdle() }
    }
}

/// Tells a listener of a call and of its end.
final class CallHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let listener: CallListener
    private var id: Switchboard.CallID?

    init(listener: CallListener) {
        self.listener = listener
    }

    func channelActive(context: ChannelHandlerContext) {
        id = listener.called(context.channel)
        if id == nil { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let id { listener.ended(id) }
        context.fireChannelInactive()
    }
}
