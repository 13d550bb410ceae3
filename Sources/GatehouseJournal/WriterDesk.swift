/// What the writer's thread and its callers share, under one lock: plain decisions, no waiting.
struct WriterDesk: Sendable {
    /// What the thread does next.
    enum Task: Sendable {
        case write([WriteRequest])
        case sleep
        case end
    }

    /// What became of a request.
    enum Reception: Hashable, Sendable {
        /// It waits in line; the thread may have to be woken for it.
        case taken(threadSleeps: Bool)
        case refused(JournalError)
        case noRoom
    }

    private var queue = WriterQueue()
    var isStopping = false
    var onEnd: [@Sendable () -> Void] = []
    private(set) var hasEnded = false
    private var condition = JournalWriter.Condition.recording
    private var isAsleep = false
    /// Why the disk takes nothing, while events are held for it.
    private var holding: JournalError?

    /// Takes a request in, however much waits unless there are limits.
    mutating func receive(_ request: WriteRequest, within limits: WriterLimits?) -> Reception {
        if isStopping { return .refused(.stopped) }
        if case .refusing(let error) = condition { return .refused(error) }
        if let holding, request.whenFull == .fail { return .refused(holding) }
        if let limits, !queue.hasRoom(for: request, within: limits) { return .noRoom }
        queue.add(request)
        defer { isAsleep = false }
        return .taken(threadSleeps: isAsleep)
    }

    /// What the thread does next; after `.sleep` it waits to be woken.
    mutating func next(within limits: WriterLimits) -> Task {
        guard queue.isEmpty else { return .write(queue.takeTransaction(within: limits)) }
        isAsleep = !isStopping
        return isStopping ? .end : .sleep
    }

    /// Whether that is news.
    mutating func change(to condition: JournalWriter.Condition) -> Bool {
        defer { self.condition = condition }
        if condition == .recording { holding = nil }
        return condition != self.condition
    }

    /// Those in line that must now be refused: all when the file is lost, else those who will not wait while others
    /// are held.
    mutating func takeRefused(becauseOf error: JournalError, isHolding: Bool) -> [WriteRequest] {
        holding = isHolding ? error : nil
        guard error.passes else { return queue.takeAll() }
        return isHolding ? queue.takeImpatient() : []
    }

    /// The thread is gone; whom to tell.
    mutating func end() -> [@Sendable () -> Void] {
        precondition(queue.isEmpty, "nobody may be left waiting for a writer that has ended")
        hasEnded = true
        defer { onEnd = [] }
        return onEnd
    }
}
