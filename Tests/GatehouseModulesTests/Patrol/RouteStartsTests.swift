import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import Testing

@testable import PatrolModule

@Suite("The starts of a route")
struct RouteStartsTests {
    private func starts(_ starts: Starts, in zone: Zone = .shanghai, after: String, count: Int) -> [String] {
        var calendar = RouteStarts(starts, in: zone)
        var moment = Moment(after)
        return (0..<count).compactMap { _ in
            guard let next = calendar.next(after: moment) else { return nil }
            moment = next
            return String(Timestamp(next, in: zone).text.dropFirst(5).dropLast(13))
                + String(Timestamp(next, in: zone).text.suffix(6).prefix(3))
        }
    }

    @Test("step through midnight where `to` is not after `from`, both ends included")
    func throughMidnight() {
        #expect(
            starts(.every(240, from: "22:00", to: "06:00"), after: "02 12:00", count: 4) == [
                "11-02T22:00+08", "11-03T02:00+08", "11-03T06:00+08", "11-03T22:00+08",
            ])
    }

    @Test("that fall on one instant are one")
    func once() {
        #expect(
            starts(.every(720, from: "08:00", to: "08:00"), after: "02 00:00", count: 4) == [
                "11-02T08:00+08", "11-02T20:00+08", "11-03T08:00+08", "11-03T20:00+08",
            ])
        #expect(starts(.at("08:00", "08:00"), after: "02 00:00", count: 2) == ["11-02T08:00+08", "11-03T08:00+08"])
    }

    @Test("belong to the day of `from`, after midnight too")
    func days() {
        #expect(
            starts(.every(240, from: "22:00", to: "02:00", days: [.mon]), after: "02 12:00", count: 3) == [
                "11-02T22:00+08", "11-03T02:00+08", "11-09T22:00+08",
            ])
        #expect(
            starts(.at("02:00", days: [.mon]), after: "02 12:00", count: 2) == ["11-09T02:00+08", "11-16T02:00+08"])
    }

    @Test("reach the end of the day with `to: 24:00`")
    func endOfDay() {
        #expect(
            starts(.every(60, from: "23:00", to: "24:00"), after: "02 12:00", count: 3) == [
                "11-02T23:00+08", "11-03T00:00+08", "11-03T23:00+08",
            ])
    }

    @Test("that daylight saving skips are moved on, and fall together with others")
    func skipped() {
        #expect(
            starts(.every(30, from: "01:00", to: "04:00"), in: .berlin, after: "2026-03-29T00:00:00+01:00", count: 5)
                == ["03-29T01:00+01", "03-29T01:30+01", "03-29T03:00+02", "03-29T03:30+02", "03-29T04:00+02"])
    }

    @Test("that come twice are the first of the two")
    func twice() {
        #expect(
            starts(.every(30, from: "01:30", to: "03:00"), in: .berlin, after: "2026-10-25T00:00:00+02:00", count: 4)
                == ["10-25T01:30+02", "10-25T02:00+02", "10-25T02:30+02", "10-25T03:00+01"])
    }

    @Test("never end early, and there are none on no day")
    func none() {
        #expect(starts(.at("08:00", days: []), after: "02 12:00", count: 1) == [])
        #expect(starts(.at("08:00"), after: "9999-12-31T23:00:00Z", count: 1) == [])
    }

    @Test("are the same from whichever moment they are asked for")
    func jumping() {
        var kept = RouteStarts(.every(50, from: "20:00", to: "07:00", days: [.mon, .wed, .sat]), in: .berlin)
        var random = SplitMix64(seed: 3)
        for _ in 0..<300 {
            let moment = Moment(seconds: 1_792_000_000 + Int64(random.next() % 3_000_000))
            var fresh = RouteStarts(.every(50, from: "20:00", to: "07:00", days: [.mon, .wed, .sat]), in: .berlin)
            #expect(kept.next(after: moment) == fresh.next(after: moment))
        }
    }
}

@Suite("Rounds and daylight saving")
struct RoundDaylightTests {
    @Test("a round lasts its elapsed time through a change")
    func elapsed() throws {
        let routes = [Route.night(checkpoints: ["CP01"], starts: .at("01:30"), duration: 60, tolerance: 10)]
        var stage = PatrolStage(
            .patrolled(routes: routes, zone: .berlin), at: "2026-03-28T12:00:00+01:00")
        stage.scan("C1", at: "2026-03-29T03:35:00+02:00")
        stage.wait(until: Moment("2026-03-29T12:00:00+02:00"))
        let round = try #require(stage.rounds.first)
        #expect(round.round == "night@2026-03-29T01:30:00+01:00")
        #expect(round.close - round.start == .seconds(70 * 60))
        #expect(round.status == .late)
    }
}

@Suite("The first rounds")
struct FirstRoundTests {
    @Test("are those that are still open when the first site is heard, the last moment included")
    func stillOpen() {
        for (start, count) in [("02 22:50", 1), ("02 22:51", 0), ("02 22:00", 1), ("02 21:59", 0)] {
            let stage = PatrolStage(at: start)
            #expect(stage.events("patrol.opened").count == count, "\(start)")
        }
    }

    @Test("of a route that is new with a later site begin after it")
    func newRoute() {
        var stage = PatrolStage()
        stage.change(.patrolled(routes: [.night(), .night("new")]), at: "02 22:10")
        stage.wait(until: "03 22:00")
        #expect(
            stage.events("patrol.opened").map(\.subject) == [
                "night@2026-11-02T22:00:00+08:00", "new@2026-11-03T22:00:00+08:00", "night@2026-11-03T22:00:00+08:00",
            ])
    }

    @Test("are none before a site is heard")
    func noSite() {
        var module = PatrolModule()
        var findings = Findings(cause: 1, clock: Moment("02 22:00"))
        let scan = Fact.Scan(device: "wand", code: "C1", kind: "unknown", value: nil, authentic: "unknown")
        module.hear(
            Fact(
                sequence: 1, id: "e1", source: "", topic: "scan.recorded", time: Moment("02 22:00"),
                received: Moment("02 22:00"), content: .scan(scan)), into: &findings)
        #expect(findings.list.isEmpty && module.nextDeadline == nil)
    }

    @Test("stop where nothing is heard for longer than rounds are kept, and go on with the next event")
    func dormant() {
        var stage = PatrolStage()
        stage.wait(until: "2036-11-02T12:00:00+08:00")
        #expect((400...402).contains(stage.events("patrol.opened").count))
        stage.scan("C1", at: "2036-11-02T22:10:00+08:00")
        #expect(stage.events("patrol.opened").last?.subject == "night@2036-11-02T22:00:00+08:00")
        #expect(stage.rounds.last?.visited == ["CP01"])
    }
}
