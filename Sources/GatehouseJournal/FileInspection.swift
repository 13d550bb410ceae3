import Foundation
import GRDB

/// What a file turned out to be before anything is written to it.
enum FileInspection: Equatable {
    /// Nothing is stored in it, or it does not exist.
    case empty
    /// It is a journal that this version reads.
    case journal

    /// Looks into the file without writing to it; throws for whatever must not be opened for writing.
    init(of file: String) throws(JournalError) {
        guard let size = Self.size(of: file) else {
            self = .empty
            return
        }
        if size == 0 {
            self = .empty
            return
        }
        guard Self.startsLikeSQLite(file) else { throw .foreign(file: file) }
        self = try journalling {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            return try DatabaseQueue(path: file, configuration: configuration).read { database in
                try Self.inspect(database, file: file)
            }
        }
    }

    private static func inspect(_ database: Database, file: String) throws -> FileInspection {
        let tables = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        let application = try Int64.fetchOne(database, sql: "PRAGMA application_id")
        guard application == Schema.applicationID else {
            // A first start that ended before the tables were made leaves a file with nothing in it.
            guard tables == 0, application == 0 else { throw JournalError.foreign(file: file) }
            return .empty
        }
        guard try !Schema.migrator.hasBeenSuperseded(database) else { throw JournalError.newer(file: file) }
        return .journal
    }

    private static func size(of file: String) -> Int? {
        var status = stat()
        return stat(file, &status) == 0 ? Int(status.st_size) : nil
    }

    private static func startsLikeSQLite(_ file: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: file) else { return false }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: 16)) == Data("SQLite format 3\0".utf8)
    }
}
