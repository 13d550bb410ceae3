import GatehouseModel

/// What to do with events while the disk takes none.
public enum WhenFull: Hashable, Sendable {
    /// Keep them and try again: for devices, which are not acknowledged meanwhile.
    case wait
    /// Refuse them at once: for clients, which can be told.
    case fail
}

/// How much the writer takes on.
public struct WriterLimits: Hashable, Sendable {
    /// Nothing more joins a transaction once it has this many events.
    public var transactionEvents = 5_000
    /// Nothing more joins a transaction once it has about this many bytes.
    public var transactionBytes = 8 << 20
    /// How many events may wait for the disk.
    public var waitingEvents = 50_000
    /// About how many bytes may wait for the disk.
    public var waitingBytes = 64 << 20

    /// The limits that a gateway runs with.
    public init() {}
}

/// Events that somebody waits to see on disk.
struct WriteRequest: Sendable {
    typealias Answer = @Sendable (Result<[Placement], JournalError>) -> Void

    var events: [Event]
    var whenFull: WhenFull
    var answer: Answer

    /// About how much memory and disk the events take.
    var bytes: Int {
        events.reduce(0) { $0 + $1.data.count + 512 }
    }
}

/// First come, first written: requests waiting for room in the queue, and those that have it, in one line.
struct WriterQueue: Sendable {
    private var requests: [WriteRequest] = []
    private var first = 0
    private var events = 0
    private var bytes = 0

    var isEmpty: Bool { first == requests.count }

    /// Whether events may join without breaking the limits. One request that is larger than a limit may join an
    /// empty queue.
    func hasRoom(for request: WriteRequest, within limits: WriterLimits) -> Bool {
        isEmpty || events + request.events.count <= limits.waitingEvents && bytes + request.bytes <= limits.waitingBytes
    }

    /// Joins at the end.
    mutating func add(_ request: WriteRequest) {
        requests.append(request)
        events += request.events.count
        bytes += request.bytes
    }

    /// Takes what the next transaction writes: at least one request where any waits, and whole requests only.
    mutating func takeTransaction(within limits: WriterLimits) -> [WriteRequest] {
        var taken: [WriteRequest] = []
        var (takenEvents, takenBytes) = (0, 0)
        while first < requests.count {
            let next = requests[first]
            let (nextEvents, nextBytes) = (next.events.count, next.bytes)
            let fits =
                takenEvents + nextEvents <= limits.transactionEvents
                && takenBytes + nextBytes <= limits.transactionBytes
            guard taken.isEmpty || fits else { break }
            taken.append(next)
            first += 1
            takenEvents += nextEvents
            takenBytes += nextBytes
        }
        forget(events: takenEvents, bytes: takenBytes)
        return taken
    }

    /// Takes out those that would rather be refused than wait.
    mutating func takeImpatient() -> [WriteRequest] {
        let waiting = requests[first...]
        let impatient = waiting.filter { $0.whenFull == .fail }
        self = WriterQueue(waiting.filter { $0.whenFull == .wait })
        return impatient
    }

    /// Takes out everything.
    mutating func takeAll() -> [WriteRequest] {
        defer { self = WriterQueue() }
        return Array(requests[first...])
    }

    init(_ requests: [WriteRequest] = []) {
        for request in requests { add(request) }
    }

    private mutating func forget(events taken: Int, bytes takenBytes: Int) {
        events -= taken
        bytes -= takenBytes
        precondition(events >= 0 && bytes >= 0, "no more can leave the queue than joined it")
        if first == requests.count || first > 1024 {
            requests.removeFirst(first)
            first = 0
        }
    }
}
