import FCARDWire
import GatehouseDriverKit
import GatehouseModel

/// One thing asked of the wand.
enum Job: Hashable, Sendable {
    /// Is anybody there, and which wand is it?
    case number
    case version
    case status
    case live
    case time
    case counts
    /// What is still missing of the portion at hand.
    case records
    /// Says that the portion at hand is on disk.
    case moveIndex
    /// Has the index been moved to where it should be?
    case checkIndex
    case setTime
    case beep
}

/// A request whose reply is due.
struct Exchange: Sendable {
    var job: Job
    var request: FCARDRequest
    var infoCode: UInt16
    /// When it was sent.
    var sent: Now
    var deadline: Duration
    /// How often it has been sent.
    var tries: Int
}

/// Which records are to be read, from the place behind which they begin.
struct ReadPlan: Sendable {
    /// The places of the wand's memory.
    var capacity: UInt32
    /// The place read last.
    var start: UInt32
    /// How many places are still to be read.
    var remaining: UInt32
    /// The whole memory was asked for: the index stays, and empty places are expected.
    var isWhole: Bool
    /// Records that were handed over by this read.
    var handedOver = 0

    /// The next portion; it does not reach beyond the memory's last place. Nil when all is read.
    func next(limit: UInt32) -> (first: UInt32, count: UInt32)? {
        guard remaining > 0, capacity > 0 else { return nil }
        let from = start >= capacity ? 0 : start
        return (from + 1, min(limit, remaining, capacity - from))
    }

    /// Goes past a portion.
    mutating func pass(first: UInt32, count: UInt32) {
        start = first + (count - 1)
        remaining -= min(count, remaining)
    }
}

/// The places that are being read, until all of them are on disk.
struct Portion: Sendable {
    var first: UInt32
    var count: UInt32
    /// What has come in this reading, by place.
    var arrived: [UInt32: FCARDRecord] = [:]
    /// How many had come when the wand was last asked.
    var known = 0
    /// The reading before, once it was complete: two that agree are the truth.
    var earlier: [UInt32: FCARDRecord]?
    /// Requests that brought nothing new, and readings that did not agree.
    var vain = 0
    /// Being stored under this receipt.
    var receipt: Receipt?

    /// The places that have not come, up to the first that has: what to ask for.
    var missing: (first: UInt32, count: UInt32)? {
        let last = first + (count - 1)
        guard let from = (first...last).first(where: { arrived[$0] == nil }) else { return nil }
        let end = (from...last).first { arrived[$0] != nil } ?? last + 1
        return (from, end - from)
    }
}

/// Everything that ends with the link.
struct WandLink: Sendable {
    var framer = FCARDFramer()
    var exchange: Exchange?
    /// What is asked next, in order.
    var jobs: [Job] = []
    /// When the next visit begins; nil during one.
    var visitDue: Duration?
    /// Which wand answered last.
    var number: UInt8?
    var isIntroduced = false
    /// Device clock minus the gateway's, when it was last compared.
    var offset: Duration?
    /// The offset that was last told, so that only a change is told again.
    var reportedOffset: Duration?
    /// When the counts were asked for: what is then read vouches for that time.
    var countedAt = Moment(milliseconds: 0)
    var plan: ReadPlan?
    var portion: Portion?
    /// A place could not be read: the index must not be moved past it.
    var isBlocked = false
    /// Something was read in this visit.
    var hasRead = false
    var hasVouched = false
    /// Visits in a row that broke off.
    var failures = 0
    var clockCommands: [CommandID] = []
    var readCommands: [CommandID] = []
    var beepCommands: [CommandID] = []
    var told: Set<String> = []
    var frames = FrameTally(first: .zero)

    init(at uptime: Duration) {
        visitDue = uptime
    }
}

/// What is known beyond one link.
struct WandMemory: Sendable {
    /// When completeness was last vouched for, in uptime.
    var synced: Duration?
}
