import Glibc
import NIOCore

/// The end of a channel's pipeline: fills the inlet, holds reads back while it is full, and says why the
/// channel ended.
///
/// The end is told only after the descriptor is closed, so that whoever hears of it may open the same
/// terminal at once.
final class PortHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let inlet: Inlet
    private let goodOrder: PortEnding
    private let outlet: ReportOutlet?
    private var ending: PortEnding?

    /// - Parameters:
    ///   - goodOrder: What it means when the channel closes without an error.
    ///   - outlet: The other descriptor of a HID device, which goes with the channel's.
    init(inlet: Inlet, goodOrder: PortEnding, outlet: ReportOutlet? = nil) {
        self.inlet = inlet
        self.goodOrder = goodOrder
        self.outlet = outlet
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // It may have ended between connecting and here.
        if !context.channel.isActive { finish() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { inlet.offer($0) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if inlet.deliver() { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        if inlet.mayRead() { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ending = ending ?? PortEnding(error, goodOrder: goodOrder)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let ending = event as? PortEnding else { return context.fireUserInboundEventTriggered(event) }
        self.ending = self.ending ?? ending
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
    }

    private func finish() {
        outlet?.close()
        inlet.end(ending ?? goodOrder)
    }
}

/// Takes datagrams out of their envelopes. The socket is connected, so every sender is the device.
final class DatagramOpener: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }
}

extension PortEnding {
    /// What an error of the channel means. Devices tell of their unplugging by several: EIO when the other end
    /// of a pseudo-terminal is closed or a HID device is gone, ENXIO and ENODEV when a driver has let go,
    /// ESHUTDOWN when a report was on its way.
    init(_ error: any Error, goodOrder: PortEnding) {
        guard let error = error as? IOError else {
            self = goodOrder
            return
        }
        switch error.errnoCode {
        case EIO, ENXIO, ENODEV, ESHUTDOWN: self = .unplugged
        case ECONNRESET, EPIPE, ECONNABORTED: self = goodOrder == .unplugged ? .unplugged : .reset
        case ECONNREFUSED: self = .refused
        case ETIMEDOUT: self = .stalled
        default: self = .failed(code: error.errnoCode, text: systemText(error.errnoCode))
        }
    }
}
