import GatehouseEngine
import GatehouseModel
import GatehouseModuleKit
import GatehouseModules
import GatehouseRules

/// Reads a file of events into an evaluation.
struct EventFeed {
    let file: EventFile
    let until: Moment?
    let skipsInvalid: Bool
    private(set) var ids = EventIDs()
    /// Lines that were no valid event.
    private(set) var invalid = 0
    private var seen: Set<Mark> = []

    /// Source and id of an event, in sixteen bytes.
    private struct Mark: Hashable {
        var first: Int
        var second: Int

        init(source: String, id: String) {
            first = Self.hash("a", source, id)
            second = Self.hash("b", id, source)
        }

        private static func hash(_ parts: String...) -> Int {
            var hasher = Hasher()
            for part in parts { hasher.combine(part) }
            return hasher.finalize()
        }
    }

    init(file: EventFile, until: Moment?, skipsInvalid: Bool) {
        self.file = file
        self.until = until
        self.skipsInvalid = skipsInvalid
    }

    /// When the clock starts: at the earliest receipt, or at the earliest time of those at most 31 days before it. Nil
    /// where there is no event.
    func start() throws -> Moment? {
        var earliest: Moment?
        var times: [Moment] = []
        try file.forEachLine { _, line in
            let texts = EventSkim.times(in: line)
            let time = texts.time.flatMap { Timestamp($0)?.moment }
            guard let received = texts.recorded.flatMap({ Timestamp($0)?.moment }) ?? time else { return true }
            if let until, received > until { return true }
            earliest = earliest.map { min($0, received) } ?? received
            if let time, time < received { times.append(time) }
            return true
        }
        guard let earliest else { return nil }
        let limit = earliest - .seconds(31 * 86_400)
        return times.filter { $0 >= limit && $0 < earliest }.min() ?? earliest
    }

    /// Hands every event to the evaluation, in the order of the lines.
    mutating func feed(_ evaluation: inout Evaluation, reader: FactReader) throws {
        try file.forEachLine { number, line in
            do throws(EventProblem) {
                let (event, received) = try read(line)
                if let until, received > until { return true }
                take(event, received: received, number: number, into: &evaluation, reader)
            } catch {
                guard skipsInvalid else {
                    throw Failure(.notInOrder, "\(file.place(number)): \(error.field): \(error.reason)")
                }
                invalid += 1
            }
            return true
        }
    }

    private struct Line {
        var event: Event
        var json: JSONValue
    }

    private func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(EventProblem) -> (Line, Moment) {
        let json: JSONValue
        do throws(JSONProblem) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw EventProblem(field: "event", reason: "no JSON at byte \(error.offset): \(error.reason)")
        }
        let missing = Timestamp(moment: Moment(milliseconds: 0), offsetSeconds: 0)
        let event = try Event(cloudEvent: json, now: missing)
        guard event.topic.origin != nil else {
            throw EventProblem(field: "type", reason: "\(event.topic.rawValue) is no topic; own topics are ext.<name>")
        }
        if let problem = PeopleEvents.problem(in: event) { throw problem }
        if let recorded = json["recordedtime"] {
            guard let time = recorded.text.flatMap({ Timestamp($0) }) else {
                throw EventProblem(field: "recordedtime", reason: "must be RFC 3339: 2026-11-22T08:30:00+08:00")
            }
            return (Line(event: event, json: json), time.moment)
        }
        guard json["time"] != nil else {
            throw EventProblem(field: "time", reason: "give time or recordedtime; there is no clock beside the file")
        }
        return (Line(event: event, json: json), event.time.moment)
    }

    private mutating func take(
        _ line: Line, received: Moment, number: Int, into evaluation: inout Evaluation, _ reader: FactReader
    ) {
        let event = line.event
        ids.note(event.id, at: number)
        let isNew = seen.insert(Mark(source: event.source, id: event.id)).inserted
        guard isNew, evaluation.wants(event.topic) else {
            evaluation.pass(to: received, sequence: Int64(number))
            return
        }
        evaluation.take(
            reader.fact(line.json, topic: event.topic, sequence: Int64(number), received: received))
    }
}
