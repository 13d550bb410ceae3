public import GatehouseModel
import Glibc

/// Reads both clocks, for everybody: the one place where the gateway asks what time it is, and where waiting for the
/// wall clock becomes waiting.
public struct Timekeeper: Sendable {
    private let started = ContinuousClock().now
    private let pace: Pace?

    /// - Parameter pace: For a demonstration: the wall clock begins where it says and goes as fast as it says, and is
    ///   the machine's no more. Uptime is real all the same, and with it every timeout and back-off of a device.
    public init(pace: Pace? = nil) {
        self.pace = pace
    }

    /// Both clocks, read together.
    public var now: Now {
        let uptime = uptime
        return Now(wall: pace?.wall(after: uptime) ?? Self.machine, uptime: uptime)
    }

    /// The wall clock alone.
    public var wall: Moment { pace?.wall(after: uptime) ?? Self.machine }

    private var uptime: Duration { ContinuousClock().now - started }

    /// What the machine's wall clock shows.
    private static var machine: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Returns at that uptime, or earlier when the task is cancelled.
    func sleep(until uptime: Duration) async {
        try? await ContinuousClock().sleep(until: started + uptime, tolerance: nil)
    }

    /// Returns when the wall clock shows that moment, or earlier: a minute on, since it may be set meanwhile, or when
    /// the task is cancelled.
    public func sleep(untilWall moment: Moment) async {
        let now = now
        let due = pace?.elapsed(at: moment) ?? now.uptime + (moment - now.wall)
        await sleep(until: min(due, now.uptime + .seconds(60)))
    }
}
