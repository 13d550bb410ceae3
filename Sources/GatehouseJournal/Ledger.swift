import GRDB
import GatehouseModel

/// What the writing side remembers between transactions: the newest row, and the last sequence of each topic and
/// source.
struct Ledger: Sendable {
    /// The newest row on disk.
    private(set) var head: JournalMark
    private var topics = SeriesBook(table: .topics)
    private var sources = SeriesBook(table: .sources)

    /// Goes on after the newest row.
    init(head: JournalMark) {
        self.head = head
    }

    /// Stores the events inside the transaction that is open on `database`; call `committed(_:)` once it is on
    /// disk, or `rolledBack()` when it did not get there.
    mutating func store(_ events: [Event], recorded: Timestamp, in database: Database) throws -> (Appended, JournalMark)
    {
        var appended = Appended(capacity: events.count)
        var mark = head
        let insertion = try Insertion(in: database)
        for event in events {
            precondition(!event.source.isEmpty && !event.id.isEmpty, "an event needs a source and an id")
            let source = try sources.series(named: event.source, in: database)
            let next = mark.sequence + 1
            if let first = try insertion.claim(source: source.id, id: event.id, sequence: next) {
                appended.placements.append(Placement(sequence: first, isDuplicate: true))
                continue
            }
            let topic = try topics.series(named: event.topic.rawValue, in: database)
            let row = Recorded(
                sequence: next, previous: topic.head, recorded: recorded.moment, topic: event.topic,
                body: event.encoded(sequence: next, recorded: recorded))
            mark = try insertion.insert(row, topic: topic.id, source: source.id, after: mark)
            topics.advance(to: next)
            sources.advance(to: next)
            appended.placements.append(Placement(sequence: next, isDuplicate: false))
            appended.recorded.append(row)
        }
        if mark != head {
            try topics.store(in: database)
            try sources.store(in: database)
            try JournalEnds.store(head: mark, in: database)
        }
        return (appended, mark)
    }

    /// The transaction is on disk: from here on its rows count.
    mutating func committed(_ mark: JournalMark) {
        precondition(mark.sequence >= head.sequence, "the journal only grows")
        head = mark
    }

    /// The transaction is not on disk: what it taught about topics and sources is forgotten and read again when
    /// needed.
    mutating func rolledBack() {
        topics = SeriesBook(table: .topics)
        sources = SeriesBook(table: .sources)
    }
}

/// The statements that run for every event.
private struct Insertion {
    private let identity: HotStatement
    private let known: HotStatement
    private let event: HotStatement
    private let database: Database

    init(in database: Database) throws {
        self.database = database
        identity = try HotStatement(
            "INSERT INTO identities (source, id, sequence) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", in: database)
        known = try HotStatement("SELECT sequence FROM identities WHERE source = ? AND id = ?", in: database)
        event = try HotStatement(
            """
            INSERT INTO events (sequence, recorded, previous, topic, source, hash, body) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, in: database)
    }

    /// Takes the identity for a sequence; the sequence that has had it since earlier, if any.
    func claim(source: Int64, id: String, sequence: Int64) throws -> Int64? {
        identity.bind(source, at: 1)
        identity.bind(sequence, at: 3)
        try identity.binding(id, at: 2) { try identity.run() }
        guard database.changesCount == 0 else { return nil }

        known.bind(source, at: 1)
        return try known.binding(id, at: 2) {
            defer { known.reset() }
            guard try known.step() else {
                throw JournalError.damaged(atSequence: 0, reason: "an identity is there and is not")
            }
            return known.integer(0)
        }
    }

    /// Writes one row; its place and hash.
    func insert(_ row: Recorded, topic: Int64, source: Int64, after mark: JournalMark) throws -> JournalMark {
        try row.body.withUnsafeBytes { body in
            let hash = mark.hash.following(
                sequence: row.sequence, previous: row.previous, recorded: row.recorded.milliseconds, body: body)
            event.bind(row.sequence, at: 1)
            event.bind(row.recorded.milliseconds, at: 2)
            event.bind(row.previous, at: 3)
            event.bind(topic, at: 4)
            event.bind(source, at: 5)
            event.bind(blob: body, at: 7)
            return try hash.withUnsafeBytes { bytes in
                event.bind(blob: bytes, at: 6)
                try event.run()
                return JournalMark(sequence: row.sequence, hash: hash)
            }
        }
    }
}
