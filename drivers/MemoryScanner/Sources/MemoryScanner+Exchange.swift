import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

/// One request at a time, sent again when it is not answered.
extension MemoryScanner {
    /// How often a sleeping scanner is called.
    static let wakeTries = 8
    /// How often a parameter is asked for, and how often anything else.
    static let parameterTries = 6
    static let tries = 3
    /// How long an answer of known size may take, from the request on.
    static let patience = Duration.milliseconds(700)
    /// How long data may take to begin, and how long they may pause.
    static let dataPatience = Duration.seconds(2)
    static let dataPause = Duration.seconds(1)
    /// How long the line must be silent before anything is asked after spoilt data.
    static let drain = Duration.milliseconds(300)

    /// Sends the next request, if there is one and nothing stands in its way.
    mutating func proceed() {
        while let link, link.exchange == nil, link.drainedAt == nil, link.read == nil, !link.jobs.isEmpty {
            let job = self.link?.jobs.removeFirst() ?? .powerDown
            if case .data = job, link.obstacle != nil { continue }
            send(job, tries: 1)
        }
    }

    private mutating func send(_ job: Job, tries: Int) {
        guard let request = request(for: job) else { return timeNotSet("the gateway's clock is out of its range") }
        let patience = request == .data ? Self.dataPatience : Self.patience
        let serial = link?.identity?.serial ?? []
        let exchange = Exchange(job: job, sent: now, deadline: now.uptime + patience, tries: tries)
        link?.exchange = exchange
        link?.reader.expect(request, serial: serial)
        effects.append(.send(request.bytes))
    }

    private func request(for job: Job) -> OPNRequest? {
        switch job {
        case .interrogate: .interrogate
        case .parameter(let parameter): .parameter(parameter)
        case .stopClearing: .setParameter(.clearAfterUpload, 0)
        case .time: .time
        case .data: .data
        case .clear: .clear
        case .setTime: siteTime.map { .setTime($0) }
        case .powerDown: .powerDown
        }
    }

    mutating func received(_ bytes: [UInt8]) {
        guard let link else { return }
        if link.drainedAt != nil { self.link?.drainedAt = now.uptime + Self.drain }
        if case .data = link.exchange?.job { self.link?.exchange?.deadline = now.uptime + Self.dataPause }
        self.link?.reader.receive(bytes)
        while let outcome = self.link?.reader.next() {
            switch outcome {
            case .noise: break
            case .damaged:
                self.link?.frames.bad += 1
                if case .data(let confirming)? = self.link?.exchange?.job { spoilt(confirming: confirming) }
            case .reply(let reply):
                self.link?.frames.good += 1
                guard let exchange = self.link?.exchange else { continue }
                self.link?.exchange = nil
                answered(exchange, reply)
                proceed()
            }
        }
    }

    mutating func checkDeadlines() {
        if let drained = link?.drainedAt, drained <= now.uptime { link?.drainedAt = nil }
        if let due = link?.visitDue, due <= now.uptime { beginVisit() }
        guard let exchange = link?.exchange, exchange.deadline <= now.uptime else { return }
        unanswered(exchange)
    }

    /// No answer in time: again, or on without it.
    private mutating func unanswered(_ exchange: Exchange) {
        link?.exchange = nil
        switch exchange.job {
        case .data(let confirming): spoilt(confirming: confirming)
        // Not sent again: the scanner may have cleared, and scanned something since. Reading tells.
        case .clear: link?.jobs.insert(.data(confirming: true), at: 0)
        case .powerDown: endVisit()
        case let job where exchange.tries < tries(of: job): send(job, tries: exchange.tries + 1)
        case .interrogate: absent()
        case .setTime: timeNotSet("the scanner did not answer")
        case .parameter: parametersUnknown()
        case .stopClearing: forbidReading()
        case .time: visitFailed()
        }
    }

    private func tries(of job: Job) -> Int {
        switch job {
        case .interrogate: Self.wakeTries
        case .parameter: Self.parameterTries
        default: Self.tries
        }
    }

    /// Data that cannot be used: again when the rest has run out.
    private mutating func spoilt(confirming: Bool) {
        link?.exchange = nil
        link?.drainedAt = now.uptime + Self.drain
        link?.spoilt += 1
        guard link?.spoilt ?? 0 > Self.tries else {
            link?.jobs.insert(.data(confirming: confirming), at: 0)
            return
        }
        faultOnce(
            "data-garbled",
            "the memory could not be read: its check was wrong \(Self.tries + 1) times. Nothing was cleared, and it is "
                + "tried again; check the cable, or set settings.data_crc to \(otherCheck)")
        visitFailed()
    }

    private var otherCheck: String {
        (settings.dataCheck == .whole ? OPNDataCheck.withoutSerial : .whole).rawValue
    }
}
