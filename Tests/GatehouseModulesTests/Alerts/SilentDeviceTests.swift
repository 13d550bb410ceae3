import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@Suite("device.silent")
struct SilentDeviceTests {
    @Test("a clock at which nobody punches though everybody does by then is told, until it gives something")
    func silent() {
        var bench = AlertsBench()
        for day in 0..<14 { bench.live(day) }
        #expect(bench.turns.isEmpty)
        bench.wait(until: .at(14, 12))
        let raised = bench.raised("device.silent")
        #expect(raised.map(\.subject) == ["gate"])
        #expect(raised.allSatisfy { (Moment.at(14, 8)...Moment.at(14, 8, 30)).contains($0.at) })
        bench.punch("B1", at: .at(14, 13))
        #expect(bench.cleared("device.silent").map(\.at) == [.at(14, 13)])
    }

    @Test("it is cleared when the device is disconnected, and a device that is away is not silent")
    func away() {
        var bench = AlertsBench()
        for day in 0..<14 { bench.live(day) }
        bench.wait(until: .at(14, 12))
        bench.disconnect("gate", at: .at(14, 13))
        #expect(bench.cleared("device.silent").map(\.at) == [.at(14, 13)])
        bench.wait(until: .at(15, 12))
        #expect(bench.raised("device.silent").count == 1)
    }

    @Test("rest days, holidays and a day on leave are quiet, and a make-up day on which people come is not silent")
    func calendar() {
        let zone = Site.small.zone
        let holiday = CalendarDay(.at(15, 12), in: zone)
        let makeUp = CalendarDay(.at(19, 12), in: zone)
        var bench = AlertsBench(.small(holidays: [holiday], workdays: [makeUp]))
        for day in 0..<15 { bench.live(day) }
        for day in 16..<19 { bench.live(day) }
        bench.live(19, isWorked: true)
        bench.wait(until: .at(21, 7))
        #expect(bench.turns.isEmpty)
    }

    @Test("where all who are expected are on leave, silence is what is expected")
    func leave() {
        var bench = AlertsBench()
        for day in 0..<14 { bench.live(day) }
        for person in 0..<40 {
            bench.hear(
                "leave.granted",
                .leave(Leave(id: "L\(person)", person: "E\(person)", from: .at(14, 0), to: .at(15, 0), kind: "trip")),
                at: .at(13, 20))
        }
        bench.wait(until: .at(14, 23))
        #expect(bench.turns.isEmpty)
    }

    @Test("after being away for over 5 min it has time to give something from its return on")
    func returned() {
        var bench = AlertsBench()
        for day in 0..<14 { bench.live(day) }
        bench.disconnect("gate", at: .at(14, 7))
        bench.connect("gate", at: .at(14, 8, 10))
        bench.wait(until: .at(14, 15))
        #expect(bench.raised("device.silent").isEmpty)
        bench.wait(until: .at(14, 18))
        #expect(bench.raised("device.silent").count == 1)
    }
}

extension AlertsBench {
    /// Everybody comes between 7:30 and 7:50 and goes between 16:00 and 16:20; nobody comes at the weekend.
    mutating func live(_ day: Int, isWorked: Bool? = nil, without absent: Range<Int> = 0..<0) {
        guard isWorked ?? (day % 7 < 5) else { return }
        for (hour, minute) in [(7, 30), (16, 0)] {
            for person in 0..<40 where !absent.contains(person) {
                punch("B\(person)", at: .at(day, hour, minute, Double(person * 30 + (day * 7 + person * 13) % 17)))
            }
        }
    }
}
