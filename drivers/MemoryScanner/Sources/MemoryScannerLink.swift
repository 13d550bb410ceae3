import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

/// One thing asked of the scanner.
enum Job: Hashable, Sendable {
    /// Wakes it, and asks who it is.
    case interrogate
    case parameter(OPNParameter)
    /// Turns its own clearing off, where `prepare` allows it.
    case stopClearing
    case time
    /// Reads the memory; `confirming` that nothing has come since it was stored.
    case data(confirming: Bool)
    case clear
    case setTime
    case powerDown
}

/// A request whose reply is due.
struct Exchange: Sendable {
    var job: Job
    /// When it was last sent.
    var sent: Now
    var deadline: Duration
    /// How often it has been sent.
    var tries: Int
}

/// What was in the memory, from its reading until all of it is on disk.
struct MemoryRead: Sendable {
    /// What the read vouches for once it is on disk.
    var through: Moment
    var dump: OPNDump
    /// Up to where the dump has been handed over.
    var place = 0
    /// The time of the scan handed over last, and its number among those of that time.
    var stamp: UInt32?
    var ordinal = 0
    /// Batches that are not on disk yet.
    var outstanding: Set<Receipt> = []
}

/// Everything that ends with the link.
struct ScannerLink: Sendable {
    var reader: OPNReader
    var exchange: Exchange?
    /// What is asked next, in order.
    var jobs: [Job] = []
    /// Set while the rest of a spoilt reply runs out: when the line has been silent long enough.
    var drainedAt: Duration?
    var visitBegan: Duration
    /// When the next visit begins; nil during one.
    var visitDue: Duration?
    /// It has answered in this visit.
    var isAwake = false
    /// Who answered last.
    var identity: OPNIdentity?
    /// Its parameters have been asked for, or it does not tell them.
    var areParametersKnown = false
    /// Why its memory is not read, where a parameter forbids it.
    var obstacle: String?
    var hasStoppedClearing = false
    /// Device clock minus the gateway's, when it was last compared.
    var offset: Duration?
    /// The offset that was last told, so that only a change is told again.
    var reportedOffset: Duration?
    var read: MemoryRead?
    /// Completeness has been vouched for on this link.
    var hasVouched = false
    /// How often data have come spoilt in this visit, and how often they have changed before they could be cleared.
    var spoilt = 0
    var changed = 0
    /// Visits in a row that broke off.
    var failures = 0
    var clockCommands: [CommandID] = []
    var readCommands: [CommandID] = []
    var told: Set<String> = []
    var frames = FrameTally(first: .zero)

    init(check: OPNDataCheck, at uptime: Duration) {
        reader = OPNReader(check: check)
        visitBegan = uptime
    }
}

/// What is known beyond one link.
struct ScannerMemory: Sendable {
    /// The memory that is on disk, by its fingerprint.
    var stored: UInt64?
    /// When completeness was last vouched for, in uptime.
    var synced: Duration?
    var facts = DeviceFacts()
}
