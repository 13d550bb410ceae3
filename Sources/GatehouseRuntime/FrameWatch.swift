import GatehouseModuleKit

/// How many frames of a device came and how many failed, over a stretch of time.
struct FrameWatch: Hashable, Sendable {
    private struct Count: Hashable, Sendable {
        var uptime: Duration
        var frames: Int
        var bad: Int
    }

    private var counts: [Count] = []

    /// The totals as they are now. Totals that fall are those of a new session.
    mutating func note(_ frames: Int, bad: Int, at uptime: Duration, keeping span: Duration) {
        if let last = counts.last, frames < last.frames || bad < last.bad { counts = [] }
        counts.append(Count(uptime: uptime, frames: frames, bad: bad))
        // One from before the stretch is kept: the differences are to it.
        while counts.count > 2, uptime - counts[1].uptime >= span { counts.removeFirst() }
    }

    /// Good and bad frames of the stretch.
    var frames: Int { bad + good }
    var bad: Int { (counts.last?.bad ?? 0) - (counts.first?.bad ?? 0) }
    private var good: Int { (counts.last?.frames ?? 0) - (counts.first?.frames ?? 0) }

    /// The part that failed; nil where none came.
    var badShare: Fraction? { frames > 0 ? Fraction(bad, over: frames) : nil }

    /// Whether a whole stretch has been watched.
    func isFull(_ span: Duration) -> Bool {
        guard let first = counts.first, let last = counts.last else { return false }
        return last.uptime - first.uptime >= span
    }
}
