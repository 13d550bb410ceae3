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

    /// The report descriptor of a HID device as the kernel gives it; empty for every other kind of port.
    public let descriptor: [UInt8]
    /// The other side's IP address, of a device that called in; nil for every other kind of port.
    public let peer: String?

    private let channel: any Channel
    private let inlet: Inlet
    /// The terminal's descriptor, which the channel owns; nil for all else.
    private let terminal: Int32?
    /// The way out of a HID device; nil for all else.
    private let outlet: ReportOutlet?
    private let unsent = Mutex(0)

    init(address: PortAddress, channel: any Channel, inlet: Inlet, makeup: Makeup = Makeup()) {
        self.address = address
        self.channel = channel
        self.inlet = inlet
        terminal = makeup.terminal
        outlet = makeup.outlet
        descriptor = makeup.descriptor
        peer = makeup.peer
    }

    /// What only some kinds of ports have.
    struct Makeup: Sendable {
        var terminal: Int32?
        var outlet: ReportOutlet?
        var descriptor: [UInt8] = []
        var peer: String?
    }

    deinit {
        Self.end(channel, terminal: terminal, because: .closedHere)
    }

    /// What the device sends, until the port ends: of a stream up to 16 KiB at a time, at once when there
    /// is little; of a keyboard whole events of 24 bytes; of UDP one datagram and of a HID device one report at a
    /// time. For one reader.
    ///
    /// A reader that is slow loses nothing of a stream. A keyboard says what was lost (`SYN_DROPPED`); of HID
    /// reports 1024 wait here and 64 in the kernel, and what comes beyond is lost without a word.
    public var chunks: PortChunks {
        PortChunks(port: self)
    }

    /// Why the port ended; nil while it is open. Known by the time `chunks` ends, unless the reading task
    /// was cancelled.
    public var ending: PortEnding? {
        inlet.reason
    }

    /// Hands bytes to the operating system, on UDP as one datagram, to a HID device as one output report that begins
    /// with its number; returns when all of them are taken.
    ///
    /// - Parameter limit: How long that may take. After it the port is closed, as nobody knows how much of
    ///   the message went out, and the error is `timedOut`.
    public func send(_ bytes: [UInt8], within limit: Duration = .seconds(5)) async throws(PortError) {
        guard address.transport != .evdev else { throw .readOnly }
        try await sending(bytes, within: limit) { () throws(PortError) in
            if let outlet { return try await send(bytes, as: .output, through: outlet) }
            do {
                try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
            } catch {
                throw await sendFailure(error)
            }
        }
    }

    /// Hands a HID device one feature report that begins with its number; returns when it has taken it.
    ///
    /// - Parameter limit: As for `send`. An error of the report alone (`failed`) leaves the port open.
    public func sendFeature(_ report: [UInt8], within limit: Duration = .seconds(6)) async throws(PortError) {
        guard let outlet else { throw .wrongKind(.hidraw) }
        try await sending(report, within: limit) { () throws(PortError) in
            try await send(report, as: .feature, through: outlet)
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

    private func sending(
        _ bytes: [UInt8], within limit: Duration, _ body: () async throws(PortError) -> Void
    ) async throws(PortError) {
        guard !bytes.isEmpty else { return }
        if let ending = inlet.reason { throw .ended(ending) }
        guard reserve(bytes.count) else { throw .backedUp }
        defer { unsent.withLock { $0 -= bytes.count } }

        let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { [channel, terminal] in
            Self.end(channel, terminal: terminal, because: .stalled)
        }
        defer { alarm.cancel() }
        try await body()
    }

    private func send(
        _ report: [UInt8], as kind: ReportOutlet.Kind, through outlet: ReportOutlet
    ) async throws(PortError) {
        let code = await outlet.send(report, as: kind)
        switch code {
        case 0: return
        case ECANCELED:
            guard let ending = inlet.reason else { throw .cancelled }
            throw ending == .stalled ? .timedOut : .ended(ending)
        case EIO, ENODEV, ENXIO, ESHUTDOWN:
            Self.end(channel, terminal: nil, because: .unplugged)
            _ = await channel.closeFuture.result()
            throw .ended(inlet.reason ?? .unplugged)
        // The device does not like this report; the port goes on.
        default: throw .failed(code: code, text: systemText(code))
        }
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
