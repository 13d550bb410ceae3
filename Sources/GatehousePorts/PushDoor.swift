import Glibc
import NIOCore
import NIOHTTP1
public import NIOPosix

/// The HTTP door at which devices call in: requests out, answers in. It knows nothing of their protocols.
///
/// It is made for hostile networks: heads of 16 KiB, bodies of 8 MiB and 64 MiB of them together, 512 connections, of
/// which the longest idle goes first, and 30 seconds of patience.
public final class PushDoor: Sendable {
    /// The port at which it listens: the one asked for, or the one the system chose for 0.
    public let port: UInt16
    /// The devices' requests, in the order in which they are complete. Bounded by the number of connections, each of
    /// which waits for its answer before it asks again. For one consumer; ends with `close`.
    public let calls: AsyncStream<PushCall>

    private let listener: any Channel
    private let house: PushHouse

    private init(listener: any Channel, house: PushHouse, calls: AsyncStream<PushCall>) {
        self.listener = listener
        self.house = house
        self.calls = calls
        port = UInt16(clamping: listener.localAddress?.port ?? 0)
    }

    deinit {
        // Closed in good order, its event loop may be gone by now.
        guard listener.isActive else { return }
        listener.close(promise: nil)
        for channel in house.close() { channel.close(promise: nil) }
    }

    /// Opens a door at an address of this machine (`0.0.0.0` and `::` mean every one).
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - group: Where the connections live.
    ///   - wall: The time in seconds since 1970, for answers that tell it.
    /// - Throws: `addressInUse`, `noSuchAddress`, `privilegedPort` or `unreachable` (a host name nobody knows).
    public static func open(
        host: String, port: UInt16, group: MultiThreadedEventLoopGroup,
        wall: @escaping @Sendable () -> Int = { time(nil) }
    ) async throws(PortError) -> PushDoor {
        try await open(host: host, port: port, group: group, limits: PushLimits(), wall: wall)
    }

    static func open(
        host: String, port: UInt16, group: MultiThreadedEventLoopGroup, limits: PushLimits,
        wall: @escaping @Sendable () -> Int = { time(nil) }
    ) async throws(PortError) -> PushDoor {
        let (calls, outlet) = AsyncStream.makeStream(
            of: PushCall.self, bufferingPolicy: .bufferingOldest(limits.connections))
        let house = PushHouse(limits: limits, wall: wall, outlet: outlet)
        let address: SocketAddress
        if let known = try? SocketAddress(ipAddress: host, port: Int(port)) {
            address = known
        } else {
            let found = await blocking { Result { try SocketAddress.makeAddressResolvingHost(host, port: Int(port)) } }
            guard case .success(let resolved) = found else { throw .unreachable }
            address = resolved
        }
        switch await bootstrap(group, house).bind(to: address).result() {
        case .success(let listener): return PushDoor(listener: listener, house: house, calls: calls)
        case .failure(let error): throw PortError(listening: error)
        }
    }

    /// Ends `calls` and every connection; returns when all are closed.
    public func close() async {
        _ = await listener.close().result()
        for channel in house.close() { _ = await channel.close().result() }
    }

    private static func bootstrap(_ group: MultiThreadedEventLoopGroup, _ house: PushHouse) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: reads)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture { try furnish(child.pipeline.syncOperations, house) }
            }
    }

    private static func furnish(
        _ pipeline: ChannelPipeline.SynchronousOperations, _ house: PushHouse
    ) throws {
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = house.limits.head
        bounds.maxHeaderListSize = house.limits.head
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: bounds)
        try pipeline.addHandlers([
            HTTPResponseEncoder(), ByteToMessageHandler(decoder), HTTPServerPipelineHandler(),
        ])
        try pipeline.addHandler(PushHandler(house: house))
    }

    /// Small at first, as most requests are; a body of megabytes is read in larger pieces.
    private static let reads = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 65_536)
}

extension Ports {
    /// Opens a door for devices that call in over HTTP, on the ports' own event loop.
    public func openPushDoor(
        host: String, port: UInt16, wall: @escaping @Sendable () -> Int = { time(nil) }
    ) async throws(PortError) -> PushDoor {
        try await PushDoor.open(host: host, port: port, group: group, wall: wall)
    }
}
