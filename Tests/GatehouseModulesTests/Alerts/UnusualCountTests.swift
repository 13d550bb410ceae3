import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@Suite("count.unusual")
struct UnusualCountTests {
    @Test("a high count is told at once, and is over with its hour")
    func high() {
        var bench = AlertsBench()
        for day in 0..<36 { bench.live(day) }
        for extra in 0..<60 { bench.punch("B\(extra % 30)", at: .at(35, 18, extra / 2)) }
        bench.wait(until: .at(35, 21))
        let raised = bench.raised("count.unusual")
        #expect(Set(raised.map(\.subject)) == ["gate", "sewing"])
        #expect(raised.allSatisfy { (Moment.at(35, 18)..<Moment.at(35, 18, 20)).contains($0.at) })
        #expect(bench.cleared("count.unusual").map(\.at) == [.at(35, 19), .at(35, 19)])
    }

    @Test("a low count is told when the hour is over, and is over with the next")
    func low() {
        var bench = AlertsBench()
        for day in 0..<35 { bench.live(day) }
        bench.live(35, without: 0..<30)
        bench.wait(until: .at(35, 12))
        #expect(Set(bench.raised("count.unusual").map(\.subject)) == ["gate", "sewing"])
        #expect(bench.raised("count.unusual").allSatisfy { $0.at == .at(35, 8) })
        #expect(bench.cleared("count.unusual").allSatisfy { $0.at == .at(35, 9) })
    }

    @Test("holidays, make-up days, weekends and leave are what they are expected to be")
    func calendar() {
        let zone = Site.small.zone
        let (holiday, makeUp) = (CalendarDay(.at(36, 12), in: zone), CalendarDay(.at(40, 12), in: zone))
        var bench = AlertsBench(.small(holidays: [holiday], workdays: [makeUp]))
        for day in 0..<36 { bench.live(day) }
        for day in 37..<40 { bench.live(day) }
        bench.live(40, isWorked: true)
        for person in 0..<30 {
            bench.hear(
                "leave.granted",
                .leave(Leave(id: "L\(person)", person: "E\(person)", from: .at(42, 0), to: .at(43, 0), kind: "trip")),
                at: .at(41, 12))
        }
        bench.live(42, without: 0..<30)
        bench.wait(until: .at(42, 23))
        #expect(bench.turns.isEmpty)
    }

    @Test("hours in which the clock was away are not judged, for the people who use it neither")
    func outage() {
        var bench = AlertsBench()
        for day in 0..<35 { bench.live(day) }
        bench.disconnect("gate", at: .at(35, 7, 10))
        bench.connect("gate", at: .at(35, 7, 14))
        bench.live(35, without: 0..<30)
        #expect(bench.raised("count.unusual").isEmpty)
    }

    @Test("before four weeks nothing is told")
    func early() {
        var bench = AlertsBench()
        for day in 0..<25 { bench.live(day) }
        bench.live(25, without: 0..<30)
        bench.wait(until: .at(25, 23))
        #expect(bench.turns.isEmpty)
    }

    @Test("what has become normal is told three times, and learned the fourth")
    func newNormal() {
        var bench = AlertsBench()
        for day in 0..<35 { bench.live(day) }
        for day in 35..<63 { bench.live(day, without: 0..<24) }
        bench.wait(until: .at(63, 0))
        let mornings = bench.raised("count.unusual").filter { $0.subject == "sewing" && $0.at.isMorning }
        #expect((3...8).contains(mornings.count))
    }
}

extension Moment {
    fileprivate var isMorning: Bool { Site.small.zone.local(at: self).hour == 8 }
}
