import CLinux
import GatehouseDriverKit
import Glibc
import NIOCore
import Synchronization

/// An open way to a device: bytes in, bytes out. It knows nothing of protocols.
///
/// Dropping the last reference closes it. What it holds in memory is bounded both ways: while its reader is
/// slow it stops reading, and the operating system makes the device wait (or, for UDP, drops datagrams).
public final class Port: Sendable {
    /// The most bytes that may wait to be sent before `send` refuses with `backedUp`. One message may be
    /// larger.
    public static let sendLimit = 262_144

    /// Where it leads.
    public let address: PortAddress

    private let channel: any Channel
    private let inlet: Inlet
    /// The terminal's descriptor, which the channel owns; nil for sockets.
    private let terminal: Int32?
    private let unsent = Mutex(0)

    init(address: PortAddress, channel: any Channel, inlet: Inlet, terminal: Int32?) {
        self.address = address
        self.channel = channel
        self.inlet = inlet
        self.terminal = terminal
    }

    deinit {
        Self.end(channel, terminal: terminal, because: .closedHere)
    }

    /// What the device sends, until the port ends: of a stream up to 64 KiB at a time, at once when there
    /// is little; of UDP one datagram at a time. For one reader.
    public var chunks: PortChunks {
        PortChunks(port: self)
    }

    /// Why the port ended; nil while it is open. Known by the time `chunks` ends, unless the reading task
    /// was cancelled.
    public var ending: PortEnding? {
        inlet.reason
    }

    /// Hands bytes to the operating system, on UDP as one datagram; returns when it has taken all of them.
    ///
    /// - Parameter limit: How long that may take. After it the port is closed, as nobody knows how much of
    ///   the message went out, and the error is `timedOut`.
    public func send(_ bytes: [UInt8], within limit: Duration = .seconds(5)) async throws(PortError) {
        guard !bytes.isEmpty else { return }
        if let ending = inlet.reason { throw .ended(ending) }
        guard reserve(bytes.count) else { throw .backedUp }
        defer { unsent.withLock { $0 -= bytes.count } }

        let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { [channel, terminal] in
            Self.end(channel, terminal: terminal, because: .stalled)
        }
        defer { alarm.cancel() }
        do {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
        } catch {
            throw await sendFailure(error)
        }
    }

    /// Closes the port and returns when its descriptor is free. Bytes that were received before can still
    /// be taken.
    public func close() async {
        guard inlet.reason == nil else { return }
        Self.end(channel, terminal: terminal, because: .closedHere)
        _ = await channel.closeFuture.result()
    }

    func next() async -> [UInt8]? {
        await inlet.next { [channel] in channel.read() }
    }

    private func reserve(_ count: Int) -> Bool {
        unsent.withLock { waiting in
            guard waiting == 0 || waiting + count <= Self.sendLimit else { return false }
            waiting += count
            return true
        }
    }

    private func sendFailure(_ error: any Error) async -> PortError {
        if case ChannelError.writeMessageTooLarge = error {
            return .failed(code: EMSGSIZE, text: systemText(EMSGSIZE))
        }
        let cause = PortEnding(error, goodOrder: address.transport == .serial ? .unplugged : .reset)
        if address.transport == .udp, channel.isActive, case .failed(let code, let text) = cause {
            // One datagram that cannot go out; the port goes on.
            return .failed(code: code, text: text)
        }
        // Half a message is out, perhaps. The reason why the channel ended is the one worth telling, if
        // there was one before.
        Self.end(channel, terminal: terminal, because: cause)
        _ = await channel.closeFuture.result()
        let ending = inlet.reason ?? cause
        return ending == .stalled ? .timedOut : .ended(ending)
    }

    private static func end(_ channel: any Channel, terminal: Int32?, because ending: PortEnding) {
        // Asked twice: here because the event loop may be gone when the last reference goes, there to be
        // certain.
        guard channel.isActive else { return }
        channel.eventLoop.execute {
            guard channel.isActive else { return }
            // On the event loop, and while the channel is active, the number still is this terminal's.
            if let terminal { gatehouse_serial_release(terminal) }
            channel.pipeline.fireUserInboundEventTriggered(ending)
        }
    }
}

/// The chunks that a port receives. It ends with the port, or when the reading task is cancelled.
public struct PortChunks: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    let port: Port

    public struct AsyncIterator: AsyncIteratorProtocol {
        let port: Port

        public mutating func next() async -> [UInt8]? {
            await port.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> [UInt8]? {
            await port.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(port: port)
    }
}

extension EventLoopFuture where Value: Sendable {
    /// The outcome as a value, for callers to whom a failure is an outcome like another.
    func result() async -> Result<Value, any Error> {
        do {
            return .success(try await get())
        } catch {
            return .failure(error)
        }
    }
}
