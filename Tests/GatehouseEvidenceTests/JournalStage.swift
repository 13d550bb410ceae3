import GatehouseEvidence
import GatehouseModel
import GatehouseRules
import GatehouseRuntime
import GatehouseSite
import Testing

/// A journal in memory with the modules on it, as the gateway has them: what they find is appended too.
struct JournalStage {
    private(set) var events: [Int64: Recorded] = [:]
    private var newest: [Topic: Int64] = [:]
    private var fold = ModuleFold(["attendance", "patrol", "hazards", "alerts", "incentives"])
    private(set) var clock: Moment
    private let zone: Zone

    /// A site in Shanghai with these sections, in force from that local time on.
    init(_ sections: JSONValue, at time: String = "2026-11-01T00:00:00+08:00") throws {
        var members = sections.members ?? []
        for (name, value) in [("timezone", "Asia/Shanghai"), ("site", "sh1"), ("language", "en")]
        where sections[name] == nil {
            members.insert(.init(name, .string(value)), at: 0)
        }
        let reading = SiteReader.read(json: .object(members))
        let site = try #require(reading.site, "\(reading.problems.map(\.text))")
        zone = site.zone
        clock = try #require(Timestamp(time)).moment
        try hear("site.updated", site.updatedData, at: time, by: "clients/gateway")
    }

    // MARK: what happens

    /// An event that happened at a local time, received then or later. Gives its sequence.
    @discardableResult
    mutating func hear(
        _ topic: Topic, _ data: JSONValue, subject: String = "", at time: String, received: String? = nil,
        by source: String = "clients/hr"
    ) throws -> Int64 {
        let stamp = try #require(Timestamp(time))
        let arrival = try received.map { try #require(Timestamp($0)).moment } ?? stamp.moment
        pass(to: arrival)
        let event = Event(
            source: "/sites/sh1/\(source)", id: "event-\(events.count + 1)", topic: topic, subject: subject,
            time: stamp,
            data: data.bytes)
        return append(event)
    }

    @discardableResult
    mutating func punch(_ badge: String, at time: String, received: String? = nil) throws -> Int64 {
        let data: JSONValue = [
            "device": "gate-clock", "badge": .string(badge), "direction": "unknown", "method": "card",
            "deviceTime": .string(String(time.prefix(19))), "native": ["record": .integer(events.count)],
        ]
        return try hear(
            "punch.recorded", data, subject: badge, at: time, received: received, by: "devices/gate-clock")
    }

    @discardableResult
    mutating func scan(_ code: String, _ value: String, at time: String, received: String? = nil) throws -> Int64 {
        let data: JSONValue = [
            "device": "wand", "code": .string(code), "kind": "checkpoint", "value": .string(value),
            "authentic": "registered",
        ]
        return try hear("scan.recorded", data, subject: value, at: time, received: received, by: "devices/wand")
    }

    /// The time passes, and whatever was due happens.
    mutating func pass(to time: String) throws { pass(to: try #require(Timestamp(time)).moment) }

    private mutating func pass(to moment: Moment) {
        while let next = fold.nextDeadline, next < moment {
            clock = max(clock, next)
            guard let reminder = fold.reminder(at: clock) else { break }
            append(reminder)
        }
        clock = max(clock, moment)
    }

    @discardableResult
    private mutating func append(_ event: Event) -> Int64 {
        let sequence = store(event)
        var next = sequence
        // What follows from an event is appended after it, and heard in its turn.
        while let recorded = events[next] {
            for found in fold.take(recorded) { store(found) }
            next += 1
        }
        return sequence
    }

    @discardableResult
    private mutating func store(_ event: Event) -> Int64 {
        let sequence = Int64(events.count + 1)
        events[sequence] = Recorded(
            sequence: sequence, previous: newest[event.topic] ?? 0, recorded: clock, topic: event.topic,
            body: event.encoded(sequence: sequence, recorded: Timestamp(clock, in: zone)))
        newest[event.topic] = sequence
        return sequence
    }

    /// Retention takes everything up to a sequence.
    mutating func forget(through sequence: Int64) {
        events = events.filter { $0.key > sequence }
    }

    // MARK: what is asked

    var reading: EvidenceReading {
        EvidenceReading(
            event: { [events] sequence throws(EvidenceProblem) in events[sequence] },
            last: { [events, newest] topic throws(EvidenceProblem) in newest[topic].flatMap { events[$0] } },
            readSite: { SiteReader.read(json: $0).site })
    }

    func explain(
        _ figure: FigureName, depth: Int = .max, in language: Site.Language? = nil
    ) throws(EvidenceProblem) -> Explanation {
        try Explainer(reading, now: clock, language: language).explain(figure, depth: depth)
    }

    /// Why a figure cannot be explained.
    func refusal(_ figure: FigureName) -> EvidenceProblem? {
        do throws(EvidenceProblem) {
            _ = try explain(figure)
            return nil
        } catch {
            return error
        }
    }

    /// The events of a topic, the oldest first.
    func all(_ topic: Topic) -> [(sequence: Int64, data: JSONValue)] {
        events.values.filter { $0.topic == topic }.sorted { $0.sequence < $1.sequence }.map { event in
            (event.sequence, (try? JSONValue(parsing: event.body))?["data"] ?? .null)
        }
    }
}

extension Explanation {
    /// The tree's nodes, itself first.
    var nodes: [Explanation] { [self] + children.flatMap(\.nodes) }

    /// Every event that is named anywhere in the tree.
    var rows: [EvidenceRow] { nodes.flatMap(\.events) }
}
