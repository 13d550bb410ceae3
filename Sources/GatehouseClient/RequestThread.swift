import GatehouseBus

/// What the thread behind a client's requests is told.
enum RequestLetter: Sendable {
    case ask(Question)
    case stop
}

/// A request and who waits for its reply.
struct Question: Sendable {
    typealias Answer = Result<Reply, ClientError>

    /// Verb and arguments.
    var frames: [[UInt8]]
    var patience: Duration
    var asker: CheckedContinuation<Answer, Never>
}

/// The one thread that owns a client's `DEALER`.
final class RequestThread {
    private let letters: Mailbox<RequestLetter>
    private let socket: Socket
    private let endpoint: String
    private var waiting: [[UInt8]: (question: Question, deadline: Duration, isSent: Bool)] = [:]
    private var count: UInt64 = 0
    private let start = ContinuousClock().now

    init(endpoints: Endpoints, letters: Mailbox<RequestLetter>) throws(BusError) {
        socket = try endpoints.openRequests(SocketContext())
        endpoint = endpoints.requests
        self.letters = letters
    }

    /// Runs until it is told to stop; whoever still waits then is told so.
    func run() {
        var poll = Poll(letters.signal)
        poll.watch(socket)
        var isStopping = false
        while !isStopping {
            poll.wait(atMost: nextWake(at: ContinuousClock().now - start))
            let uptime = ContinuousClock().now - start
            for letter in letters.takeAll() { isStopping = take(letter, at: uptime) || isStopping }
            receive()
            sendUnsent()
            giveUpLate(at: uptime)
        }
        for case .ask(let question) in letters.close() { question.asker.resume(returning: .failure(.closed)) }
        for entry in waiting.values { entry.question.asker.resume(returning: .failure(.closed)) }
    }

    /// True when the thread is to end.
    private func take(_ letter: RequestLetter, at uptime: Duration) -> Bool {
        guard case .ask(let question) = letter else { return true }
        count += 1
        waiting[count.bigEndianBytes] = (question, uptime + question.patience, false)
        return false
    }

    private func receive() {
        while let message = socket.receive(keepingFrames: 16_384, bytes: 16 << 20) {
            guard let correlation = message.frames.first, let entry = waiting.removeValue(forKey: correlation) else {
                continue
            }
            let reply = Reply(message.frames.dropFirst())
            entry.question.asker.resume(
                returning: reply.map { .success($0) } ?? .failure(.incomprehensible("the reply has an unknown form")))
        }
    }

    /// Tries what found no connection so far, the oldest first.
    private func sendUnsent() {
        let unsent = waiting.filter { !$0.value.isSent }.map(\.key).sorted { $0.lexicographicallyPrecedes($1) }
        for correlation in unsent {
            guard let entry = waiting[correlation], socket.send([correlation] + entry.question.frames) == .sent else {
                return
            }
            waiting[correlation]?.isSent = true
        }
    }

    private func giveUpLate(at uptime: Duration) {
        for (correlation, entry) in waiting where entry.deadline <= uptime {
            waiting[correlation] = nil
            let reason =
                entry.isSent
                ? "no answer from \(endpoint) within \(entry.question.patience); ask again"
                : "no connection to \(endpoint); is the gateway running, and is this client's key listed?"
            entry.question.asker.resume(returning: .failure(.unreachable(reason)))
        }
    }

    private func nextWake(at uptime: Duration) -> Duration {
        guard let deadline = waiting.values.map(\.deadline).min() else { return .seconds(60) }
        let isAllSent = waiting.values.allSatisfy(\.isSent)
        return max(.zero, min(deadline - uptime, isAllSent ? .seconds(60) : .milliseconds(10)))
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] { Swift.withUnsafeBytes(of: bigEndian) { [UInt8]($0) } }
}
