import GRDB

/// The names that events share (topics or sources), each with its number in the file and the last sequence that
/// bears it. It remembers a limited number of them; the rest is read from the file when it comes up.
struct SeriesBook: Sendable {
    /// The tables that hold names; both have the columns id, name and head.
    enum Table: String, Sendable {
        case topics
        case sources
    }

    /// One name's number and the sequence of its last event, 0 before the first.
    struct Series: Sendable {
        var id: Int64
        var head: Int64
        var isStored = true
    }

    /// A hostile publisher may invent topics without end; more than this many are not kept in memory.
    static let limit = 4096

    private let table: Table
    private var places: [String: Int] = [:]
    private var series: [Series] = []
    private var unsaved: [Int] = []
    private var current = 0
    private var currentName: String?

    /// An empty book over a table.
    init(table: Table) {
        self.table = table
    }

    /// The series of that name, made where it is new. It stays the current one until the next call.
    mutating func series(named name: String, in database: Database) throws -> Series {
        if name == currentName { return series[current] }
        if let place = places[name] {
            current = place
        } else {
            let found = try find(name, in: database) ?? create(name, in: database)
            current = series.count
            places[name] = current
            series.append(found)
        }
        currentName = name
        return series[current]
    }

    /// The current series has a new last event.
    mutating func advance(to sequence: Int64) {
        precondition(sequence > series[current].head, "sequences only rise")
        if series[current].isStored { unsaved.append(current) }
        series[current].head = sequence
        series[current].isStored = false
    }

    /// Writes the last sequences of whatever advanced.
    mutating func store(in database: Database) throws {
        let update = try HotStatement("UPDATE \(table.rawValue) SET head = ? WHERE id = ?", in: database)
        for place in unsaved {
            update.bind(series[place].head, at: 1)
            update.bind(series[place].id, at: 2)
            try update.run()
            series[place].isStored = true
        }
        unsaved.removeAll(keepingCapacity: true)
        if series.count > Self.limit { self = SeriesBook(table: table) }
    }

    private func find(_ name: String, in database: Database) throws -> Series? {
        let query = try HotStatement("SELECT id, head FROM \(table.rawValue) WHERE name = ?", in: database)
        return try query.binding(name, at: 1) {
            defer { query.reset() }
            return try query.step() ? Series(id: query.integer(0), head: query.integer(1)) : nil
        }
    }

    private func create(_ name: String, in database: Database) throws -> Series {
        let insertion = try HotStatement("INSERT INTO \(table.rawValue) (name, head) VALUES (?, 0)", in: database)
        try insertion.binding(name, at: 1) { try insertion.run() }
        return Series(id: database.lastInsertedRowID, head: 0)
    }
}
