import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import AttendanceModule

@Suite("Properties of the records, from a seed")
struct RecordPropertyTests {
    /// Something that happened, when, and when it was received.
    private struct Happening {
        var content: Fact.Content
        var time: Moment
        var received: Moment
        var id: String
    }

    /// What was heard in order of time is heard in another order: in the end the same records say the same.
    @Test("The order of arrival does not change a closed day", arguments: UInt64(1)...20)
    func order(seed: UInt64) {
        let history = Self.history(seed)
        var generator = SplitMix64(seed: seed &+ 1000)
        let inTime = Self.play(history, on: seed)
        let late = history.map { happening in
            var happening = happening
            if Bool.random(using: &generator) {
                happening.received = happening.received + .seconds(Int64.random(in: 0...3 * 86_400, using: &generator))
            }
            return happening
        }
        let shuffled = Self.play(late.sorted { ($0.received, $0.id) < ($1.received, $1.id) }, on: seed)
        #expect(Self.told(shuffled) == Self.told(inTime))
    }

    @Test("Resuming from a snapshot changes nothing", arguments: UInt64(1)...10)
    func snapshot(seed: UInt64) throws {
        let history = Self.history(seed)
        let whole = Self.play(history, on: seed)
        var split = RecordStage(Self.site(seed), at: "2026-10-20 00:00")
        var generator = SplitMix64(seed: seed)
        for happening in history {
            split.hear(happening.content, at: happening.time, received: happening.received, id: happening.id)
            if Int.random(in: 0..<10, using: &generator) == 0 { try split.restart() }
        }
        split.wait(until: "2026-11-20 00:00")
        #expect(split.records == whole.records)
        #expect(split.unscheduled == whole.unscheduled)
        #expect(split.changes.map(\.new) == whole.changes.map(\.new))
    }

    @Test(
        "Every change follows the one before it, closed stays closed, and revisions count up", arguments: UInt64(1)...10
    )
    func changes(seed: UInt64) {
        var known: [RecordKey: AttendanceRecord] = [:]
        let stage = Self.play(Self.history(seed), on: seed)
        for change in stage.changes {
            #expect(change.old == known[change.key])
            switch change.kind {
            case .opened: #expect(change.old == nil && change.new?.isClosed == false)
            case .updated: #expect(change.old != nil && change.new?.isClosed == false)
            case .closed: #expect(change.old?.isClosed != true && change.new?.isClosed == true)
            case .revised: #expect(change.new?.revision == (change.old?.revision ?? 0) + 1)
            case .withdrawn: #expect(change.old != nil && change.new == nil)
            }
            known[change.key] = change.new
        }
        #expect(Set(known.values) == Set(stage.records))
    }

    @Test("Every punch that counts is in one record or unscheduled, never both", arguments: UInt64(1)...10)
    func partition(seed: UInt64) {
        let stage = Self.play(Self.history(seed), on: seed)
        var counted: [Int64] = []
        for record in stage.records {
            #expect(
                stage.book.countedPunches(of: record.key).count == Int(record.counted),
                "\(record) \(stage.line(record))")
        }
        for record in stage.records { counted += stage.book.countedPunches(of: record.key).map(\.sequence) }
        counted += stage.book.unscheduled().map(\.punch.sequence)
        let all = stage.book.files.indices.flatMap { person in
            stage.book.files[person].punches.indices.compactMap { place in
                let counts = stage.book.files[person].counts(place, debounce: 60_000)
                return counts ? stage.book.files[person].punches[place].sequence : nil
            }
        }
        #expect(counted.sorted() == all.sorted())
    }

    @Test("Facts of any year neither stop the book nor make it list years", arguments: UInt64(1)...3)
    func anyYear(seed: UInt64) {
        var stage = RecordStage(Self.site(seed), at: "2026-10-20 00:00")
        var generator = SplitMix64(seed: seed)
        for number in 0..<40 {
            var happening = Self.happening(number, &generator)
            let year = Int64.random(in: -62_135_596_800...253_402_300_799, using: &generator)
            happening.time = Moment(seconds: year)
            stage.hear(happening.content, at: happening.time, received: stage.clock, id: happening.id)
            stage.hear(
                .leave(
                    Leave(
                        id: "\(number)", person: "E1", from: .init(seconds: -62_135_596_800), to: happening.time,
                        kind: "")),
                at: happening.time, received: stage.clock)
            stage.hear(
                .assigned(person: "F1", date: CalendarDay(happening.time, in: stage.site.zone), shift: "day"),
                at: happening.time, received: stage.clock)
            stage.hear(
                .overtime(person: "E2", from: .init(seconds: -62_135_596_800), to: happening.time), at: happening.time,
                received: stage.clock)
            stage.hear(.synced(device: "gate-1", through: happening.time), at: happening.time, received: stage.clock)
            stage.hear(.disconnected(device: "gate-1", reason: ""), at: happening.time, received: stage.clock)
        }
        stage.wait(until: "2026-11-20 00:00")
        #expect(stage.records.count < 200)
    }

    @Test("A silence of thousands of years is passed over")
    func silence() {
        var stage = RecordStage()
        stage.punch("E1", "9999-01-04 08:00")
        #expect(stage.record("E1", "9999-01-04")?.counted == 1)
        #expect(stage.records.count < 5000)
    }

    /// What the records say, without the sequences, which the order of arrival gives, and how often they were closed.
    private static func told(_ stage: RecordStage) -> [String] {
        stage.records.map { "\($0.person) \($0.date.text) \($0.shift ?? "-") \($0.punches.count) \(stage.line($0))" }
            + stage.unscheduled
    }

    private static func play(_ history: [Happening], on seed: UInt64) -> RecordStage {
        var stage = RecordStage(site(seed), at: "2026-10-20 00:00")
        for happening in history {
            stage.hear(happening.content, at: happening.time, received: happening.received, id: happening.id)
        }
        stage.wait(until: "2026-11-20 00:00")
        return stage
    }

    private static func site(_ seed: UInt64) -> Site {
        let shifts: [Shift] = [
            .plain(
                "day", "08:00", "16:00", punches: seed % 3 == 0 ? .pairs : .firstLast,
                breaks: [.plain("12:00", "12:30")]),
            .plain("late", "16:00", "24:00", opensBefore: .seconds(3 * 3600)),
            .plain("night", "22:00", "06:00", breaks: [.plain("02:00", "02:30")]),
        ]
        let schedule = Schedule.entries([
            ScheduleEntry(who: .department("security"), from: .first, plan: .shift("day")),
            ScheduleEntry(who: .people(["E2"]), from: .first, plan: .cycle(["day", "late", "night", nil])),
            ScheduleEntry(
                who: .department("sewing"), from: .first, plan: .flexible(["day", "late", "night"], weeklyHours: nil)),
        ])
        return Site.plant(shifts: shifts, schedule: schedule, holidays: [.of("2026-11-01")], hasMemory: seed % 2 == 0)
            .with { $0.zone = [.shanghai, .berlin, .newYork][Int(seed % 3)] }
    }

    private static func history(_ seed: UInt64) -> [Happening] {
        var generator = SplitMix64(seed: seed)
        return (0..<400).map { happening($0, &generator) }.sorted { ($0.received, $0.id) < ($1.received, $1.id) }
    }

    /// Something within two weeks around the end of summer time.
    private static func happening(_ number: Int, _ generator: inout SplitMix64) -> Happening {
        let base: Int64 = 1_792_540_800
        // Milliseconds tell all times apart: of one time the order received decides.
        let time = Moment(
            milliseconds: (base + Int64.random(in: 0...14 * 24 * 60, using: &generator) * 60) * 1000
                + Int64(number) * 100)
        let person = ["E1", "E2", "E3", "F1", "F2", "V"].randomElement(using: &generator) ?? "E1"
        let content: Fact.Content =
            switch Int.random(in: 0..<40, using: &generator) {
            case 0:
                .correction(
                    Fact.Correction(
                        person: person, change: .void("e\(Int.random(in: 0..<400, using: &generator))"), reason: "",
                        by: ""))
            case 1: .correction(Fact.Correction(person: person, change: .add(time), reason: "", by: ""))
            case 2:
                .overtime(
                    person: person, from: time,
                    to: time + .seconds(Int64.random(in: 1...6, using: &generator) * 3600))
            case 3:
                .leave(
                    Leave(
                        id: "L\(number)", person: person, from: time,
                        to: time + .seconds(Int64.random(in: 1...20, using: &generator) * 3600), kind: ""))
            default:
                .punch(
                    Fact.Punch(
                        device: "gate-1", badge: "b-\(person)",
                        direction: Fact.Direction.allCases.randomElement(using: &generator) ?? .unknown))
            }
        return Happening(content: content, time: time, received: time, id: "e\(number)")
    }
}
