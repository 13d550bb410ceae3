/// The bytes between a channel that reads and a consumer that takes its time: bounded, in order, and said
/// to be at an end only when all of them were taken. A plain value; `Inlet` puts the lock and the waiting
/// around it.
struct Intake: Sendable {
    /// Whether neighbouring reads may be joined.
    enum Grain: Sendable {
        /// A stream: what waits is handed over as one chunk.
        case stream
        /// Datagrams: each is a chunk of its own, and an empty one means nothing.
        case datagrams
    }

    enum Taken: Equatable, Sendable {
        case chunk([UInt8])
        case ended(PortEnding)
        case nothingYet
    }

    /// The largest chunk of a stream, and the number of waiting bytes at which reading pauses. A read that
    /// has begun is still accepted, so a little more than this may wait, but never more than one round of
    /// the channel's reads.
    static let limit = 65_536
    /// Reading also pauses at this many datagrams, however small they are.
    static let datagramLimit = 64

    private let grain: Grain
    private var stream: [UInt8] = []
    private var datagrams: [[UInt8]] = []
    private var waiting = 0
    private var ending: PortEnding?
    private var isReadHeld = false

    init(_ grain: Grain) {
        self.grain = grain
    }

    /// Takes what one read gave.
    mutating func offer(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty, ending == nil else { return }
        waiting += bytes.count
        switch grain {
        case .stream: stream.append(contentsOf: bytes)
        case .datagrams: datagrams.append(Array(bytes))
        }
    }

    /// The channel wants to read again: false holds the read back until `take` says that it may go on.
    mutating func mayRead() -> Bool {
        isReadHeld = isFull
        return !isReadHeld
    }

    /// No more will be offered. The first reason stands.
    mutating func end(_ reason: PortEnding) {
        ending = ending ?? reason
    }

    /// The next chunk, if there is one, and whether a read that was held back is due now.
    mutating func take() -> (taken: Taken, resumesReading: Bool) {
        guard let chunk = nextChunk() else {
            return (ending.map(Taken.ended) ?? .nothingYet, false)
        }
        waiting -= chunk.count
        precondition(waiting >= 0, "more bytes were taken than offered")
        let resumes = isReadHeld && !isFull
        if resumes { isReadHeld = false }
        return (.chunk(chunk), resumes)
    }

    /// Why there will be no more, once that is known; bytes may still wait.
    var reason: PortEnding? { ending }

    private var isFull: Bool { waiting >= Self.limit || datagrams.count >= Self.datagramLimit }

    private mutating func nextChunk() -> [UInt8]? {
        switch grain {
        case .datagrams:
            return datagrams.isEmpty ? nil : datagrams.removeFirst()
        case .stream where stream.count <= Self.limit:
            defer { stream = [] }
            return stream.isEmpty ? nil : stream
        case .stream:
            let chunk = Array(stream.prefix(Self.limit))
            stream.removeFirst(Self.limit)
            return chunk
        }
    }
}
