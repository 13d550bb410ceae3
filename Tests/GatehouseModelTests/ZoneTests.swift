import GatehouseModel
import Testing

@Suite("Zone")
struct ZoneTests {
    /// Berlin in 2026: winter time, summer time from 29 March 01:00 UTC, winter time again from 25 October 01:00 UTC.
    let berlin = Zone(
        name: "Europe/Berlin",
        spans: [
            .init(start: Moment(seconds: 0), offsetSeconds: 3600),
            .init(start: Moment(seconds: 1_774_746_000), offsetSeconds: 7200),
            .init(start: Moment(seconds: 1_792_890_000), offsetSeconds: 3600),
        ])

    @Test(
        "an ordinary local time is one instant, and comes back the same",
        arguments: ["2026-01-15 08:30:00", "2026-07-15 08:30:00"])
    func ordinary(text: String) throws {
        let local = try #require(LocalTime(text))
        let reading = berlin.moment(of: local)
        #expect(reading == .once(reading.moment))
        #expect(berlin.local(at: reading.moment) == local)
    }

    @Test("a local time that daylight saving skips is moved on by the gap")
    func skipped() throws {
        let reading = berlin.moment(of: try #require(LocalTime("2026-03-29 02:30:00")))
        #expect(reading == .skipped(Moment(seconds: 1_774_746_000 + 1800)))
        #expect(berlin.local(at: reading.moment).text == "2026-03-29T03:30:00")
    }

    @Test("a local time that comes twice is the first of the two")
    func twice() throws {
        let reading = berlin.moment(of: try #require(LocalTime("2026-10-25 02:30:00")))
        #expect(reading == .twice(Moment(seconds: 1_792_890_000 - 1800)))
    }

    @Test("the edges of a change belong to the side they are written for")
    func edges() throws {
        let before = try #require(LocalTime("2026-03-29 01:59:59"))
        let after = try #require(LocalTime("2026-03-29 03:00:00"))
        #expect(berlin.moment(of: before) == .once(Moment(seconds: 1_774_745_999)))
        #expect(berlin.moment(of: after) == .once(Moment(seconds: 1_774_746_000)))
    }

    @Test("every instant of a year reads back as itself, or as the first of two")
    func roundTrip() {
        for step in 0..<(365 * 48) {
            let moment = Moment(seconds: 1_767_225_600 + Int64(step) * 1800)
            switch berlin.moment(of: berlin.local(at: moment)) {
            case .once(let same): #expect(same == moment)
            case .twice(let first): #expect(first == moment || first + .seconds(3600) == moment)
            case .skipped: Issue.record("an instant cannot show a skipped time: \(moment)")
            }
        }
    }
}

@Suite("Local time")
struct LocalTimeTests {
    @Test(
        "a date or time that does not exist is refused",
        arguments: [
            (2026, 2, 29, 0, 0, 0), (2026, 4, 31, 0, 0, 0), (2026, 13, 1, 0, 0, 0), (2026, 0, 1, 0, 0, 0),
            (2026, 1, 0, 0, 0, 0), (2026, 1, 1, 24, 0, 0), (2026, 1, 1, 0, 60, 0), (2026, 1, 1, 0, 0, 60),
            (1900, 2, 29, 0, 0, 0), (0, 1, 1, 0, 0, 0),
        ])
    func impossible(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        #expect(LocalTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second) == nil)
    }

    @Test("leap days exist where they should", arguments: [2000, 2024, 2400])
    func leapDays(year: Int) {
        #expect(LocalTime(year: year, month: 2, day: 29) != nil)
    }

    @Test("counting the days of four centuries forth and back loses none")
    func centuries() {
        var expected = LocalTime(secondsSince1970: -11_000_000_000)
        for day in stride(from: Int64(-11_000_000_000), through: 11_000_000_000, by: 86_400 * 13) {
            let local = LocalTime(secondsSince1970: day)
            #expect(local.secondsSince1970 == day)
            #expect(local >= expected)
            expected = local
        }
    }

    @Test(
        "the forms that devices and people write are read",
        arguments: ["2026-11-22 08:30:00", "2026-11-22T08:30:00", "2026/11/22 08:30:00", "2026-11-22 08:30"])
    func forms(text: String) {
        #expect(LocalTime(text)?.text == "2026-11-22T08:30:00")
    }

    @Test(
        "anything else is not read",
        arguments: [
            "", "2026-11-22", "2026-11-22 8h30", "2026-02-30 08:30:00", "2026-11-22 08:30:00:00", "+026-11-22 08:30:00",
        ])
    func refused(text: String) {
        #expect(LocalTime(text) == nil)
    }
}

@Suite("Timestamp")
struct TimestampTests {
    @Test("is written in local time with offset and milliseconds")
    func written() {
        let moment = Moment(milliseconds: 1_795_307_400_007)
        #expect(Timestamp(moment: moment, offsetSeconds: 28_800).text == "2026-11-22T08:30:00.007+08:00")
        #expect(Timestamp(moment: moment, offsetSeconds: -12_600).text == "2026-11-21T21:00:00.007-03:30")
        #expect(Timestamp(moment: Moment(milliseconds: -1), offsetSeconds: 0).text == "1969-12-31T23:59:59.999+00:00")
    }

    @Test(
        "every RFC 3339 form of one instant is that instant",
        arguments: [
            "2026-11-22T08:30:00.007+08:00", "2026-11-22T00:30:00.007Z", "2026-11-22t00:30:00.0079z",
            "2026-11-22 00:30:00.007Z", "2026-11-21T21:00:00.007-03:30",
        ])
    func read(text: String) {
        #expect(Timestamp(text)?.moment == Moment(milliseconds: 1_795_307_400_007))
    }

    @Test(
        "what is no RFC 3339 is not read",
        arguments: [
            "", "2026-11-22", "2026-11-22T08:30:00", "2026-11-22T08:30:00+8", "2026-02-30T08:30:00Z",
            "2026-11-22T08:30:00.Z", "2026-11-22T08:30:00+24:00", "2026-11-22T08:30:00Z ", "二〇二六-11-22T08:30:00Z",
        ])
    func refused(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
