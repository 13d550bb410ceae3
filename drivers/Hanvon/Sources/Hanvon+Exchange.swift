import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// Commands and their answers: one at a time, each with a deadline; and what comes without being asked for.
extension Hanvon {
    private static var patience: Duration { .seconds(10) }
    /// Records are looked up, and come in one long answer: so long without a byte.
    private static var recordPatience: Duration { .seconds(30) }
    /// After a `Wait`.
    private static var waitPatience: Duration { .seconds(120) }

    /// Begins what is due next, if the clock is not busy with a command.
    mutating func proceed() {
        guard let link, case .pull = link.mode, !link.abandoned, link.exchange == nil else { return }
        if let job = link.jobs.first {
            // One read at a time: the last one's records are still on their way to the disk.
            if case .records = job, link.read != nil { return }
            self.link?.jobs.removeFirst()
            return begin(job)
        }
        guard link.isIdentified, link.read == nil else { return }
        let isAsked = !link.clockCommands.isEmpty || !link.readCommands.isEmpty
        // A look at the clock comes before each read: a jump of it would make a read of the last minutes incomplete.
        if isAsked || now.uptime >= link.pollDue { begin(.deviceInfo) }
    }

    /// Puts a job into its command.
    private mutating func begin(_ job: Job) {
        switch job {
        case .serial: ask(job, HanvonMessage("GetMAC_SN"))
        case .deviceInfo: ask(job, HanvonMessage("GetDeviceInfo"))
        case .setTime: setTime(job)
        case .records(let isFull): ask(job, recordQuery(isFull: isFull), patience: Self.recordPatience)
        case .delete(let time):
            ask(job, HanvonMessage("DeleteAllRecord", [.init("time", time.deviceText)]), patience: Self.recordPatience)
        }
    }

    /// Sends one command, and waits for its answer.
    mutating func ask(_ job: Job, _ message: HanvonMessage, patience: Duration? = nil) {
        link?.exchange = Exchange(job: job, sent: now, deadline: now.uptime + (patience ?? Self.patience))
        send(message)
    }

    /// Puts a message on the link, hidden if there is a key.
    mutating func send(_ message: HanvonMessage) {
        let bytes = message.bytes + (settings.endsLines ? [13, 10] : [])
        effects.append(.send(settings.key?.applied(to: bytes) ?? bytes))
    }

    /// Takes what one read gave.
    mutating func receive(_ bytes: [UInt8]) {
        guard link?.abandoned == false else { return }
        link?.firstWordDue = nil
        link?.unasked = 0
        link?.framer.receive(bytes)
        if case .records = link?.exchange?.job {
            let deadline = link?.exchange?.deadline ?? .zero
            link?.exchange?.deadline = max(deadline, now.uptime + Self.recordPatience)
        }
        while link?.abandoned == false, let outcome = link?.framer.next() {
            switch outcome {
            case .began(let word):
                link?.word = word
                link?.items = HanvonRecord()
            case .item(let item, _): take(item)
            case .ended:
                link?.frames.good += 1
                memory.isUnderstood = true
                ended()
                proceed()
            case .broken(let beginning): garbled(beginning)
            case .noise: garbled(bytes)
            }
        }
        handOver(atLeast: Self.batchSize)
    }

    /// What came is no text of the language: on TCP no byte is wrong by accident.
    private mutating func garbled(_ raw: [UInt8]) {
        link?.frames.bad += 1
        guard memory.isUnderstood else {
            let advice =
                settings.key == nil
                ? "if the clock has a communication key, give it as the device's secret"
                : "compare the device's secret with the communication key in the clock's menu"
            fault("wrong-key", "what the clock sends is no readable text; \(advice)", raw: raw)
            memory.unreadableLinks += 1
            // Once may be an accident; a wrong key will be wrong next time too.
            return abandon(memory.unreadableLinks < 3 ? .garbled : .refused)
        }
        fault("stream-garbled", "the clock sent what is no message; the gateway connects anew", raw: raw)
        abandon(.garbled)
    }

    private mutating func take(_ item: HanvonMessage.Item) {
        if link?.word == "Return", case .records = link?.exchange?.job {
            takeRecord(item)
        } else {
            link?.items.take(item)
        }
    }

    /// A message is complete.
    private mutating func ended() {
        guard let link else { return }
        if link.word != "Return", link.word != "Wait" {
            self.link?.unasked += 1
            // A clock that delivers waits for each answer.
            guard link.unasked < 64 else { return garbled(Array(link.word.utf8)) }
        }
        switch link.word {
        case "Return": answered()
        case "Wait": self.link?.exchange?.deadline = now.uptime + Self.waitPatience
        case "PostRecord":
            // Which items it has is not certain: a clock that tells its number here is known by it, as when asked.
            gotSerial(link.items)
            guard self.link?.abandoned == false else { return }
            beginPush()
            owe(.success([.init("postphoto", "false")]))
        case "Record":
            beginPush()
            delivered(link.items)
        case "Quit", "PostEmployee":
            beginPush()
            owe(.success())
        default:
            faultOnce("word-unknown", "the clock says \(link.word), which is not understood and is passed over")
        }
    }

    /// The answer to the command at hand; one that nobody asked for is passed over.
    private mutating func answered() {
        guard let exchange = link?.exchange, let items = link?.items else { return }
        link?.exchange = nil
        switch exchange.job {
        case .serial: gotSerial(items)
        case .deviceInfo: gotDeviceInfo(items, sent: exchange.sent)
        case .setTime(let offset): timeSet(items, offset: offset)
        case .records: recordsEnded()
        case .delete: deleted(items)
        }
    }

    /// The time asked for has come: has an answer failed to?
    mutating func checkDeadlines() {
        if case .undecided(let until) = link?.mode, now.uptime >= until {
            link?.mode = .pull
            link?.jobs = [.serial]
            return
        }
        let deadline = link?.exchange?.deadline ?? link?.firstWordDue
        if let deadline, now.uptime >= deadline { abandon(.silent) }
    }
}
