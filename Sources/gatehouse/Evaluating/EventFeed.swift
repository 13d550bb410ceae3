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
            var hasher = Hasher()
            hasher.combine(source)
            hasher.combine(id)
            var other = hasher
            other.combine(true)
            (first, second) = (hasher.finalize(), other.finalize())
        }
    }

    /// What becomes of the events of one topic.
    private enum Use {
        /// The modules hear them.
        case heard
        /// They let the time pass.
        case passed
        /// There is no such topic.
        case refused
    }

    /// Few topics come again and again.
    private var uses: [Topic: Use] = [:]

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
            let (recorded, time) = EventSkim.times(in: line)
            guard let received = recorded ?? time else { return true }
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
                let line = try read(line) { evaluation.wants($0) }
                if let until, line.received > until { return true }
                take(line, number: number, into: &evaluation, reader)
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
        var event: EventReading
        var received: Moment
        var isHeard: Bool
    }

    private mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, wants: (Topic) -> Bool
    ) throws(EventProblem) -> Line {
        let json: JSONValue
        do throws(JSONProblem) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw EventProblem(field: "event", reason: "no JSON at byte \(error.offset): \(error.reason)")
        }
        let event = try EventReading(json)
        let use = use(of: event.topic, wants: wants)
        guard use != .refused else {
            throw EventProblem(field: "type", reason: "\(event.topic.rawValue) is no topic; own topics are ext.<name>")
        }
        if let problem = PeopleEvents.problem(in: event.data, of: event.topic) { throw problem }
        return Line(event: event, received: try received(event, json), isHeard: use == .heard)
    }

    private func received(_ event: EventReading, _ json: JSONValue) throws(EventProblem) -> Moment {
        if let recorded = json["recordedtime"] {
            guard let time = recorded.text.flatMap({ Timestamp($0) }) else {
                throw EventProblem(field: "recordedtime", reason: "must be RFC 3339: 2026-11-22T08:30:00+08:00")
            }
            return time.moment
        }
        guard let time = event.time else {
            throw EventProblem(field: "time", reason: "give time or recordedtime; there is no clock beside the file")
        }
        return time.moment
    }

    private mutating func use(of topic: Topic, wants: (Topic) -> Bool) -> Use {
        if let known = uses[topic] { return known }
        let use: Use = topic.origin == nil ? .refused : wants(topic) ? .heard : .passed
        uses[topic] = use
        return use
    }

    private mutating func take(_ line: Line, number: Int, into evaluation: inout Evaluation, _ reader: FactReader) {
        let event = line.event
        ids.note(event.id, at: number)
        let isNew = seen.insert(Mark(source: event.source, id: event.id)).inserted
        guard isNew, line.isHeard else {
            evaluation.pass(to: line.received, sequence: Int64(number))
            return
        }
        evaluation.take(reader.fact(event, sequence: Int64(number), received: line.received))
    }
}
