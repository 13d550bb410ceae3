import GRDB
public import GatehouseModel

/// Somebody who reads the journal and tells how far: retention removes nothing that a consumer has not confirmed.
public struct Consumer: Hashable, Sendable {
    /// The name it goes by.
    public var name: String
    /// Everything up to this sequence is safely with it.
    public var confirmed: Int64
    /// When it last said so.
    public var updated: Moment
}

extension Journal {
    /// Notes that the consumer has everything through `sequence`. It never goes back, and not past the head.
    public func confirm(_ name: String, through sequence: Int64, now: Moment) throws(JournalError) {
        let confirmed = max(0, min(sequence, head.sequence))
        try journalling {
            try pool.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO consumers (name, confirmed, updated) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
                        SET confirmed = MAX(confirmed, excluded.confirmed), updated = excluded.updated
                        """, arguments: [name, confirmed, now.milliseconds])
            }
        }
    }

    /// Lets go of a consumer that will not come back. True when there was one.
    @discardableResult
    public func forget(consumer name: String) throws(JournalError) -> Bool {
        try journalling {
            try pool.write { database in
                try database.execute(sql: "DELETE FROM consumers WHERE name = ?", arguments: [name])
                return database.changesCount > 0
            }
        }
    }
}

extension JournalReader {
    /// All consumers, the one that holds retention back first.
    public func consumers() throws(JournalError) -> [Consumer] {
        try journalling { try database.read { try Consumer.all(in: $0) } }
    }
}

extension Consumer {
    static func all(in database: Database) throws -> [Consumer] {
        try Row.fetchAll(database, sql: "SELECT name, confirmed, updated FROM consumers ORDER BY confirmed, name")
            .map { Consumer(name: $0[0], confirmed: $0[1], updated: Moment(milliseconds: $0[2])) }
    }
}
