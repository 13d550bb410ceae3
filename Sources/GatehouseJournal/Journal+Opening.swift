public import GatehouseModel
import Foundation
import GRDB

extension Journal {
    /// The journal's file in a data folder.
    public static func file(in folder: String) -> String {
        folder.hasSuffix("/") ? folder + "journal.sqlite" : folder + "/journal.sqlite"
    }

    /// Opens the journal for writing, made anew where there is no file yet. The folder must exist.
    ///
    /// The cost does not grow with the journal: the file's header, its version, and both ends are checked, and
    /// `verify` does the rest when asked. A file that is foreign, newer or damaged is refused and left as it is.
    ///
    /// - Parameter clock: the wall clock, for the date that GRDB gives its transactions.
    public static func open(file: String, clock: @escaping @Sendable () -> Moment) throws(JournalError) -> Journal {
        let lock = try JournalLock(beside: file)
        let inspection = try FileInspection(of: file)
        return try journalling {
            if inspection == .empty { try create(file) }
            let pool = try DatabasePool(path: file, configuration: configuration(clock))
            try pool.writeWithoutTransaction(prepareWriter)
            let ends = try pool.read { try checkedEnds(in: $0) }
            try Schema.migrator.migrate(pool)
            return Journal(pool: pool, lock: lock, head: ends.head)
        }
    }

    /// Makes the tables before the file goes into WAL mode: the size of pages, and how free ones are given back,
    /// can only be chosen in an empty file. Pages of 8 KiB store batches a tenth faster than the usual 4 KiB and
    /// hold most site files whole.
    ///
    /// All of it under another name, which becomes the journal's in one step: a first start that is killed leaves
    /// either nothing or a whole journal.
    private static func create(_ file: String) throws {
        let draft = Draft(of: file, suffix: ".new")
        let queue = try DatabaseQueue(path: draft.path)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
        }
        try Schema.migrator.migrate(queue)
        try queue.writeWithoutTransaction { database in
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            precondition(mode == "wal", "the journal is written ahead")
        }
        try queue.close()
        try draft.publish(replacingEmpty: true)
    }

    private static func configuration(_ clock: @escaping @Sendable () -> Moment) -> Configuration {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.transactionClock = .custom { _ in
            Date(timeIntervalSince1970: Double(clock().milliseconds) / 1000)
        }
        return configuration
    }

    /// GRDB's pool asks for `synchronous=NORMAL`, under which a power cut loses the newest commits. FULL flushes
    /// each.
    private static func prepareWriter(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -16384;
                """)
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        precondition(synchronous == 2, "a commit must be flushed before it is acknowledged")
    }

    /// Both ends, after a look at whether they agree with the rows there.
    private static func checkedEnds(in database: Database) throws -> JournalEnds {
        let ends = try JournalEnds(in: database)
        let (anchor, head) = (ends.anchor, ends.head)
        let oldest = try Int64.fetchOne(database, sql: "SELECT MIN(sequence) FROM events") ?? anchor.sequence + 1
        let newest = try Int64.fetchOne(database, sql: "SELECT MAX(sequence) FROM events") ?? anchor.sequence
        guard oldest == anchor.sequence + 1 else {
            throw JournalError.damaged(atSequence: anchor.sequence + 1, reason: "the oldest events are not those kept")
        }
        guard newest == head.sequence else {
            throw JournalError.damaged(
                atSequence: min(newest, head.sequence) + 1, reason: "the newest event is not the one written last")
        }
        guard ends.count > 0 else {
            guard anchor == head else {
                throw JournalError.damaged(atSequence: head.sequence, reason: "the record of both ends disagrees")
            }
            return ends
        }
        try checkNewestRow(of: ends, in: database)
        return ends
    }

    private static func checkNewestRow(of ends: JournalEnds, in database: Database) throws {
        var rows = try StoredRows(from: max(ends.anchor.sequence + 1, ends.head.sequence - 1), in: database)
        defer { rows.close() }
        var before = ends.anchor.hash
        if ends.count > 1 {
            before = try rows.next().flatMap { ChainHash($0.hash) } ?? .origin
        }
        guard let row = try rows.next(), row.hash(after: before) == ends.head.hash else {
            throw JournalError.damaged(atSequence: ends.head.sequence, reason: "the newest event was changed")
        }
    }
}
