/// Frames counted until they are told: damaged ones at once, so that a bad line shows, good ones now and then.
public struct FrameTally: Hashable, Sendable {
    /// Frames whose check was right.
    public var good = 0
    /// Frames whose check was wrong, and bytes that were none.
    public var bad = 0
    private let interval: Duration
    private var due: Duration

    /// - Parameters:
    ///   - first: When good frames are told first, in uptime.
    ///   - interval: How often after that.
    public init(first: Duration, every interval: Duration = .seconds(60)) {
        due = first
        self.interval = interval
    }

    /// What is to be told now; nil when nothing is, or not yet.
    public mutating func toTell(at uptime: Duration) -> DriverEffect? {
        guard good + bad > 0, bad > 0 || uptime >= due else { return nil }
        due = uptime + interval
        return rest()
    }

    /// All that has not been told; nil when that is nothing.
    public mutating func rest() -> DriverEffect? {
        guard good + bad > 0 else { return nil }
        defer { (good, bad) = (0, 0) }
        return .frames(good: good, bad: bad)
    }
}
