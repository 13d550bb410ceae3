public import GatehouseDriverKit
import Glibc
import NIOCore
public import NIOPosix

/// Opens ports. Everything that waits does so on one event loop; a few threads of its own carry the system
/// calls that a broken adapter can hold up for seconds, so that one device's trouble never touches
/// another's.
public struct Ports: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let ownsGroup: Bool
    private let openers: NIOThreadPool

    /// - Parameter group: Where the ports live; without one they get a single event loop of their own.
    public init(group: MultiThreadedEventLoopGroup? = nil) {
        self.group = group ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
        ownsGroup = group == nil
        openers = NIOThreadPool(numberOfThreads: 8)
        openers.start()
    }

    /// To be called when every port is closed. It does not wait for system calls that a broken adapter
    /// still holds up.
    public func shutdown() async {
        openers.shutdownGracefully { _ in }
        guard ownsGroup else { return }
        // It throws only when it is shut down twice, which leaves nothing to do.
        _ = try? await group.shutdownGracefully()
    }

    /// Opens a port, waiting at most `timeout`; what becomes open later is closed again unseen.
    ///
    /// - Parameter line: Rate and framing; only terminals have them.
    public func open(
        _ address: PortAddress, line: SerialLine = SerialLine(), timeout: Duration = .seconds(5)
    ) async throws(PortError) -> Port {
        precondition(timeout > .zero, "an attempt must have some time")
        let loop = group.next()
        let answer = OneShot<Result<Port, PortError>>()
        let alarm = loop.scheduleTask(in: TimeAmount(timeout)) { _ = answer.settle(.failure(.timedOut)) }

        attempt(address, line: line, timeout: timeout, on: loop).whenComplete { result in
            // A port that comes too late is dropped here, and dropping closes it.
            answer.settle(result.mapError { PortError(connecting: $0) })
        }
        let result = await answer.value(ifCancelled: .failure(.cancelled))
        alarm.cancel()
        return try result.get()
    }

    /// Returns when something is at the path: the watch for paths of which udev knows nothing, such as
    /// links to pseudo-terminals. A link to nowhere is nothing. False when the task was cancelled first.
    public func appears(_ path: String) async -> Bool {
        await PathWatch(path: path, loop: group.next(), looker: openers).appears()
    }

    private func attempt(
        _ address: PortAddress, line: SerialLine, timeout: Duration, on loop: any EventLoop
    ) -> EventLoopFuture<Port> {
        switch address {
        case .tty(let path): openTerminal(path, line: line, on: loop)
        case .tcp(let host, let port): connectTCP(host, port, timeout: timeout, on: loop)
        case .udp(let host, let port): connectUDP(host, port, on: loop)
        }
    }

    private func openTerminal(_ path: String, line: SerialLine, on loop: any EventLoop) -> EventLoopFuture<Port> {
        let opened = openers.runIfActive(eventLoop: loop) { try Terminal(path: path, line: line) }
        return opened.flatMap { terminal in
            let channel = NIOPipeBootstrap(group: loop)
                .channelOption(.autoRead, value: false)
                .channelOption(.recvAllocator, value: streamReads)
                .takingOwnershipOfDescriptor(inputOutput: terminal.descriptor)
            // The bootstrap owns the descriptor only if it succeeds.
            channel.whenFailure { _ in terminal.close() }
            return channel.flatMap { channel in
                attach(to: channel, address: .tty(path: path), terminal: terminal.descriptor)
            }
        }
    }

    private func connectTCP(
        _ host: String, _ port: UInt16, timeout: Duration, on loop: any EventLoop
    ) -> EventLoopFuture<Port> {
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.recvAllocator, value: streamReads)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            // A device that lost its power says nothing: ask after 10 quiet seconds, and give up after 25.
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 10)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 5)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 3)
            .connectTimeout(TimeAmount(timeout))
        let channel =
            (try? SocketAddress(ipAddress: host, port: Int(port))).map { bootstrap.connect(to: $0) }
            ?? bootstrap.connect(host: host, port: Int(port))
        return channel.flatMap { attach(to: $0, address: .tcp(host: host, port: port)) }
    }

    private func connectUDP(_ host: String, _ port: UInt16, on loop: any EventLoop) -> EventLoopFuture<Port> {
        // The bootstrap itself would ask for the name on the event loop.
        let remote = openers.runIfActive(eventLoop: loop) {
            try SocketAddress.makeAddressResolvingHost(host, port: Int(port))
        }
        let channel = remote.flatMap { remote in
            DatagramBootstrap(group: loop)
                .channelOption(.autoRead, value: false)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
                .connect(to: remote)
        }
        return channel.flatMap { attach(to: $0, address: .udp(host: host, port: port)) }
    }

    /// Small at first, so that two hundred quiet devices cost little; four reads a round.
    private var streamReads: AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 16_384)
    }

    /// Puts the handlers on a connected channel and lets it read. Not earlier: of several addresses of a
    /// name only one wins.
    private func attach(
        to channel: any Channel, address: PortAddress, terminal: Int32? = nil
    ) -> EventLoopFuture<Port> {
        let inlet = Inlet(address.transport == .udp ? .datagrams : .stream)
        let port = Port(address: address, channel: channel, inlet: inlet, terminal: terminal)
        do {
            let pipeline = channel.pipeline.syncOperations
            if address.transport == .udp { try pipeline.addHandler(DatagramOpener()) }
            let goodOrder: PortEnding = address.transport == .serial ? .unplugged : .closedByPeer
            try pipeline.addHandler(PortHandler(inlet: inlet, goodOrder: goodOrder))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return channel.setOption(.autoRead, value: true).map { port }
    }
}
