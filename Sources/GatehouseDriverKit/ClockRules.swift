public import GatehouseModel

/// How a driver compares its device's clock with the gateway's, and when it sets it: the same for every family.
public enum ClockRules {
    /// Beyond this a clock is set, where the policy is `sync`.
    public static var tolerance: Duration { .seconds(5) }
    /// A change of the offset worth telling.
    public static var noteworthy: Duration { .seconds(2) }
    /// A clock that takes a time and does not keep it is not set again before this has passed.
    public static var rest: Duration { .seconds(600) }

    /// Device minus gateway, for a device that showed this time between the question and the answer.
    ///
    /// Readings of the wall are compared, not instants: a time that daylight saving repeats is then no hour off.
    public static func offset(of shown: LocalTime, asked: Now, answered: Now, zone: Zone) -> Duration {
        let middle = asked.wall + (answered.wall - asked.wall) / 2
        let wall = middle.milliseconds + Int64(zone.offsetSeconds(at: middle)) * 1000
        return .milliseconds(shown.secondsSince1970 * 1000 - wall)
    }

    /// Whether a clock this far off is to be set, where the policy is `sync`.
    public static func isOff(_ offset: Duration) -> Bool {
        magnitude(offset) > tolerance
    }

    /// Whether the offset differs from the one told last by so much that it is told again.
    public static func isNews(_ offset: Duration, after told: Duration?) -> Bool {
        told.map { magnitude(offset - $0) >= noteworthy } ?? true
    }

    /// The site's wall clock, rounded to the second: what a device's clock is set to.
    public static func siteTime(at now: Now, zone: Zone) -> LocalTime {
        zone.local(at: now.wall + .milliseconds(500))
    }

    /// The latest time of which it can be said that no reading stamped up to it will still come, given that everything
    /// was read at `moment`. Readings are stamped by the device, in whole seconds: one whose clock is slow will stamp
    /// the next earlier than `moment`, unless the gateway corrects the stamps.
    public static func vouched(at moment: Moment, offset: Duration?, policy: DriverContext.ClockPolicy) -> Moment {
        let lag = policy == .correct ? .zero : min(offset ?? .zero, .zero)
        return moment + lag - .seconds(1)
    }

    private static func magnitude(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }
}
