import GatehouseDriverKit
import GatehouseModel
import Testing

@Suite("Comparing a device's clock")
struct ClockRulesTests {
    @Test("the device is asked at the middle of the exchange")
    func middle() throws {
        let asked = Now(wall: Moment(seconds: 1_795_422_600), uptime: .zero)
        let answered = Now(wall: asked.wall + .seconds(2), uptime: .seconds(2))
        let shown = try #require(LocalTime("2026-11-23T08:30:11"))
        #expect(ClockRules.offset(of: shown, asked: asked, answered: answered, zone: .utc) == .seconds(10))
    }

    @Test("an offset is told at first, and again when it has changed", arguments: [(1, false), (2, true), (-2, true)])
    func news(change: Int, isNews: Bool) {
        #expect(ClockRules.isNews(.seconds(3), after: nil))
        #expect(ClockRules.isNews(.seconds(3 + change), after: .seconds(3)) == isNews)
    }

    @Test("what is vouched for ends earlier where the clock is slow, unless the gateway corrects the stamps")
    func vouched() {
        let moment = Moment(seconds: 1_795_422_600)
        let second = Duration.seconds(1)
        #expect(ClockRules.vouched(at: moment, offset: nil, policy: .report) == moment - second)
        #expect(ClockRules.vouched(at: moment, offset: .seconds(60), policy: .report) == moment - second)
        #expect(ClockRules.vouched(at: moment, offset: .seconds(-60), policy: .sync) == moment - .seconds(61))
        #expect(ClockRules.vouched(at: moment, offset: .seconds(-60), policy: .correct) == moment - second)
    }

    @Test("a clock is set to the site's time, to the nearest second")
    func siteTime() {
        let now = Now(wall: Moment(milliseconds: 1_795_422_600_500), uptime: .zero)
        #expect(ClockRules.siteTime(at: now, zone: .utc).text == "2026-11-23T08:30:01")
    }
}

@Suite("Frame tally")
struct FrameTallyTests {
    @Test("damaged frames are told at once, good ones when it is time")
    func telling() {
        var tally = FrameTally(first: .seconds(60))
        tally.good = 5
        #expect(tally.toTell(at: .seconds(59)) == nil)
        tally.bad = 1
        #expect(tally.toTell(at: .seconds(59)) == .frames(good: 5, bad: 1))
        tally.good = 2
        #expect(tally.toTell(at: .seconds(118)) == nil)
        #expect(tally.toTell(at: .seconds(119)) == .frames(good: 2, bad: 0))
    }

    @Test("nothing is told twice, and an empty tally says nothing")
    func rest() {
        var tally = FrameTally(first: .zero)
        #expect(tally.toTell(at: .seconds(1)) == nil && tally.rest() == nil)
        tally.good = 1
        #expect(tally.rest() == .frames(good: 1, bad: 0))
        #expect(tally.rest() == nil)
    }
}
