import GatehouseDriverKit
import GatehouseModel
import OSDPWire

/// What a reader's frame is the answer to, and whether it may be believed.
extension OSDPReader {
    /// Sealed frames in a row with a wrong MAC before the session counts as lost.
    private static var forgeryLimit: Int { 3 }

    mutating func take(_ frame: OSDPFrame) {
        guard let exchange = link?.exchange else { return }
        if frame.code == OSDPReply.busyCode, frame.security == nil { return busy() }
        if exchange.isSealed { return takeSealed(frame, exchange) }
        // A handshake's frames carry a block, everything else none.
        let type = frame.security?.type
        guard type == nil || type == 0x12 || type == 0x14 else { return }
        accept(frame, OSDPReply(code: frame.code, data: frame.data), exchange)
    }

    private mutating func takeSealed(_ frame: OSDPFrame, _ exchange: Exchange) {
        guard frame.security?.isSealed != true else {
            // The answer to an earlier question.
            guard frame.sequence == exchange.sequence else { return }
            guard let data = link?.channel?.open(frame) else { return forged() }
            link?.forgeries = 0
            return accept(frame, OSDPReply(code: frame.code, data: data), exchange)
        }
        let reply = OSDPReply(code: frame.code, data: frame.data)
        switch reply {
        case .acknowledged where exchange.job == .setKey && frame.sequence == exchange.sequence:
            accept(frame, reply, exchange)
        case .refused(.check): accept(frame, reply, exchange)
        // The session is gone, or somebody would like it to be: it is made anew, with the key.
        default: restart()
        }
    }

    /// A damaged frame has a wrong check; one with the right check and a wrong MAC is another session's, or a forgery.
    private mutating func forged() {
        link?.frames.bad += 1
        link?.forgeries += 1
        guard link?.forgeries == Self.forgeryLimit else { return }
        faultOnce("wrong-mac", "answers fail the check of the secure channel; the gateway begins a new session")
        restart()
    }

    /// The reader is at work: the same is asked again, with the same number.
    private mutating func busy() {
        heard()
        link?.exchange?.sent = nil
        // A reader that is busy for a minute has lost its way.
        if let begun = link?.exchange?.begun, now.uptime - begun > .seconds(60) { return restart() }
        endTurn(again: settings.pollPeriod)
    }

    private mutating func heard() {
        link?.frames.good += 1
        link?.silences = 0
        link?.lastAnswer = now.uptime
        guard link?.stage == .polling else { return }
        link?.lastHeard = now.uptime
        memory.lastHeard = now.uptime
    }

    private mutating func accept(_ frame: OSDPFrame, _ reply: OSDPReply, _ exchange: Exchange) {
        if case .refused(let refusal) = reply {
            return refused(refusal, exchange, isInOrder: frame.sequence == exchange.sequence)
        }
        // The answer to an earlier question.
        guard frame.sequence == exchange.sequence else { return }
        finish()
        answered(exchange, frame, reply)
        proceed()
    }

    private mutating func refused(_ refusal: OSDPRefusal, _ exchange: Exchange, isInOrder: Bool) {
        switch refusal {
        case .check:
            // It was damaged on its way: the same again.
            faultOnce(
                "check-refused",
                "the reader finds the gateway's frames damaged; look at the line, or set check to checksum")
            silence()
        case .sequence: restart()
        case .secureChannel, .securityConditions:
            if exchange.isHandshake { return handshakeRefused(refusal, exchange) }
            if link?.channel == nil, settings.key == nil { return secureOnly() }
            restart()
        default:
            guard isInOrder else { return }
            finish()
            passedOver(exchange, refusal)
            proceed()
        }
    }

    /// A reader that carries a repetition out anew refuses it; that says nothing about the key.
    private mutating func handshakeRefused(_ refusal: OSDPRefusal, _ exchange: Exchange) {
        guard exchange.count == 1 else { return restart() }
        handshakeFailed("the reader refuses the handshake: \(refusal.explanation)")
    }

    /// The exchange is over, and the numbers go on.
    private mutating func finish() {
        heard()
        let sequence = link?.sequence ?? 0
        link?.sequence = sequence % 3 + 1
        link?.exchange = nil
    }

    private mutating func answered(_ exchange: Exchange, _ frame: OSDPFrame, _ reply: OSDPReply) {
        switch exchange.job {
        case .identify: identified(reply)
        case .capabilities: toldCapabilities(reply)
        case .challenge: answeredChallenge(frame)
        case .cryptogram: answeredCryptogram(frame)
        case .setKey: keySet()
        case .poll:
            link?.mayHaveMore = reply != .acknowledged
            if reply == .acknowledged { memory.gap = nil }
            happened(reply)
        case .status:
            link?.statusDue = now.uptime + Self.statusInterval
            happened(reply)
        case .order(let order):
            carriedOut(order)
            // Some readers answer any command with what has just happened.
            happened(reply)
        }
    }

    /// The reader refuses one command, and the conversation goes on.
    private mutating func passedOver(_ exchange: Exchange, _ refusal: OSDPRefusal) {
        switch exchange.job {
        case .identify: identityUnknown()
        case .capabilities: toldCapabilities(.refused(refusal))
        case .challenge, .cryptogram: handshakeRefused(refusal, exchange)
        case .setKey: handshakeFailed("the reader refuses its new key: \(refusal.explanation)")
        case .status: link?.statusDue = now.uptime + Self.statusInterval
        case .poll:
            faultOnce("poll-refused", "the reader refuses to be asked: \(refusal.explanation); the gateway asks on")
        case .order(let order): refuse(order, "the reader refuses: \(refusal.explanation)")
        }
    }

    /// A reader that speaks only through the secure channel, and no key is known.
    private mutating func secureOnly() {
        fault(
            "secure-only",
            "the reader speaks only through a secure channel; give its key as the device's secret (32 hex digits)")
        abandon(.refused)
    }
}
