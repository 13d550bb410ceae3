import GatehouseDriverKit
import GatehouseModel
import OSDPWire

/// A turn on the line: at most two questions, each with its answer or its silence.
extension OSDPReader {
    /// How many exchanges a turn has, so that the others get theirs.
    private static var exchangesPerTurn: Int { 2 }
    /// What has begun to come may take its time, but no exchange takes longer than this.
    private static var exchangeLimit: Duration { .milliseconds(1200) }
    /// How long the line may be quiet within an answer: adapters hold bytes back for up to 16 ms.
    private static var gapLimit: Duration { .milliseconds(60) }

    mutating func takeTurn() {
        guard link?.isAbandoned == false else {
            effects.append(.passLine(again: .seconds(1)))
            return
        }
        link?.hasTurn = true
        link?.turnBegan = now.uptime
        link?.exchangesLeft = Self.exchangesPerTurn
        link?.mayHaveMore = false
        link?.wasAsked = false
        proceed()
    }

    /// Says what is to be said next, or passes the line on.
    mutating func proceed() {
        guard let link, link.hasTurn, link.exchange?.sent == nil else { return }
        guard link.exchangesLeft > 0 else { return endTurn(again: pause) }
        if link.exchange != nil { return transmit() }
        dropStaleOrders()
        guard let job = nextJob() else { return endTurn(again: pause) }
        begin(job)
        transmit()
    }

    /// Passes the line on, if it is ours.
    mutating func endTurn(again: Duration) {
        guard let link, link.hasTurn else { return }
        self.link?.hasTurn = false
        self.link?.exchange?.sent = nil
        if let told = self.link?.frames.toTell(at: now.uptime) { effects.append(told) }
        effects.append(.passLine(again: again))
    }

    /// How long until the next turn when all is well; polls are counted from turn to turn, so that a slow line does not
    /// make them slower still.
    private var pause: Duration {
        guard let link, link.stage == .polling, link.wasAsked, link.orders.isEmpty, !link.mayHaveMore else {
            return .zero
        }
        return max(settings.pollPeriod - (now.uptime - link.turnBegan), .zero)
    }

    private func nextJob() -> Exchange.Job? {
        guard let link else { return nil }
        switch link.stage {
        case .identify: return .identify
        case .capabilities: return .capabilities
        case .challenge: return .challenge
        case .cryptogram: return .cryptogram
        case .setKey: return .setKey
        case .polling: break
        }
        if let order = link.orders.first { return .order(order) }
        if link.wasAsked, !link.mayHaveMore { return nil }
        // While the disk is full nothing more is taken from the reader; a harmless question keeps the session.
        let isFull = unrecorded.count >= Self.unrecordedLimit
        return isFull || now.uptime >= link.statusDue ? .status : .poll
    }

    /// Makes the frame of what is to be said; from then on it is only ever repeated.
    private mutating func begin(_ job: Exchange.Job) {
        guard let sequence = link?.sequence else { return }
        var security: OSDPSecurityBlock?
        let command: OSDPCommand
        switch job {
        case .identify: command = .identify
        case .capabilities: command = .capabilities
        case .poll: command = .poll
        case .status: command = .localStatus
        case .order(let order):
            link?.orders.removeFirst()
            command = order.command
        case .setKey: command = OSDPCommand.setKey(installedKey)
        case .challenge, .cryptogram:
            let step = handshakeStep()
            command = step.command
            security = step.security
        }
        var frame = OSDPFrame(
            address: settings.address, isReply: false, sequence: sequence, check: settings.check, security: security,
            code: command.code, data: command.data)
        let sealed = link?.channel?.seal(
            code: command.code, data: command.data, address: settings.address, sequence: sequence,
            check: settings.check)
        if let sealed { frame = sealed }
        link?.exchange = Exchange(
            job: job, sequence: sequence, isSealed: sealed != nil,
            bytes: (settings.hasIdleByte ? [OSDPFrame.idleByte] : []) + frame.bytes, begun: now.uptime,
            count: 0, deadline: now.uptime)
    }

    private mutating func transmit() {
        guard let exchange = link?.exchange else { return }
        link?.exchangesLeft -= 1
        link?.exchange?.sent = now.uptime
        link?.exchange?.count += 1
        link?.exchange?.deadline = now.uptime + settings.patience
        if exchange.job == .poll || exchange.job == .status { link?.wasAsked = true }
        link?.mayHaveMore = false
        // Whatever came before the question is no answer to it.
        link?.framer.reset()
        effects.append(.send(exchange.bytes))
    }

    /// Takes what one read gave.
    mutating func receive(_ bytes: [UInt8]) {
        guard link?.hasTurn == true, link?.exchange?.sent != nil else { return }
        link?.framer.receive(bytes)
        drain()
        // An answer has begun: it gets the time that it needs, up to a limit.
        guard let sent = link?.exchange?.sent, let link, link.framer.pendingCount > 0 else { return }
        let extended = min(now.uptime + Self.gapLimit, sent + Self.exchangeLimit)
        self.link?.exchange?.deadline = max(link.exchange?.deadline ?? extended, extended)
    }

    private mutating func drain() {
        while link?.exchange?.sent != nil, let outcome = link?.framer.next() {
            switch outcome {
            case .frame(let frame):
                // Commands to others, replies of others, and echoes of what was sent are none of ours.
                if frame.isReply, frame.address == settings.address { take(frame) }
            case .damaged, .noise: link?.frames.bad += 1
            }
        }
    }

    /// The reader has been silent for too long, unless its answer hides behind a start byte that was noise.
    mutating func checkPatience() {
        while let exchange = link?.exchange, exchange.sent != nil, exchange.deadline <= now.uptime {
            guard link?.framer.expire() == true else { return silence() }
            drain()
        }
    }

    /// No answer. The same is asked again, byte for byte, until the reader counts as offline; one that was never heard
    /// is asked from the beginning.
    mutating func silence() {
        guard let link else { return }
        self.link?.silences += 1
        if isOffline { return abandon(.silent) }
        let isKnown = link.lastAnswer.map { now.uptime - $0 < Self.offlineLimit } ?? false
        guard !isKnown else { return endTurn(again: .milliseconds(min(50 << min(link.silences, 4), 800))) }
        if link.silences >= 3 {
            faultOnce(
                "no-answer",
                "nothing answers at address \(settings.address); compare address, rate and wiring. The gateway asks on")
        }
        forgetConversation()
        endTurn(again: .seconds(min(link.silences + 1, 5)))
    }

    /// Begins anew at sequence 0, after a pause that grows while it leads nowhere.
    mutating func restart() {
        guard let link else { return }
        if isOffline { return abandon(.silent) }
        forgetConversation()
        self.link?.restarts += 1
        endTurn(again: link.restarts == 0 ? .zero : .milliseconds(min(50 << min(link.restarts, 7), 5000)))
    }

    /// Whether the gateway believes in a reader that has not been heard in polling for too long.
    private var isOffline: Bool {
        guard let link, link.isAnnounced, let last = link.lastHeard else { return false }
        return now.uptime - last >= Self.offlineLimit
    }

    private mutating func forgetConversation() {
        if case .order(let order) = link?.exchange?.job { refuse(order, "the reader began anew; try again") }
        link?.exchange = nil
        link?.channel = nil
        link?.handshake = nil
        link?.stage = .identify
        link?.sequence = 0
        link?.forgeries = 0
    }

    /// Feedback that comes too late would be taken for somebody else's.
    private mutating func dropStaleOrders() {
        link?.orders.removeAll {
            if case .feedback(let until) = $0.purpose { until < now.uptime } else { false }
        }
    }
}
