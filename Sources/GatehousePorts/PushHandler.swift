import GatehouseDriverKit
import NIOCore
import NIOHTTP1

/// One connection of a device that calls in: puts requests together, hands them over, and writes the answers. The
/// handlers before it take care that requests come one at a time.
final class PushHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The answer to the request of this number, on its way to the event loop.
    struct Answered: Sendable {
        var number: UInt64
        var response: DeviceResponse
    }

    enum Phase {
        /// Between two requests.
        case idle
        case receiving(Request)
        case answering(keepsAlive: Bool, version: HTTPVersion)
        /// The last answer is on its way, and what still comes is thrown away.
        case leaving(Leave)
    }

    /// When to close: when the answer is out and the request was heard to its end, since closing with something
    /// unread would take the answer away from the caller.
    struct Leave {
        var isAnswered = false
        var isHeardOut = false
        /// Bytes thrown away.
        var discarded = 0
    }

    struct Request {
        var head: HTTPRequestHead
        var target: PushTarget
        var began = NIODeadline.now()
        var body: [UInt8] = []
    }

    let house: PushHouse
    var phase = Phase.idle
    private var place: PushCrowd.ID?
    private var reserved = 0
    private var number: UInt64 = 0
    private var deadline = NIODeadline.distantFuture
    private var alarm: (due: NIODeadline, task: Scheduled<Void>)?

    init(house: PushHouse) {
        self.house = house
    }

    func channelActive(context: ChannelHandlerContext) {
        place = house.admit(context.channel)
        guard place != nil else { return context.close(promise: nil) }
        setDeadline(in: house.limits.patience, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.task.cancel()
        alarm = nil
        releaseBody()
        if let place { house.left(place) }
        place = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): receive(bytes, context)
        case .end: complete(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error, phase) {
        case (HTTPParserError.headerOverflow, .idle): refuse(.requestHeaderFieldsTooLarge, context)
        case (is HTTPParserError, .idle), (is HTTPParserError, .receiving): refuse(.badRequest, context)
        // The rest of what was refused already.
        case (is HTTPParserError, .leaving), (is ByteToMessageDecoderError, .leaving): break
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let answered = event as? Answered else { return context.fireUserInboundEventTriggered(event) }
        guard answered.number == number, case .answering = phase else { return }
        answer(answered.response, context)
    }
}

// MARK: - Requests

extension PushHandler {
    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard case .idle = phase else { return }
        // It asks and asks and takes no answer.
        guard context.channel.isWritable else { return context.close(promise: nil) }
        number += 1
        occupy(.receiving)
        setDeadline(in: house.limits.patience, context)
        if let fault = fault(of: head) { return refuse(fault, context) }
        guard let target = PushTarget(head.uri) else { return refuse(.badRequest, context) }
        phase = .receiving(Request(head: head, target: target))
        guard head.version.minor > 0, head.headers.contains(name: "expect") else { return }
        let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
    }

    /// What is wrong with a head, before a byte of the body is taken.
    private func fault(of head: HTTPRequestHead) -> HTTPResponseStatus? {
        let fields = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        if head.uri.utf8.count + fields > house.limits.head { return .requestHeaderFieldsTooLarge }
        if head.method != .GET && head.method != .POST { return .methodNotAllowed }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > house.limits.body {
            return .payloadTooLarge
        }
        let expected = head.headers["expect"]
        return expected.allSatisfy { $0.lowercased() == "100-continue" } ? nil : .expectationFailed
    }

    private func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let count = bytes.readableBytes
        switch phase {
        case .receiving(var request):
            guard request.body.count + count <= house.limits.body else { return refuse(.payloadTooLarge, context) }
            guard house.reserve(count, ofBody: request.body.count + count) else {
                return refuse(.serviceUnavailable, context)
            }
            reserved += count
            // Empty meanwhile, or the body would be copied with every piece.
            phase = .idle
            request.body.append(contentsOf: bytes.readableBytesView)
            let elapsed = Duration(.now() - request.began)
            setDeadline(in: house.limits.remaining(received: request.body.count, elapsed: elapsed), context)
            phase = .receiving(request)
        case .leaving(var leave):
            leave.discarded += count
            phase = .leaving(leave)
            if leave.discarded > house.limits.leaveBytes { context.close(promise: nil) }
        case .idle, .answering: break
        }
    }

    private func complete(_ context: ChannelHandlerContext) {
        if case .leaving(var leave) = phase {
            leave.isHeardOut = true
            return take(leave, context)
        }
        guard case .receiving(let request) = phase else { return }
        phase = .answering(keepsAlive: request.head.isKeepAlive, version: request.head.version)
        occupy(.answering)
        setDeadline(in: house.limits.patience, context)
        let asked = DeviceRequest(
            method: request.head.method.rawValue, path: request.target.path, query: request.target.query,
            body: request.body)
        let peer = PeerAddress(context.remoteAddress).map { "\($0)" } ?? "unknown"
        house.hand(
            PushCall(request: asked, peer: peer) { [channel = context.channel, number] response in
                guard channel.isActive else { return }
                channel.eventLoop.execute {
                    guard channel.isActive else { return }
                    channel.pipeline.fireUserInboundEventTriggered(Answered(number: number, response: response))
                }
            })
    }
}

// MARK: - Answers

extension PushHandler {
    private func answer(_ response: DeviceResponse, _ context: ChannelHandlerContext) {
        guard case .answering(let keepsAlive, let version) = phase else { return }
        releaseBody()
        setDeadline(in: house.limits.patience, context)
        // Before the answer is written: with its last part the next request may come at once.
        phase = keepsAlive ? .idle : .leaving(Leave(isHeardOut: true))
        occupy(keepsAlive ? .idle : .answering)
        write(PushAnswer(response, keepsAlive: keepsAlive, version: version, now: house.wall()), context)
    }

    /// Says why, and has no more to do with this caller.
    private func refuse(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        releaseBody()
        phase = .leaving(Leave())
        setDeadline(in: house.limits.leave, context)
        write(PushAnswer(refusing: status), context)
    }

    private func write(_ answer: PushAnswer, _ context: ChannelHandlerContext) {
        let isLast = if case .leaving = phase { true } else { false }
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        if !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        let written = context.write(wrapOutboundOut(.end(nil)))
        context.flush()
        guard isLast else { return }
        written.assumeIsolated().whenSuccess { [self] in
            guard case .leaving(var leave) = phase else { return }
            leave.isAnswered = true
            take(leave, context)
        }
    }

    private func take(_ leave: Leave, _ context: ChannelHandlerContext) {
        phase = .leaving(leave)
        if leave.isAnswered && leave.isHeardOut { context.close(promise: nil) }
    }
}

// MARK: - Time and room

extension PushHandler {
    /// One alarm a connection: it is set anew when it rings too early, which is cheaper than with every byte.
    private func setDeadline(in time: Duration, _ context: ChannelHandlerContext) {
        deadline = .now() + TimeAmount(max(time, .zero))
        if let alarm, alarm.due <= deadline { return }
        alarm?.task.cancel()
        let due = deadline
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { [self] in
            alarm = nil
            ring(context)
        }
        alarm = (due, task)
    }

    private func ring(_ context: ChannelHandlerContext) {
        let left = deadline - .now()
        guard left <= .zero else { return setDeadline(in: Duration(left), context) }
        switch phase {
        case .idle, .leaving: context.close(promise: nil)
        case .receiving: refuse(.requestTimeout, context)
        case .answering: answer(PushCall.later, context)
        }
    }

    private func occupy(_ occupation: PushCrowd.Occupation) {
        if let place { house.occupy(place, with: occupation) }
    }

    private func releaseBody() {
        house.release(reserved)
        reserved = 0
    }
}
