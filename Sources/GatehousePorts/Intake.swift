/// The bytes between a channel that reads and a consumer that takes its time: bounded, in order, and said
/// to be at an end only when all of them were taken. A plain value; `Inlet` puts the lock and the waiting
/// around it.
struct Intake: Sendable {
    /// Whether neighbouring reads may be joined.
    enum Grain: Sendable {
        /// A stream: what waits is handed over as one chunk.
        case stream
        /// A stream of records that are this many bytes long: what waits is handed over as one chunk, but no
        /// record is ever cut.
        case records(size: Int)
        /// Datagrams: each is a chunk of its own, and an empty one means nothing.
        case datagrams
        /// Reports of a HID device: kept apart like datagrams, but more may wait, since the kernel keeps 64 and
        /// then loses them without a word.
        case reports
    }

    enum Taken: Equatable, Sendable {
        case chunk([UInt8])
        case ended(PortEnding)
        case nothingYet
    }

    /// The number of waiting bytes at which reading pauses. A read that has begun is still accepted, so a
    /// little more than this may wait, but never more than one round of the channel's reads.
    static let limit = 65_536
    /// The largest chunk of a stream: what a driver makes of one is held at once.
    static let chunkLimit = 16_384
    /// Reading also pauses at this many datagrams, however small they are.
    static let datagramLimit = 64
    /// Reading also pauses at this many reports.
    static let reportLimit = 1024

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
        case .stream, .records: stream.append(contentsOf: bytes)
        case .datagrams, .reports: datagrams.append(Array(bytes))
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

    private var isFull: Bool {
        let limit = if case .reports = grain { Self.reportLimit } else { Self.datagramLimit }
        return waiting >= Self.limit || datagrams.count >= limit
    }

    private mutating func nextChunk() -> [UInt8]? {
        switch grain {
        case .datagrams, .reports: datagrams.isEmpty ? nil : datagrams.removeFirst()
        case .stream: nextPiece(of: 1)
        case .records(let size): nextPiece(of: size)
        }
    }

    /// What waits of the stream in whole records; what is left of the last one stays.
    private mutating func nextPiece(of size: Int) -> [UInt8]? {
        let most = min(stream.count, Self.chunkLimit)
        let count = most - most % size
        guard count > 0 else { return nil }
        if count == stream.count {
            defer { stream = [] }
            return stream
        }
        let chunk = Array(stream.prefix(count))
        stream.removeFirst(count)
        return chunk
    }
}
