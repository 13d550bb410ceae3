public import GatehouseModel

/// How fast the wall clock of a demonstration goes: in stages of a rate each, and as usual after the last.
public struct Pace: Hashable, Sendable {
    /// A stretch of the wall clock's time that goes at one rate.
    public struct Stage: Hashable, Sendable {
        /// How many seconds the wall clock counts in a real one.
        public var rate: Int
        /// When the wall clock shows this, the next stage begins.
        public var until: Moment

        public init(rate: Int, until: Moment) {
            precondition(rate >= 1, "a clock goes forward")
            self.rate = rate
            self.until = until
        }
    }

    /// What the wall clock shows at the beginning.
    public let start: Moment
    public let stages: [Stage]

    public init(start: Moment, stages: [Stage]) {
        let ends = [start] + stages.map(\.until)
        precondition(zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 }, "each stage ends after the one before")
        self.start = start
        self.stages = stages
    }

    /// What the wall clock shows after that much real time.
    public func wall(after elapsed: Duration) -> Moment {
        var (wall, left) = (start, elapsed)
        for stage in stages {
            let length = (stage.until - wall) / stage.rate
            guard left >= length else { return wall + left * stage.rate }
            (wall, left) = (stage.until, left - length)
        }
        return wall + left
    }

    /// After how much real time the wall clock shows that moment, and not a millisecond less.
    public func elapsed(at moment: Moment) -> Duration {
        var (wall, elapsed) = (start, Duration.zero)
        for stage in stages {
            // The division cuts off what a nanosecond makes up for.
            guard moment >= stage.until else { return elapsed + (moment - wall) / stage.rate + .nanoseconds(1) }
            elapsed += (stage.until - wall) / stage.rate
            wall = stage.until
        }
        return elapsed + (moment - wall)
    }
}
