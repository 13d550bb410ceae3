import CLinux
import GatehouseDriverKit
import Glibc
import NIOCore
import NIOPosix

/// How each kind of address is opened.
extension Ports {
    func attempt(
        _ address: PortAddress, line: SerialLine, timeout: Duration, on loop: any EventLoop
    ) -> EventLoopFuture<Port> {
        switch address {
        case .tty(let path): openTerminal(path, line: line, on: loop)
        case .evdev(let path): openKeyboard(path, on: loop)
        case .hidraw(let path): openHIDDevice(path, on: loop)
        case .listen: loop.makeFutureWithTask { try await accept(address) }
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
                attach(to: channel, address: .tty(path: path), makeup: .init(terminal: terminal.descriptor))
            }
        }
    }

    private func openKeyboard(_ path: String, on loop: any EventLoop) -> EventLoopFuture<Port> {
        openers.runIfActive(eventLoop: loop) { try Keyboard(path: path) }.flatMap { keyboard in
            let channel = inputPipe(on: loop, allocator: streamReads, descriptor: keyboard.descriptor)
            channel.whenFailure { _ in keyboard.close() }
            return channel.flatMap { attach(to: $0, address: .evdev(path: path)) }
        }
    }

    private func openHIDDevice(_ path: String, on loop: any EventLoop) -> EventLoopFuture<Port> {
        openers.runIfActive(eventLoop: loop) { try HIDDevice(path: path) }.flatMap { device in
            let reads = FixedSizeRecvByteBufferAllocator(capacity: Int(GATEHOUSE_HID_REPORT_SIZE))
            let channel = inputPipe(on: loop, allocator: reads, descriptor: device.descriptor)
            channel.whenFailure { _ in device.close() }
            return channel.flatMap { channel in
                let outlet = ReportOutlet(descriptor: device.second, threads: openers)
                let makeup = Port.Makeup(outlet: outlet, descriptor: device.reportDescriptor)
                return attach(to: channel, address: .hidraw(path: path), makeup: makeup)
            }
        }
    }

    /// A channel that only reads. The bootstrap owns the descriptor only if it succeeds.
    private func inputPipe(
        on loop: any EventLoop, allocator: any RecvByteBufferAllocator, descriptor: Int32
    ) -> EventLoopFuture<any Channel> {
        NIOPipeBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.recvAllocator, value: allocator)
            .takingOwnershipOfDescriptor(input: descriptor)
    }

    private func connectTCP(
        _ host: String, _ port: UInt16, timeout: Duration, on loop: any EventLoop
    ) -> EventLoopFuture<Port> {
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.recvAllocator, value: streamReads)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: Keepalive.idle)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: Keepalive.interval)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: Keepalive.count)
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
    func attach(
        to channel: any Channel, address: PortAddress, makeup: Port.Makeup = Port.Makeup()
    ) -> EventLoopFuture<Port> {
        let inlet = Inlet(address.grain)
        let port = Port(address: address, channel: channel, inlet: inlet, makeup: makeup)
        do {
            let pipeline = channel.pipeline.syncOperations
            if address.transport == .udp { try pipeline.addHandler(DatagramOpener()) }
            let goodOrder: PortEnding = address.path != nil ? .unplugged : .closedByPeer
            try pipeline.addHandler(PortHandler(inlet: inlet, goodOrder: goodOrder, outlet: makeup.outlet))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return channel.setOption(.autoRead, value: true).map { port }
    }
}

extension PortAddress {
    /// Which neighbouring reads may be joined.
    fileprivate var grain: Intake.Grain {
        switch self {
        case .tty, .tcp, .listen: .stream
        case .evdev: .records(size: Keyboard.eventSize)
        case .udp: .datagrams
        case .hidraw: .reports
        }
    }
}
