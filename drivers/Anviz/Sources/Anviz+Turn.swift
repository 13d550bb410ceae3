import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// Turns on the line, and within them commands and their replies: one at a time, each with a deadline.
extension Anviz {
    /// How long a reply may take on TCP, where nothing is lost but the link.
    private static var patience: Duration { .seconds(10) }
    /// How long it may take to begin on a serial line; each further byte grants half a second more.
    private static var linePatience: Duration { .milliseconds(1500) }
    /// The most a reply may take however many bytes trickle in.
    private static var lineLimit: Duration { .seconds(6) }
    /// How many replies in a row may fail to come on a serial line.
    private static var silenceLimit: Int { 3 }

    /// While the line is ours: begins what is due next, or passes the line on.
    mutating func proceed() {
        guard let link, link.isMine, !link.abandoned, link.exchange == nil else { return }
        for device in link.heartbeats { send(.reply(to: .heartbeat, device: device)) }
        self.link?.heartbeats = []
        let budget = link.isLossy ? 4 : 64
        if link.turn < budget, let job = nextJob() {
            begin(job)
        } else {
            pass(again: pause)
        }
    }

    /// Gives the line up until then.
    private mutating func pass(again pause: Duration) {
        link?.isMine = false
        effects.append(.passLine(again: pause))
    }

    /// What is to be asked next; nil when there is nothing now.
    private mutating func nextJob() -> Job? {
        guard let link else { return nil }
        if !link.jobs.isEmpty { return self.link?.jobs.removeFirst() }
        if !link.clockCommands.isEmpty || now.uptime >= link.clockDue { return .getTime }
        guard link.read == nil else { return nil }
        if !link.readCommands.isEmpty { return .counts(.beforeAll) }
        if let due = link.fullReadDue, now.uptime >= due { return .counts(.beforeAll) }
        return now.uptime >= link.pollDue ? .counts(.poll) : nil
    }

    /// When the next turn is wanted; none at all when more is due now.
    private var pause: Duration {
        guard let link else { return .zero }
        if !link.jobs.isEmpty || !link.clockCommands.isEmpty { return .zero }
        var due = link.clockDue
        if link.read == nil {
            due = min(due, link.pollDue, link.fullReadDue ?? link.pollDue)
            if !link.readCommands.isEmpty { return .zero }
        }
        return max(due - now.uptime, .zero)
    }

    /// Puts a job into its command.
    private mutating func begin(_ job: Job) {
        switch job {
        case .authenticate: ask(job, .authenticate, settings.login ?? [])
        case .serial: ask(job, .serialNumber)
        case .configuration: ask(job, .configuration)
        case .model: ask(job, .model)
        case .getTime: ask(job, .getTime)
        case .setTime: setTime(job)
        case .counts: ask(job, .counts)
        case .download(let mode): ask(job, .download, AnvizDownload(mode).data)
        case .clearMarks(let count): ask(job, .clear, AnvizClearing.oldestMarks(count).data)
        case .eraseAll: ask(job, .clear, AnvizClearing.everyRecord.data)
        }
    }

    /// Sends one command, and waits for its answer.
    mutating func ask(_ job: Job, _ code: AnvizCode, _ data: [UInt8] = []) {
        guard let link else { return }
        let patience = link.isLossy ? Self.linePatience : Self.patience
        self.link?.exchange = Exchange(job: job, code: code, sent: now, deadline: now.uptime + patience)
        self.link?.turn += 1
        send(.command(code, device: link.device, data: data))
    }

    private mutating func send(_ frame: AnvizFrame) {
        effects.append(.send(frame.bytes))
    }

    /// Takes what one read gave. Records that came by themselves are handed over together.
    mutating func receive(_ bytes: [UInt8]) {
        guard link?.abandoned == false else { return }
        link?.framer.receive(bytes)
        if let exchange = link?.exchange, link?.isLossy == true {
            let latest = exchange.sent.uptime + Self.lineLimit
            link?.exchange?.deadline = max(exchange.deadline, min(now.uptime + .milliseconds(500), latest))
        }
        drain()
    }

    /// Everything that the framer has by now.
    private mutating func drain() {
        var live: [AnvizRecord] = []
        while link?.abandoned == false, let outcome = link?.framer.next() {
            switch outcome {
            case .noise, .damaged: link?.frames.bad += 1
            case .frame(let frame):
                link?.frames.good += 1
                take(frame, live: &live)
                proceed()
            }
        }
        publish(live: live)
    }

    private mutating func take(_ frame: AnvizFrame, live: inout [AnvizRecord]) {
        if frame.code == .heartbeat { return take(heartbeat: frame) }
        guard let link, frame.code.isReply, isOurs(frame) else { return }
        if frame.code == AnvizCode.record.reply {
            guard let record = AnvizRecord(frame.data) else {
                return faultOnce(
                    "record-unreadable",
                    "a record that the clock sent by itself has \(frame.data.count) bytes, not 14; "
                        + "the punch is taken from the memory", raw: frame.bytes)
            }
            return live.append(record)
        }
        guard let exchange = link.exchange, frame.code == exchange.code.reply, let result = frame.result else { return }
        if link.device == 0 { self.link?.device = frame.device }
        self.link?.silences = 0
        self.link?.hasAnswered = true
        self.link?.exchange = nil
        answered(exchange, result, frame)
    }

    /// Whether a reply comes from the clock that is meant; on a shared line others may speak.
    private mutating func isOurs(_ frame: AnvizFrame) -> Bool {
        guard let link, link.device != 0, frame.device != link.device else { return true }
        // What another clock of the line says by itself is no answer to what this one was asked.
        if frame.code == link.exchange?.code.reply { self.link?.stranger = frame.device }
        return false
    }

    /// A clock that has dialled in asks whether anybody is there.
    private mutating func take(heartbeat frame: AnvizFrame) {
        guard link?.isMine != true else { return send(.reply(to: .heartbeat, device: frame.device)) }
        guard let waiting = link?.heartbeats, waiting.count < 8 else { return }
        link?.heartbeats.append(frame.device)
        effects.append(.wantLine)
    }

    /// The time asked for has come: has the reply failed to?
    mutating func checkDeadline() {
        guard let exchange = link?.exchange, now.uptime >= exchange.deadline else { return }
        // A damaged length may have made the framer wait for bytes that never come; the reply may lie behind it.
        while link?.exchange != nil, link?.framer.expire() != nil {
            link?.frames.bad += 1
            drain()
        }
        guard let exchange = link?.exchange, now.uptime >= exchange.deadline else { return }
        link?.exchange = nil
        link?.silences += 1
        // A clock that has not answered at all is given up at once: asking it anew would cost the others' turns.
        guard let link, link.isLossy, link.hasAnswered, link.silences < Self.silenceLimit else { return fallSilent() }
        retry(exchange.job)
        // What comes late is let pass while others have the line.
        pass(again: .milliseconds(200))
    }

    /// No answer: if another clock spoke up instead, that is told.
    private mutating func fallSilent() {
        if let stranger = link?.stranger {
            faultOnce(
                "wrong-id",
                "no answer from id \(link?.device ?? 0), but a clock answers as \(stranger): correct "
                    + "settings.id or the clock's menu")
        }
        abandon(.silent)
    }

    /// A reply did not come, or was damaged: what can be asked again without harm is asked again.
    private mutating func retry(_ job: Job) {
        switch job {
        case .download(let mode): retryDownload(mode)
        case .clearMarks, .eraseAll:
            // Whether it was done is not known, and done twice it would take marks of records that nobody has.
            dropRead("the clock did not say whether it cleared them; the read begins anew")
        case .setTime: link?.jobs.insert(.getTime, at: 0)
        default: link?.jobs.insert(job, at: 0)
        }
    }
}
