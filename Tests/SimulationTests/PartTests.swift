import GatehouseModel
import Testing

@testable import GatehouseSimulation

@Suite("Agenda")
struct AgendaTests {
    @Test(
        "comes in order of time, and in the order of entry where that is the same",
        arguments: 1...5 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var agenda = Agenda<Int>()
        let dues = (0..<200).map { _ in random.duration(in: .zero...(.milliseconds(20))) }
        for (number, due) in dues.enumerated() { agenda.add(number, at: due) }
        var numbers: [Int] = []
        while let next = agenda.next() {
            #expect(next.due == dues[next.action])
            numbers.append(next.action)
        }
        #expect(numbers == dues.indices.sorted { (dues[$0], $0) < (dues[$1], $1) })
        #expect(agenda.count == 0)
        #expect(agenda.due == nil)
    }
}

@Suite("Journal in memory")
struct MemoryJournalTests {
    @Test("the same event twice is one row, and each row points to the one before it with its topic")
    func append() {
        var journal = MemoryJournal()
        journal.append([event("1", "punch.recorded"), event("2", "scan.recorded")], at: moment)
        journal.append([event("1", "punch.recorded"), event("3", "punch.recorded")], at: moment)
        #expect(journal.rows.map(\.recorded.sequence) == [1, 2, 3])
        #expect(journal.rows.map(\.recorded.previous) == [0, 0, 1])
        #expect(journal.head == 3)
    }

    @Test("an event is found by its source and id together")
    func place() {
        var journal = MemoryJournal()
        journal.append([event("1", "punch.recorded")], at: moment)
        #expect(journal.place(of: .init(source: "/a", id: "1")) == 1)
        #expect(journal.place(of: .init(source: "/b", id: "1")) == nil)
        journal.forget(1)
        #expect(journal.place(of: .init(source: "/a", id: "1")) == nil)
    }

    private let moment = Moment(seconds: 0)

    private func event(_ id: String, _ topic: Topic) -> Event {
        Event(
            source: "/a", id: id, topic: topic, subject: "x", time: Timestamp(moment: moment, offsetSeconds: 0),
            data: [])
    }
}

@Suite("Subscriber")
struct SubscriberTests {
    @Test("asks for what it missed, and gets everything once and in order")
    func gap() {
        var subscriber = Subscriber()
        let early = [1, 3, 4].map { subscriber.hear(recorded($0)) }
        #expect(early == [false, true, false])
        subscriber.replayed((2...4).map { recorded($0) }, head: 4)
        let late = [4, 5].map { subscriber.hear(recorded($0)) }
        #expect(late == [false, false])
        #expect(subscriber.delivered == [1, 2, 3, 4, 5])
    }

    @Test("with one topic it goes by the event before it, and a heartbeat shows what nothing follows")
    func filtered() {
        var subscriber = Subscriber(topic: "punch.recorded")
        let live = [
            recorded(2), recorded(3, topic: "scan.recorded"), recorded(7, previous: 2), recorded(11, previous: 9),
        ]
        let missed = live.map { subscriber.hear($0) }
        #expect(missed == [false, false, false, true])
        #expect(subscriber.wanted == 1)
        subscriber.replayed([recorded(2), recorded(3, topic: "scan.recorded"), recorded(7), recorded(9)], head: 9)
        #expect(subscriber.delivered == [2, 7, 9])
        let beats = [9, 11, 11].map { subscriber.heartbeat(head: $0) }
        #expect(beats == [false, true, false])
    }

    @Test("it begins again with what it had stored")
    func restart() {
        var subscriber = Subscriber()
        let missed = [1, 3].map { subscriber.hear(recorded($0)) }
        #expect(missed == [false, true])
        subscriber.restart()
        #expect(!subscriber.awaitsReplay)
        #expect(subscriber.wanted == 2)
    }

    private func recorded(_ sequence: Int64, previous: Int64 = 0, topic: Topic = "punch.recorded") -> Recorded {
        Recorded(sequence: sequence, previous: previous, recorded: Moment(seconds: 0), topic: topic, body: [])
    }
}

@Suite("Records of a simulated clock")
struct RecordKeepingTests {
    @Test("a record's identity and standing are what the clock itself reports")
    func identities() throws {
        var world = Sites.clock()
        try world.run(until: .seconds(5))
        try world.say(["punch": ["badge": "10007", "state": 1, "verify": 15]], 0)
        try world.run(until: .seconds(7))
        try world.say(["log": 3], 0)
        let device = try #require(world.stations[0].device as? any RecordKeeping)
        #expect(device.recordCount == 4)
        #expect(device.identity(of: 1).hasPrefix("10007/"))
        #expect(device.identity(of: 1).hasSuffix("/1/15"))
        #expect(device.standing(of: 1) == RecordStanding(isAcknowledged: true, isErased: false))
        #expect(device.standing(of: 2) == RecordStanding(isAcknowledged: false, isErased: false))
        #expect(world.report["acknowledged"]?.integer == 1)
    }
}
