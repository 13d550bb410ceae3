import GRDB
public import GatehouseModel

/// A stretch of the journal, in order.
public struct JournalPage: Hashable, Sendable {
    /// The events found, in rising sequence.
    public var events: [Recorded]
    /// Everything up to this sequence has been looked at: ask on from the next.
    public var scannedThrough: Int64

    /// How much one page may hold, so that no reader keeps a snapshot or memory for long.
    public struct Limits: Hashable, Sendable {
        /// At most that many events, at least 1.
        public var events: Int
        /// No further event is added once the bodies have that many bytes together.
        public var bytes: Int
        /// At most that many rows are looked at, at least 1.
        public var rows: Int

        /// A thousand events or 1 MiB; a rare topic ends the page after 50,000 rows.
        public init(events: Int = 1000, bytes: Int = 1 << 20, rows: Int = 50_000) {
            precondition(events > 0 && bytes > 0 && rows > 0, "a page that holds nothing would never end a replay")
            self.events = events
            self.bytes = bytes
            self.rows = rows
        }

        static let one = Limits(events: 1)
    }
}

extension JournalReader {
    /// The events from `first` through `last` whose topic begins with `topicPrefix` (empty for all), as many as the
    /// limits allow.
    ///
    /// A page without events is no end: go on at `scannedThrough + 1` until it reaches `last` or the head.
    public func page(
        from first: Int64, through last: Int64 = .max, topicPrefix: String = "", limits: JournalPage.Limits = .init()
    ) throws(JournalError) -> JournalPage {
        try journalling {
            try database.read { database in
                let topics = try TopicChoice(prefix: topicPrefix, in: database)
                let head = try JournalEnds(in: database).head.sequence
                return try Self.scan(
                    from: first, through: min(last, head), choosing: topics, limits: limits, in: database)
            }
        }
    }

    private static func scan(
        from first: Int64, through last: Int64, choosing topics: TopicChoice, limits: JournalPage.Limits,
        in database: Database
    ) throws -> JournalPage {
        var page = JournalPage(events: [], scannedThrough: max(last, first - 1))
        guard first <= last, !topics.isEmpty else { return page }
        var rows = try StoredRows(from: first, through: last, in: database)
        defer { rows.close() }
        var (bytes, looked) = (0, 0)
        while let row = try rows.next() {
            if let topic = topics[row.topic] {
                page.events.append(Recorded(row, topic: topic))
                bytes += row.body.count
            }
            looked += 1
            if page.events.count == limits.events || bytes >= limits.bytes || looked == limits.rows {
                page.scannedThrough = row.sequence
                break
            }
        }
        return page
    }
}

/// The topics a reader wants, by their numbers in the file.
private struct TopicChoice {
    private var topics: [Int64: Topic] = [:]

    init(prefix: String, in database: Database) throws {
        let statement = try HotStatement("SELECT id, name FROM topics", in: database)
        defer { statement.reset() }
        while try statement.step() {
            let name = String(decoding: statement.bytes(1), as: UTF8.self)
            if name.utf8.starts(with: prefix.utf8) { topics[statement.integer(0)] = Topic(rawValue: name) }
        }
    }

    var isEmpty: Bool { topics.isEmpty }

    subscript(id: Int64) -> Topic? { topics[id] }
}

extension Recorded {
    init(_ row: StoredRow, topic: Topic) {
        self.init(
            sequence: row.sequence, previous: row.previous, recorded: Moment(milliseconds: row.recorded), topic: topic,
            body: Array(row.body))
    }
}
