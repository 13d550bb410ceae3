import GRDB
import GatehouseModel

/// Follows the journal row by row and stops at the first that is not as it was written.
struct ChainCheck {
    /// The last row found in order.
    private(set) var mark: JournalMark
    private let anchor: Int64
    private var topics = NameCheck(table: "topics")
    private var sources = NameCheck(table: "sources")

    /// Starts with the row after that one.
    init(after anchor: JournalMark) {
        mark = anchor
        self.anchor = anchor.sequence
    }

    /// Checks the rows after `mark` through `last`, every one of which must be there.
    mutating func read(through last: Int64, in database: Database) throws {
        try topics.load(in: database)
        try sources.load(in: database)
        let identities = try HotStatement(
            "SELECT sequence FROM identities WHERE source = ? AND id = ?", in: database)
        var rows = try StoredRows(from: mark.sequence + 1, through: last, in: database)
        defer { rows.close() }
        while let row = try rows.next() {
            guard row.sequence == mark.sequence + 1 else { throw broken("removed") }
            let hash = row.hash(after: mark.hash)
            guard hash == ChainHash(row.hash) else { throw broken("changed: its hash does not follow") }
            try compareColumns(of: row, identities: identities)
            mark = JournalMark(sequence: row.sequence, hash: hash)
        }
        guard mark.sequence == last else { throw broken("removed") }
    }

    /// With all rows read, compares what is kept beside them; all in one snapshot of the file.
    func finish(at ends: JournalEnds, in database: Database) throws {
        precondition(mark.sequence == ends.head.sequence, "the check ends at the head")
        guard mark.hash == ends.head.hash else {
            throw damaged(mark.sequence, "changed: it is not the row that was written last")
        }
        let strayRow = try Int64.fetchOne(
            database, sql: "SELECT MIN(sequence) FROM events WHERE sequence NOT BETWEEN ? AND ?",
            arguments: [anchor + 1, ends.head.sequence])
        if let strayRow { throw damaged(strayRow, "inserted outside the journal's ends") }
        try topics.finish(anchor: anchor, head: ends.head.sequence)
        try sources.finish(anchor: anchor, head: ends.head.sequence)
        try checkStrayIdentities(at: ends, in: database)
    }

    private mutating func compareColumns(of row: StoredRow, identities: HotStatement) throws {
        guard let body = EventBodyReader.attributes(of: row.body) else { throw broken("changed: its body is no event") }
        guard body.sequence == row.sequence, body.recorded.milliseconds == row.recorded else {
            throw broken("changed: its body speaks of another row")
        }
        guard topics.name(row.topic) == body.topic else { throw broken("changed: its topic is not its body's") }
        guard sources.name(row.source) == body.source else { throw broken("changed: its source is not its body's") }
        guard topics.follows(row.previous, in: row.topic, anchor: anchor) else {
            throw broken("changed: it does not follow its topic's last event")
        }
        topics.advance(row.topic, to: row.sequence)
        sources.advance(row.source, to: row.sequence)
        identities.bind(row.source, at: 1)
        try identities.binding(body.id, at: 2) {
            defer { identities.reset() }
            guard try identities.step(), identities.integer(0) == row.sequence else {
                throw broken("its identity was changed or removed")
            }
        }
    }

    /// Each stored row has its identity, so more of them than rows means that some belong to none.
    private func checkStrayIdentities(at ends: JournalEnds, in database: Database) throws {
        let count = try Int64.fetchOne(
            database, sql: "SELECT COUNT(*) FROM identities WHERE sequence > ?", arguments: [anchor])
        guard count != ends.count else { return }
        let stray = try Int64.fetchOne(
            database,
            sql: """
                SELECT MIN(sequence) FROM (
                    SELECT sequence FROM identities WHERE sequence > ? GROUP BY sequence
                    HAVING COUNT(*) > 1 OR sequence > ?)
                """, arguments: [anchor, ends.head.sequence])
        throw damaged(stray ?? ends.head.sequence, "an identity was inserted that no event has")
    }

    private func broken(_ reason: String) -> JournalError {
        damaged(mark.sequence + 1, reason)
    }

    private func damaged(_ sequence: Int64, _ reason: String) -> JournalError {
        .damaged(atSequence: sequence, reason: reason)
    }
}

/// The names of topics or of sources, and what the rows say about the last event of each.
private struct NameCheck {
    let table: String
    private var names: [Int64: String] = [:]
    private var stored: [Int64: Int64] = [:]
    private var heads: [Int64: Int64] = [:]

    init(table: String) {
        self.table = table
    }

    /// Reads the table as it is now: it grows while the check runs.
    mutating func load(in database: Database) throws {
        let statement = try HotStatement("SELECT id, name, head FROM \(table)", in: database)
        defer { statement.reset() }
        while try statement.step() {
            let id = statement.integer(0)
            names[id] = String(decoding: statement.bytes(1), as: UTF8.self)
            stored[id] = statement.integer(2)
        }
    }

    func name(_ id: Int64) -> String? {
        names[id]
    }

    /// Whether an event may say that `previous` is the one before it. Of a topic's first event after the anchor
    /// only so much is known, that the one before it has been removed.
    func follows(_ previous: Int64, in id: Int64, anchor: Int64) -> Bool {
        heads[id].map { $0 == previous } ?? (0...anchor).contains(previous)
    }

    mutating func advance(_ id: Int64, to sequence: Int64) {
        heads[id] = sequence
    }

    func finish(anchor: Int64, head: Int64) throws {
        for (id, last) in stored where heads[id].map({ $0 != last }) ?? !(0...anchor).contains(last) {
            throw JournalError.damaged(
                atSequence: heads[id] ?? head, reason: "changed: the last event of \(names[id] ?? table) is another")
        }
    }
}
