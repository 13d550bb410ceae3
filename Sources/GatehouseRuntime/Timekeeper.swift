public import GatehouseModel
import Glibc

/// Reads both clocks, for everybody: the one place where the gateway asks what time it is.
public struct Timekeeper: Sendable {
    private let started = ContinuousClock().now

    public init() {}

    /// Both clocks, read together.
    public var now: Now {
        Now(wall: wall, uptime: ContinuousClock().now - started)
    }

    /// The wall clock alone.
    public var wall: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Returns at that uptime, or earlier when the task is cancelled.
    func sleep(until uptime: Duration) async {
        try? await ContinuousClock().sleep(until: started + uptime, tolerance: nil)
    }
}
