import GRDB
public import GatehouseModel

extension JournalReader {
    /// The last event of a topic that is still stored; nil when there is none. Each event's `previous` leads on to
    /// the one before.
    public func lastEvent(ofTopic topic: Topic) throws(JournalError) -> Recorded? {
        let sequence = try journalling {
            try database.read { database in
                try Int64.fetchOne(database, sql: "SELECT head FROM topics WHERE name = ?", arguments: [topic.rawValue])
            }
        }
        return try sequence.map { sequence throws(JournalError) in try event(at: sequence) } ?? nil
    }

    /// The event with that sequence; nil when there is none, or it is stored no more.
    public func event(at sequence: Int64) throws(JournalError) -> Recorded? {
        guard sequence > 0 else { return nil }
        return try page(from: sequence, through: sequence, limits: .init(events: 1)).events.first
    }
}
