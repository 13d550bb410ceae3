import GRDB
public import GatehouseModel

/// How much of the past is kept.
public struct Retention: Hashable, Sendable {
    /// Events stored longer ago than this may go; nil keeps them for ever.
    public var age: Duration?
    /// The journal's file may have that many bytes, its write-ahead log (64 MiB at most) not counted; nil for any
    /// number.
    public var bytes: Int64?

    /// Keeps events for a time, or within a size, or both.
    public init(age: Duration? = nil, bytes: Int64? = nil) {
        self.age = age
        self.bytes = bytes
    }

    /// What one run removed.
    public struct Outcome: Hashable, Sendable {
        /// How many events are gone, always the oldest.
        public var removed: Int64 = 0
        /// The consumer that has not confirmed what should have gone next; nil when nothing is held back.
        public var heldBackBy: String?
    }
}

extension Journal {
    /// Rows removed in one transaction: few enough that an append waits for milliseconds only.
    private static let rowsAtOnce: Int64 = 1_000
    private static let pagesAtOnce = 500

    /// Removes the oldest stretch that `retention` no longer keeps, but nothing that a consumer has not confirmed.
    /// The chain stays whole: the last removed row's hash becomes the anchor.
    ///
    /// What has been removed stays known: a device whose old log is read again does not bring it back. Only ids in
    /// UUID version 7 form go with their event, since the gateway made those at ingest and no device repeats them.
    public func retain(_ retention: Retention, now: Moment) throws(JournalError) -> Retention.Outcome {
        var outcome = Retention.Outcome()
        try journalling {
            while true {
                let removed = try pool.write { try Self.removeOldest(retention, now: now, outcome: &outcome, in: $0) }
                outcome.removed += removed
                if removed < Self.rowsAtOnce { break }
            }
            if let limit = retention.bytes { try shrinkFile(to: limit) }
        }
        return outcome
    }

    private static func removeOldest(
        _ retention: Retention, now: Moment, outcome: inout Retention.Outcome, in database: Database
    ) throws -> Int64 {
        let ends = try JournalEnds(in: database)
        let excess = try retention.bytes.map { try max(0, FileSpace(in: database).used - $0) } ?? 0
        let slowest = try Consumer.all(in: database).first
        var rows = try StoredRows(from: ends.anchor.sequence + 1, in: database)
        defer { rows.close() }
        var (anchor, freed) = (ends.anchor, Int64(0))
        outcome.heldBackBy = nil
        while anchor.sequence - ends.anchor.sequence < rowsAtOnce, let row = try rows.next() {
            let isTooOld = retention.age.map { Moment(milliseconds: row.recorded) < now - $0 } ?? false
            guard isTooOld || freed < excess else { break }
            if let slowest, row.sequence > slowest.confirmed {
                outcome.heldBackBy = slowest.name
                break
            }
            guard let hash = ChainHash(row.hash) else {
                throw JournalError.damaged(atSequence: row.sequence, reason: "its hash is unreadable")
            }
            try forgetIdentity(of: row, in: database)
            anchor = JournalMark(sequence: row.sequence, hash: hash)
            freed += Int64(row.body.count)
        }
        rows.close()
        guard anchor != ends.anchor else { return 0 }
        try JournalEnds.store(anchor: anchor, in: database)
        try database.execute(sql: "DELETE FROM events WHERE sequence <= ?", arguments: [anchor.sequence])
        return anchor.sequence - ends.anchor.sequence
    }

    private static func forgetIdentity(of row: StoredRow, in database: Database) throws {
        guard let body = EventBodyReader.attributes(of: row.body), body.id.isUUIDVersion7 else { return }
        let deletion = try HotStatement("DELETE FROM identities WHERE source = ? AND id = ?", in: database)
        deletion.bind(row.source, at: 1)
        try deletion.binding(body.id, at: 2) { try deletion.run() }
    }

    /// Free pages are used again by the next events; they are given back only where the file would be too large
    /// with them.
    private func shrinkFile(to limit: Int64) throws {
        var before = Int64.max
        while true {
            let space = try pool.read { try FileSpace(in: $0) }
            guard space.file > limit, space.free > 0, space.file < before else { break }
            before = space.file
            let pages = min(Int64(Self.pagesAtOnce), (space.file - limit) / space.page + 1)
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA incremental_vacuum(\(pages))") }
        }
        if before < .max { _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) } }
    }
}

/// How the pages of the file are used, in bytes.
struct FileSpace: Hashable {
    var page: Int64
    var file: Int64
    var free: Int64
    var used: Int64 { file - free }

    init(in database: Database) throws {
        func pragma(_ name: String) throws -> Int64 { try Int64.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
        page = try pragma("page_size")
        file = try pragma("page_count") * page
        free = try pragma("freelist_count") * page
    }
}

extension String {
    /// Whether it is a UUID of version 7 in its usual form.
    var isUUIDVersion7: Bool {
        let utf8 = Array(utf8)
        guard utf8.count == 36, utf8[14] == UInt8(ascii: "7") else { return false }
        return utf8.indices.allSatisfy { index in
            switch index {
            case 8, 13, 18, 23: utf8[index] == UInt8(ascii: "-")
            default: Character(Unicode.Scalar(utf8[index])).isHexDigit
            }
        }
    }
}
