import Foundation
import GRDB
public import GatehouseModel

/// The reading side of a journal: the gateway's own, or a file that nobody or another process writes to.
public struct JournalReader: Sendable {
    let database: any DatabaseReader

    init(database: any DatabaseReader) {
        self.database = database
    }

    /// Opens a file for reading only, beside a running gateway or without one. A file that is no journal is refused.
    public static func open(file: String) throws(JournalError) -> JournalReader {
        guard FileManager.default.fileExists(atPath: file) else { throw .missing(file: file) }
        guard try FileInspection(of: file) == .journal else { throw .missing(file: file) }
        return try journalling {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            return JournalReader(database: try DatabaseQueue(path: file, configuration: configuration))
        }
    }

    /// The newest row on disk.
    public func head() throws(JournalError) -> JournalMark {
        try ends().head
    }

    /// The sequence of the oldest event still stored, one past the head when there is none, and how many there are.
    public func extent() throws(JournalError) -> (first: Int64, count: Int64) {
        let ends = try ends()
        return (ends.anchor.sequence + 1, ends.count)
    }

    /// The last event of a source that is still stored; nil when there is none.
    public func lastEvent(of source: String) throws(JournalError) -> Recorded? {
        let sequence = try journalling {
            try database.read { database in
                try Int64.fetchOne(database, sql: "SELECT head FROM sources WHERE name = ?", arguments: [source])
            }
        }
        guard let sequence, sequence > 0 else { return nil }
        return try page(from: sequence, through: sequence, limits: .one).events.first
    }

    /// The newest punch or scan of a source, looked for among the 20,000 events up to the source's last one; nil when
    /// there is none so near.
    public func lastReading(of source: String) throws(JournalError) -> Recorded? {
        let sequence = try journalling {
            try database.read { database in
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT events.sequence FROM sources
                        JOIN events ON events.sequence BETWEEN sources.head - 20000 AND sources.head
                            AND events.source = sources.id
                        JOIN topics ON topics.id = events.topic AND topics.name IN ('punch.recorded', 'scan.recorded')
                        WHERE sources.name = ? ORDER BY events.sequence DESC LIMIT 1
                        """, arguments: [source])
            }
        }
        guard let sequence else { return nil }
        return try page(from: sequence, through: sequence, limits: .one).events.first
    }

    /// Where the event with that source and id is, or was before retention took it; nil where there never was one.
    public func sequence(source: String, id: String) throws(JournalError) -> Int64? {
        try journalling {
            try database.read { database in
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT identities.sequence FROM sources
                        JOIN identities ON identities.source = sources.id
                        WHERE sources.name = ? AND identities.id = ?
                        """, arguments: [source, id])
            }
        }
    }

    func ends() throws(JournalError) -> JournalEnds {
        try journalling { try database.read { try JournalEnds(in: $0) } }
    }
}
