import EM4100Wire

/// Which tags lie at the reader, as far as it says.
///
/// A tag stays near while it is heard; whoever is heard for the first time, or again after the absence, is new.
struct Nearby: Sendable {
    /// More tags than this are never near at once: a reader hears one at a time.
    static let limit = 8

    let absence: Duration
    private var tags: [(tag: EM4100Tag, heard: Duration)] = []

    init(absence: Duration) {
        self.absence = absence
    }

    /// Whether the tag has come, rather than stayed.
    mutating func heard(_ tag: EM4100Tag, at uptime: Duration) -> Bool {
        let known = tags.first { $0.tag == tag }
        tags.removeAll { $0.tag == tag }
        if tags.count >= Self.limit { tags.removeFirst() }
        tags.append((tag, uptime))
        guard let known else { return true }
        return uptime - known.heard >= absence
    }

    /// Something came that could not be read: most likely the tag heard last, which is still there. Without this a
    /// disturbed line would make one presentation two.
    mutating func heardSomething(at uptime: Duration) {
        guard let last = tags.last, uptime - last.heard < absence else { return }
        tags[tags.count - 1].heard = uptime
    }
}
