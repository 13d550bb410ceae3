import GRDB
import GRDBSQLite

/// A prepared statement that GRDB keeps and we step by hand, for the few places that run once for every event:
/// binding and reading without a copy is worth a third of the journal's throughput.
struct HotStatement {
    /// Holds the pointer alive; it belongs to GRDB's cache of statements.
    private let statement: Statement
    private var pointer: OpaquePointer { statement.sqliteStatement }

    /// Takes the statement from the connection's cache, compiled at its first use.
    init(_ sql: String, in database: Database) throws {
        statement = try database.cachedStatement(sql: sql)
        reset()
    }

    /// Ends the current run, so that the next may begin and no read transaction stays open.
    func reset() {
        sqlite3_reset(pointer)
    }

    /// Binds a whole number; columns count from 1.
    func bind(_ value: Int64, at column: Int32) {
        let code = sqlite3_bind_int64(pointer, column, value)
        precondition(code == SQLITE_OK, "the statement has no such column")
    }

    /// Binds bytes that must stay where they are until the statement has been stepped and reset.
    func bind(blob bytes: UnsafeRawBufferPointer, at column: Int32) {
        let code = sqlite3_bind_blob64(pointer, column, bytes.baseAddress, UInt64(bytes.count), nil)
        precondition(code == SQLITE_OK, "the statement has no such column")
    }

    /// Binds UTF-8 that must stay where it is until the statement has been stepped and reset.
    func bind(text: UnsafeBufferPointer<UInt8>, at column: Int32) {
        text.withMemoryRebound(to: CChar.self) { characters in
            guard let start = characters.baseAddress else {
                // SQLite takes a null pointer for NULL, which an empty text is not.
                sqlite3_bind_text64(pointer, column, "", 0, nil, UInt8(SQLITE_UTF8))
                return
            }
            let code = sqlite3_bind_text64(pointer, column, start, UInt64(text.count), nil, UInt8(SQLITE_UTF8))
            precondition(code == SQLITE_OK, "the statement has no such column")
        }
    }

    /// Binds text for the time of `work`, which must step and reset the statement.
    func binding<Result>(_ text: String, at column: Int32, _ work: () throws -> Result) rethrows -> Result {
        var text = text
        return try text.withUTF8 { utf8 in
            bind(text: utf8, at: column)
            return try work()
        }
    }

    /// Moves to the next row; false when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let message = sqlite3_errmsg(sqlite3_db_handle(pointer)).map { String(cString: $0) }
            reset()
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        let hasRow = try step()
        precondition(!hasRow, "a statement that only writes gives no rows")
        reset()
    }

    /// A whole number of the current row; columns count from 0.
    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(pointer, column)
    }

    /// Text or bytes of the current row, valid until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(pointer, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column)))
    }

    /// Whether the current row holds a value of the wanted SQLite type there (`SQLITE_INTEGER`, …).
    func isInteger(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_INTEGER
    }
}
