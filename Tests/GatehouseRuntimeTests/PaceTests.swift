import GatehouseModel
import GatehouseRuntime
import Testing

@Suite("The pace of a demonstration's day")
struct PaceTests {
    private static let morning = Moment(seconds: 1_764_000_000)
    /// Five minutes at 60, an hour at 600, and then as usual.
    private static let pace = Pace(
        start: morning,
        stages: [
            Pace.Stage(rate: 60, until: morning + .seconds(300)),
            Pace.Stage(rate: 600, until: morning + .seconds(3900)),
        ])

    @Test(
        "each stage goes at its rate, and the last is followed by the usual one",
        arguments: [
            (Duration.zero, 0), (.seconds(1), 60), (.milliseconds(2500), 150), (.seconds(5), 300), (.seconds(6), 900),
            (.seconds(11), 3900), (.seconds(12), 3901), (.seconds(111), 4000),
        ] as [(Duration, Int64)])
    func stages(elapsed: Duration, shown: Int64) {
        #expect(Self.pace.wall(after: elapsed) == Self.morning + .seconds(shown))
    }

    @Test(
        "who waits for a moment wakes when the clock shows it, and less than a tick of the fast clock later",
        arguments: [0, 1, 149, 299_999, 300_000, 300_001, 1_234_567, 3_899_999, 3_900_000, 3_900_001, 90_000_000]
            as [Int64])
    func waiting(milliseconds: Int64) {
        let moment = Self.morning + .milliseconds(milliseconds)
        let shown = Self.pace.wall(after: Self.pace.elapsed(at: moment))
        #expect(shown >= moment)
        #expect(shown - moment <= .milliseconds(1))
    }

    @Test("a moment before the beginning has passed already")
    func past() {
        #expect(Self.pace.elapsed(at: Self.morning - .seconds(60)) < .zero)
    }

    @Test("without stages the clock only begins elsewhere")
    func noStages() {
        let pace = Pace(start: Self.morning, stages: [])
        #expect(pace.wall(after: .seconds(7)) == Self.morning + .seconds(7))
        #expect(pace.elapsed(at: Self.morning + .seconds(7)) == .seconds(7))
    }

    @Test("a timekeeper with a pace lives in its day, with real uptime beside it")
    func paced() {
        let timekeeper = Timekeeper(pace: Self.pace)
        let now = timekeeper.now
        #expect(now.wall == Self.pace.wall(after: now.uptime))
        #expect(timekeeper.wall >= now.wall)
    }
}
