import Foundation
import GRDB
public import GatehouseModel
import Synchronization

/// Every event ever recorded, in one SQLite file: appended in order, never changed, never deleted before retention.
///
/// One process writes (a lock file keeps a second one out); any number may read, and readers never block the
/// writer. What has been appended is on disk when the call returns: each commit is flushed (WAL,
/// `synchronous=FULL`).
public struct Journal: Sendable {
    /// The reading side, to hand to whoever must not write.
    public let reader: JournalReader

    let pool: DatabasePool
    private let lock: JournalLock
    private let books: Books

    /// What changes on the writing side, by reference so that the journal stays a value.
    private final class Books: Sendable {
        /// Held for the whole of an append.
        let ledger: Mutex<Ledger>
        /// Held for an instant only: asking for the head must not wait for a disk.
        let head: Mutex<JournalMark>

        init(head: JournalMark) {
            ledger = Mutex(Ledger(head: head))
            self.head = Mutex(head)
        }
    }

    init(pool: DatabasePool, lock: JournalLock, head: JournalMark) {
        self.pool = pool
        self.lock = lock
        reader = JournalReader(database: pool)
        books = Books(head: head)
    }

    /// The newest row on disk. It costs no access to the file.
    public var head: JournalMark {
        books.head.withLock { $0 }
    }

    /// Stores the events as one transaction: all of them or, when it throws, none.
    ///
    /// An event whose source and id are there already is not stored again; its placement names the first one's
    /// sequence. On return everything is on disk. Blocks for as long as the disk takes.
    public func append(_ events: [Event], recorded: Timestamp) throws(JournalError) -> Appended {
        try books.ledger.withLock { ledger throws(JournalError) in
            do throws(JournalError) {
                let (appended, mark) = try commit(events, recorded: recorded, with: &ledger)
                ledger.committed(mark)
                books.head.withLock { $0 = mark }
                return appended
            } catch {
                ledger.rolledBack()
                throw error
            }
        }
    }

    /// Folds the write-ahead log into the file and lets go of it. Whatever is asked of the journal afterwards fails.
    public func close() throws(JournalError) {
        try journalling {
            // A reader that is still at it keeps its snapshot in the log; the next opening folds that in.
            _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        }
    }

    private func commit(
        _ events: [Event], recorded: Timestamp, with ledger: inout Ledger
    ) throws(JournalError) -> (Appended, JournalMark) {
        try journalling {
            try pool.writeWithoutTransaction { database in
                var result: (Appended, JournalMark)?
                try database.inTransaction(.immediate) {
                    result = try ledger.store(events, recorded: recorded, in: database)
                    return .commit
                }
                guard let result else { preconditionFailure("a transaction that committed has run") }
                return result
            }
        }
    }

    /// Limits the file to that many pages, as a full disk would; at least what it has now. For tests of just that.
    package func limitPages(to count: Int) throws(JournalError) {
        try journalling {
            try pool.writeWithoutTransaction { database in
                _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(count)")
            }
        }
    }

    /// How many pages the file has now, free ones included.
    package func pageCount() throws(JournalError) -> Int {
        try journalling { try pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } }
    }
}
