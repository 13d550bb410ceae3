import GatehouseModel
import Testing

@testable import GatehouseJournal

/// What a journal must look like, kept in plain arrays.
private struct Model {
    var events: [Recorded] = []
    var known: [String: Int64] = [:]
    var anchor: Int64 = 0

    var head: Int64 { events.last?.sequence ?? anchor }

    mutating func expect(_ batch: [Event]) -> [Placement] {
        var next = head
        return batch.map { event in
            let key = event.source + " " + event.id
            if let first = known[key] { return Placement(sequence: first, isDuplicate: true) }
            next += 1
            known[key] = next
            return Placement(sequence: next, isDuplicate: false)
        }
    }
}

@Suite("A journal's life, from a seed")
struct JournalStoryTests {
    @Test("whatever happens in whatever order, the journal is what plain arrays say", arguments: UInt64(1)...12)
    func story(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let folder = try TemporaryFolder()
        var journal: Journal? = try folder.open()
        var (model, now) = (Model(), Moment.noon)
        for step in 0..<40 {
            now = now + .seconds(Int64.random(in: 0...60, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                journal = nil
                journal = try folder.open()
            case 1:
                try retain(try #require(journal), &model, now: now, random: &random)
            case 2:
                let copy = folder.path + "/copy-\(step).sqlite"
                try journal?.reader.backup(to: copy)
                #expect(try JournalReader.open(file: copy).page(from: 0, limits: .whole).events == model.events)
            default:
                try append(to: try #require(journal), &model, now: now, random: &random)
            }
        }
        let end = try #require(journal)
        #expect(end.head.sequence == model.head)
        #expect(try end.reader.page(from: 0, limits: .whole).events == model.events)
        #expect(try end.reader.verify() == .intact(events: Int64(model.events.count), head: end.head))
    }

    private func append(to journal: Journal, _ model: inout Model, now: Moment, random: inout SplitMix64) throws {
        let topics: [Topic] = ["punch.recorded", "scan.recorded", "ext.seldom"]
        let batch = (0..<Int.random(in: 1...30, using: &random)).map { _ in
            Event.punch(
                Int.random(in: 0..<600, using: &random), device: "clock-\(Int.random(in: 0..<3, using: &random))",
                topic: topics[Int.random(in: 0..<3, using: &random)], padding: Int.random(in: 0..<9000, using: &random))
        }
        let expected = model.expect(batch)
        let appended = try journal.append(batch, at: now)
        #expect(appended.placements == expected)
        model.events += appended.recorded
    }

    private func retain(_ journal: Journal, _ model: inout Model, now: Moment, random: inout SplitMix64) throws {
        let age = Int64.random(in: 0...600, using: &random)
        let outcome = try journal.retain(Retention(age: .seconds(age)), now: now)
        let kept = model.events.drop { $0.recorded < now - .seconds(age) }
        #expect(outcome.removed == Int64(model.events.count - kept.count))
        model.anchor = kept.first.map { $0.sequence - 1 } ?? model.head
        model.events = Array(kept)
    }
}

extension JournalPage.Limits {
    fileprivate static let whole = JournalPage.Limits(events: .max, bytes: .max, rows: .max)
}
