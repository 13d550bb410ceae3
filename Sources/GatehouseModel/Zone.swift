/// The offsets of one time zone as a plain value: what the site's wall clock shows at any instant.
///
/// The rules come from the system's zone database, read once by whoever makes the value; from then on the arithmetic
/// needs no system call and gives the same answer on replay.
public struct Zone: Hashable, Sendable {
    /// From `start` on, local time is UTC plus `offsetSeconds`.
    public struct Span: Hashable, Sendable {
        public var start: Moment
        public var offsetSeconds: Int

        public init(start: Moment, offsetSeconds: Int) {
            self.start = start
            self.offsetSeconds = offsetSeconds
        }
    }

    /// What a local reading turned out to mean.
    public enum Reading: Hashable, Sendable {
        /// The reading happened exactly once.
        case once(Moment)
        /// Daylight saving skipped the reading: it is moved on by the length of the gap.
        case skipped(Moment)
        /// The reading came twice: this is the first of the two.
        case twice(Moment)

        /// The instant, however it was found.
        public var moment: Moment {
            switch self {
            case .once(let moment), .skipped(let moment), .twice(let moment): moment
            }
        }
    }

    /// The IANA name, for example `Asia/Shanghai`.
    public let name: String
    /// In order of `start`; the first one also holds for all time before it.
    public let spans: [Span]

    public static let utc = Zone(name: "UTC", spans: [Span(start: Moment(milliseconds: 0), offsetSeconds: 0)])

    public init(name: String, spans: [Span]) {
        precondition(!spans.isEmpty, "a zone has at least one offset")
        self.name = name
        self.spans = spans.sorted { $0.start < $1.start }
    }

    /// Seconds that local time is ahead of UTC at an instant.
    public func offsetSeconds(at moment: Moment) -> Int {
        spans[index(at: moment)].offsetSeconds
    }

    /// What the wall clock shows at an instant, cut to the second.
    public func local(at moment: Moment) -> LocalTime {
        LocalTime(secondsSince1970: moment.seconds + Int64(offsetSeconds(at: moment)))
    }

    /// The instant at which the wall clock shows `local`.
    public func moment(of local: LocalTime) -> Reading {
        let shown = local.secondsSince1970
        let near = index(at: Moment(seconds: shown))
        var hits: [Moment] = []
        for candidate in max(0, near - 1)...min(spans.count - 1, near + 1) {
            let moment = Moment(seconds: shown - Int64(spans[candidate].offsetSeconds))
            if index(at: moment) == candidate, !hits.contains(moment) { hits.append(moment) }
        }
        if let first = hits.min() { return hits.count == 1 ? .once(first) : .twice(first) }
        // In a gap: the offset that held before it reads the clock as if it had not been moved.
        let before = index(at: Moment(seconds: shown - Int64(spans[near].offsetSeconds)))
        let offset = min(spans[max(0, before - 1)].offsetSeconds, spans[before].offsetSeconds)
        return .skipped(Moment(seconds: shown - Int64(offset)))
    }

    private func index(at moment: Moment) -> Int {
        var low = 0
        var high = spans.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].start <= moment { low = middle } else { high = middle }
        }
        return low
    }
}
