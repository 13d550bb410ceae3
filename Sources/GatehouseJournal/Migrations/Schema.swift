import GRDB

/// The journal's tables, from the first version on. A migration that has been released is never changed.
enum Schema {
    /// `GATE` in the file's header: what tells a journal from any other SQLite file.
    static let applicationID: Int64 = 0x4741_5445

    /// Every step from an empty file to the present tables, in order.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 events", migrate: createFirstVersion)
        return migrator
    }

    /// The body is last so that a scan for a topic or a hash does not follow a long body's overflow pages. There is
    /// no index on the topic: it would cost each append more than it saves the rare replay of one topic, which
    /// reads 1,000,000 events in less than a second without it.
    private static func createFirstVersion(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA application_id = \(applicationID);
                CREATE TABLE topics (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL) STRICT;
                CREATE TABLE sources (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL) STRICT;
                CREATE TABLE events (
                    sequence INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, previous INTEGER NOT NULL,
                    topic INTEGER NOT NULL, source INTEGER NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL) STRICT;
                CREATE TABLE identities (
                    source INTEGER NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL,
                    PRIMARY KEY (source, id)) STRICT, WITHOUT ROWID;
                CREATE TABLE consumers (
                    name TEXT PRIMARY KEY, confirmed INTEGER NOT NULL, updated INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE ends (
                    only INTEGER PRIMARY KEY CHECK (only = 1),
                    anchor INTEGER NOT NULL, anchorHash BLOB NOT NULL,
                    head INTEGER NOT NULL, headHash BLOB NOT NULL) STRICT;
                INSERT INTO ends VALUES (1, 0, zeroblob(32), 0, zeroblob(32));
                """)
    }
}
