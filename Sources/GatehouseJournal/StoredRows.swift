import GRDB
import GatehouseModel

/// One row of the journal as it lies in the file, valid until the next one is asked for.
struct StoredRow {
    fileprivate let statement: HotStatement

    var sequence: Int64 { statement.integer(0) }
    var recorded: Int64 { statement.integer(1) }
    var previous: Int64 { statement.integer(2) }
    /// The topic's number in the table of topics.
    var topic: Int64 { statement.integer(3) }
    /// The source's number in the table of sources.
    var source: Int64 { statement.integer(4) }
    var hash: UnsafeRawBufferPointer { statement.bytes(5) }
    var body: UnsafeRawBufferPointer { statement.bytes(6) }

    /// The hash that the row's content must have after a row with the hash `before`.
    func hash(after before: ChainHash) -> ChainHash {
        before.following(sequence: sequence, previous: previous, recorded: recorded, body: body)
    }
}

/// The rows from one sequence on, in order, read one by one without copying. Close it inside the access that opened
/// it.
struct StoredRows {
    private let statement: HotStatement

    /// Starts before the first row whose sequence is at least `from`.
    init(from sequence: Int64, through last: Int64 = .max, in database: Database) throws {
        statement = try HotStatement(
            """
            SELECT sequence, recorded, previous, topic, source, hash, body FROM events
            WHERE sequence BETWEEN ? AND ? ORDER BY sequence
            """, in: database)
        statement.bind(sequence, at: 1)
        statement.bind(last, at: 2)
    }

    /// The next row; nil after the last.
    mutating func next() throws -> StoredRow? {
        try statement.step() ? StoredRow(statement: statement) : nil
    }

    /// Lets go of the rows.
    func close() {
        statement.reset()
    }
}
