import GRDB

/// One place in the journal with the hash of the row there: noted elsewhere, it proves later that nothing up to it
/// was rewritten.
public struct JournalMark: Hashable, Sendable {
    /// The sequence of the row; 0 before the first.
    public var sequence: Int64
    /// The hash of the row, which covers every row before it.
    public var hash: ChainHash

    /// A place and the hash of the row there.
    public init(sequence: Int64, hash: ChainHash) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Before the first event ever.
    public static let origin = JournalMark(sequence: 0, hash: .origin)
}

/// Where the stored stretch of the journal begins and ends.
struct JournalEnds: Hashable, Sendable {
    /// The last row that retention removed; the oldest stored row chains to it.
    var anchor: JournalMark
    /// The newest row, kept apart from the rows so that a cut tail shows.
    var head: JournalMark

    /// How many events are stored.
    var count: Int64 { head.sequence - anchor.sequence }

    /// Reads the record of both ends.
    init(in database: Database) throws {
        let statement = try HotStatement("SELECT anchor, anchorHash, head, headHash FROM ends", in: database)
        defer { statement.reset() }
        guard try statement.step(), let anchorHash = ChainHash(statement.bytes(1)),
            let headHash = ChainHash(statement.bytes(3)), statement.integer(0) >= 0,
            statement.integer(2) >= statement.integer(0)
        else { throw JournalError.damaged(atSequence: 0, reason: "the record of both ends is unreadable") }
        anchor = JournalMark(sequence: statement.integer(0), hash: anchorHash)
        head = JournalMark(sequence: statement.integer(2), hash: headHash)
    }

    /// Moves the newer end.
    static func store(head: JournalMark, in database: Database) throws {
        let statement = try HotStatement("UPDATE ends SET head = ?, headHash = ?", in: database)
        statement.bind(head.sequence, at: 1)
        try head.hash.withUnsafeBytes { bytes in
            statement.bind(blob: bytes, at: 2)
            try statement.run()
        }
    }

    /// Moves the older end.
    static func store(anchor: JournalMark, in database: Database) throws {
        let statement = try HotStatement("UPDATE ends SET anchor = ?, anchorHash = ?", in: database)
        statement.bind(anchor.sequence, at: 1)
        try anchor.hash.withUnsafeBytes { bytes in
            statement.bind(blob: bytes, at: 2)
            try statement.run()
        }
    }
}
