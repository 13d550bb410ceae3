import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseRuntime
import GatehouseSite

/// A journal read backwards: the newest events of a few topics, without reading all the others.
struct JournalHistory {
    private let reader: JournalReader

    /// Opens the journal of a data folder for reading, beside a running gateway or without one.
    init(folder: String) throws {
        do throws(JournalError) {
            reader = try JournalReader.open(file: Journal.file(in: folder))
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
    }

    /// The event with that sequence; nil where there is none.
    func event(at sequence: Int64) throws -> Recorded? {
        do throws(JournalError) {
            return try reader.event(at: sequence)
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
    }

    /// The last site that was in force, by the rules of which names are shown; nil where there never was one.
    func site() throws -> Site? {
        var site: Site?
        try walk("site.updated") { _, json in
            site = json["data"]?["site"].flatMap { SiteReader.read(json: $0).site }
            return site == nil
        }
        return site
    }

    /// The events of a topic from the newest back, for as long as `body` says so.
    func walk(_ topic: Topic, _ body: (Recorded, JSONValue) throws -> Bool) throws {
        var next: Recorded?
        do throws(JournalError) {
            next = try reader.lastEvent(ofTopic: topic)
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
        while let event = next {
            guard try body(event, (try? JSONValue(parsing: event.body)) ?? .null) else { return }
            next = try self.event(at: event.previous)
        }
    }

    /// The events of some topics that were stored since a moment, the newest first, whatever their topic.
    func newest(_ topics: [Topic], since moment: Moment) throws -> [(event: Recorded, json: JSONValue)] {
        var found: [(event: Recorded, json: JSONValue)] = []
        for topic in topics {
            try walk(topic) { event, json in
                guard event.recorded >= moment else { return false }
                found.append((event, json))
                return true
            }
        }
        return found.sorted { $0.event.sequence > $1.event.sequence }
    }
}
