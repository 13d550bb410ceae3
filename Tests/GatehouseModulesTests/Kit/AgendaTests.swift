import GatehouseModel
import GatehouseModuleKit
import Testing

@Suite("Agenda")
struct AgendaTests {
    @Test("what is due comes in the order of deadlines, of one deadline in the order of keys")
    func order() {
        var agenda = Agenda<Int32>()
        for (key, second) in [(3, 20), (1, 20), (2, 10), (4, 30)] { agenda.set(Int32(key), at: .at(second)) }
        #expect(agenda.next == .at(10))
        #expect([1, 2, 3, 4].map { _ in agenda.pop(through: .at(20)) } == [2, 1, 3, nil])
        #expect(agenda.next == .at(30))
    }

    @Test("a key is due once, at the deadline that was set last")
    func moved() {
        var agenda = Agenda<Int32>()
        for second in [10, 30, 20] { agenda.set(1, at: .at(second)) }
        agenda.set(2, at: .at(25))
        #expect(agenda.next == .at(20))
        #expect((0..<3).map { _ in agenda.pop(through: .at(99)) } == [1, 2, nil])
        #expect(agenda.next == nil)
    }

    @Test("whatever is set, moved and cancelled, the next one is the earliest that holds", arguments: 0..<20)
    func anyOrder(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var agenda = Agenda<Int32>()
        var known: [Int32: Deadline] = [:]
        for _ in 0..<2000 {
            let key = Int32.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                agenda.cancel(key)
                known[key] = nil
            case 1:
                let due = known.filter { $0.value <= .at(50) }.min { ($0.value, $0.key) < ($1.value, $1.key) }
                #expect(agenda.pop(through: .at(50)) == due?.key)
                if let due { known[due.key] = nil }
            default:
                let deadline = Deadline.at(Int.random(in: 0..<100, using: &random))
                agenda.set(key, at: deadline)
                known[key] = deadline
            }
            #expect(agenda.next == known.values.min())
            #expect(agenda[key] == known[key])
        }
    }
}

@Suite("Findings")
struct FindingsTests {
    @Test("what one event brings is told apart by topic, subject and number, also after some of it was taken out")
    func ids() {
        var findings = Findings(cause: 42, clock: Moment(seconds: 0))
        findings.say("alert.raised", subject: "E1") { .null }
        #expect(findings.id(ofNext: "alert.raised", subject: "E1") == "alert.raised/E1/00000000000000000042/2")
        let first = findings.drain()
        for (topic, subject) in [("alert.raised", "E1"), ("alert.raised", "E2"), ("alert.cleared", "E1")] {
            findings.say(Topic(rawValue: topic), subject: subject) { .null }
        }
        #expect(
            (first + findings.drain()).map(\.id) == [
                "alert.raised/E1/00000000000000000042", "alert.raised/E1/00000000000000000042/2",
                "alert.raised/E2/00000000000000000042", "alert.cleared/E1/00000000000000000042",
            ])
    }

    @Test("long subjects that begin alike are told apart by their number")
    func longSubjects() {
        var findings = Findings(cause: 7, clock: Moment(seconds: 0))
        let start = String(repeating: "x", count: 200)
        findings.say("patrol.closed", subject: start + "a") { .null }
        findings.say("patrol.closed", subject: start + "b") { .null }
        let ids = findings.drain().map(\.id)
        #expect(Set(ids).count == 2)
        #expect(ids.allSatisfy { $0.utf8.count <= 256 })
    }
}

extension Deadline {
    fileprivate static func at(_ second: Int) -> Deadline { Deadline(Moment(seconds: Int64(second))) }
}
