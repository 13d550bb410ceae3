import FCARDWire
import GatehouseDriverKit
import GatehouseModel

/// One request at a time, sent again when it is not answered or came damaged.
extension FCARD {
    static let tries = 4
    /// How long an answer may take.
    static let patience = Duration.milliseconds(500)
    /// How long records may pause.
    static let pause = Duration.milliseconds(700)

    /// Sends the next request, if there is one and nothing stands in its way.
    mutating func proceed() {
        while let link, link.exchange == nil, link.portion?.receipt == nil, !link.jobs.isEmpty {
            let job = self.link?.jobs.removeFirst() ?? .number
            send(job, tries: 1)
        }
    }

    private mutating func send(_ job: Job, tries: Int) {
        guard let request = request(for: job) else {
            if job == .setTime { timeNotSet("the gateway's clock is out of the wand's range") }
            return
        }
        let infoCode = nextInfoCode()
        link?.exchange = Exchange(
            job: job, request: request, infoCode: infoCode, sent: now, deadline: now.uptime + Self.patience,
            tries: tries)
        effects.append(.send(request.frame(address: settings.address, infoCode: infoCode).bytes))
    }

    private func request(for job: Job) -> FCARDRequest? {
        switch job {
        case .number: .number
        case .version: .version
        case .status: .status
        case .live: .live(true)
        case .time: .time
        case .counts, .checkIndex: .counts
        case .records: link?.portion?.missing.map { .records(first: $0.first, count: $0.count) }
        case .moveIndex: link?.portion.map { .setReadIndex($0.first + ($0.count - 1)) }
        case .setTime: siteTime.map { .setTime($0) }
        case .beep: .beep
        }
    }

    mutating func received(_ bytes: [UInt8]) {
        guard link != nil else { return }
        link?.framer.receive(bytes)
        while let outcome = link?.framer.next() {
            switch outcome {
            case .damaged: link?.frames.bad += 1
            case .frame(let frame):
                link?.frames.good += 1
                heard(frame)
            }
        }
    }

    private mutating func heard(_ frame: FCARDFrame) {
        guard let exchange = link?.exchange, frame.infoCode == exchange.infoCode,
            let reply = FCARDReply(frame, to: exchange.request)
        else {
            // A card in live mode: its record, which has a time, is read at once.
            if FCARDLiveCard(frame) != nil, link?.visitDue != nil { link?.visitDue = now.uptime }
            return
        }
        if case .records(let records) = reply {
            link?.exchange?.deadline = now.uptime + Self.pause
            return arrived(records)
        }
        link?.exchange = nil
        switch reply {
        case .checksumError: again(exchange)
        case .refused(let reason): failed(exchange.job, "the wand refused it with code \(reason)")
        default: answered(exchange, reply)
        }
        proceed()
    }

    mutating func checkDeadlines() {
        if let due = link?.visitDue, due <= now.uptime { beginVisit() }
        guard let exchange = link?.exchange, exchange.deadline <= now.uptime else { return }
        link?.exchange = nil
        if exchange.job == .records { return recordsEnded() }
        again(exchange)
    }

    private mutating func again(_ exchange: Exchange) {
        guard exchange.tries < Self.tries else { return failed(exchange.job, "the wand did not answer") }
        send(exchange.job, tries: exchange.tries + 1)
    }

    /// On without the answer, where that can be done.
    private mutating func failed(_ job: Job, _ reason: String) {
        switch job {
        case .number: absent()
        case .version, .status, .live: break
        case .beep: answerBeep(.refused(reason))
        case .setTime: timeNotSet(reason)
        case .time, .counts, .records, .moveIndex, .checkIndex: visitFailed(reason)
        }
    }
}
