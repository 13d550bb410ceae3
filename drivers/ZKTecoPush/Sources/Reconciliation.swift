import GatehouseDriverKit
import GatehouseModel

/// Whether the device's log and what has come agree, found out by counting: how far that is.
struct Reconciliation: Sendable {
    enum Stage: Hashable, Sendable {
        /// Nothing is under way.
        case idle
        /// The device has been asked for punches, or is sending them.
        case querying
        /// It says that it has sent them; what is under way may still come.
        case settling
        /// It has been asked for a count.
        case counting
    }

    /// A stretch of local time, both ends included, in seconds as the device's clock counts them.
    struct Window: Hashable, Sendable {
        var from: LocalTime
        var through: LocalTime
        /// What can be vouched for if the count agrees.
        var moment: Moment

        func contains(_ time: LocalTime) -> Bool { from <= time && time <= through }
    }

    var stage = Stage.idle
    /// When the next round begins; nil: not before the device calls.
    var due: Duration?
    var window: Window?
    /// Queries in this round.
    var queries = 0
    /// Lines within the window since the last query went out.
    var queryLines = 0
    /// Whether a whole query has succeeded in the driver's life: before it the driver knows nothing of the log.
    var isFounded = false
    /// Whether the device can count; nil: not known yet.
    var counts: Bool?
    /// By how much the device's count may exceed the number of punches here: it counts a punch twice that was made
    /// twice within a second, which is one event here.
    var surplus = 0
    /// Who asked for the whole log, and is answered when this round ends; and when the next one does.
    var commands: [CommandID] = []
    var waiting: [CommandID] = []
    /// Punches of the last days.
    var delivered = DeliveredPunches()

    /// Has the next round begin no later than then.
    mutating func hasten(to uptime: Duration) {
        due = min(due ?? uptime, uptime)
    }
}

/// Marks of the punches that have come lately, to compare their number with the device's.
struct DeliveredPunches: Sendable {
    /// Beyond this the older half is forgotten.
    static let limit = 8192

    private var times: [UInt64: LocalTime] = [:]
    /// Before this the marks are not complete.
    private(set) var knownFrom: LocalTime?

    mutating func insert(_ identity: String, at time: LocalTime) {
        times[identity.utf8.mark] = time
        guard times.count > Self.limit else { return }
        let middle = times.values.sorted()[times.count / 2]
        forget(before: middle)
    }

    /// All marks from then on are there, as far as these are not forgotten.
    mutating func complete(from time: LocalTime) {
        knownFrom = time
    }

    mutating func forget(before time: LocalTime) {
        times = times.filter { $0.value >= time }
        if let known = knownFrom { knownFrom = max(known, time) }
    }

    func count(in window: Reconciliation.Window) -> Int {
        times.values.count { window.contains($0) }
    }
}
