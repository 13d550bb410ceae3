/// An instant on the wall clock: whole milliseconds since 1970-01-01T00:00:00Z.
public struct Moment: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    public var milliseconds: Int64

    /// The instant that many milliseconds after 1970 began.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The instant that many whole seconds after 1970 began.
    public init(seconds: Int64) {
        self.milliseconds = seconds * 1000
    }

    /// Whole seconds since 1970, rounded towards the past.
    public var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    public static func < (left: Moment, right: Moment) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant `duration` later, cut to whole milliseconds.
    public static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(milliseconds: moment.milliseconds + duration.wholeMilliseconds)
    }

    /// The instant `duration` earlier, cut to whole milliseconds.
    public static func - (moment: Moment, duration: Duration) -> Moment {
        Moment(milliseconds: moment.milliseconds - duration.wholeMilliseconds)
    }

    /// The time from `right` to `left`; negative when `right` is later.
    public static func - (left: Moment, right: Moment) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }
}

/// Both clocks, read together, once, at the edge of the program.
public struct Now: Hashable, Sendable {
    /// For stamping. It jumps when an operator or NTP corrects it.
    public var wall: Moment
    /// For timing out. It never goes back.
    public var uptime: Duration

    public init(wall: Moment, uptime: Duration) {
        self.wall = wall
        self.uptime = uptime
    }
}

extension Duration {
    /// The duration in milliseconds, cut towards zero.
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
