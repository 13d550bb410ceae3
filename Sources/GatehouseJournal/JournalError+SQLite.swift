import GRDB

extension JournalError {
    /// What an error of the database means to whoever called the journal.
    init(_ error: any Error) {
        if let error = error as? JournalError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unwritable(reason: String(describing: error))
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(retryAfter: .seconds(1))
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_SCHEMA, .SQLITE_CONSTRAINT:
            self = .damaged(atSequence: 0, reason: error.message ?? "the file's structure is broken")
        default: self = .unwritable(reason: error.message ?? error.resultCode.description)
        }
    }

    /// Whether the same events may well be stored later, without anybody having to repair the file.
    var passes: Bool {
        switch self {
        case .full, .busy, .unwritable: true
        case .damaged, .foreign, .newer, .missing, .exists, .stopped: false
        }
    }
}

/// Runs work on the database and says in the journal's own words why it failed.
func journalling<Result>(_ work: () throws -> Result) throws(JournalError) -> Result {
    do {
        return try work()
    } catch {
        throw JournalError(error)
    }
}
