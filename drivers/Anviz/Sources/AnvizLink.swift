import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// One thing asked of the clock.
enum Job: Hashable, Sendable {
    case authenticate
    /// The serial number comes first: a stranger's records must not be read.
    case serial
    case configuration
    case model
    case getTime
    /// Sets the clock that was `offset` off.
    case setTime(offset: Duration)
    case counts(CountsPurpose)
    case download(AnvizDownload.Mode)
    /// Takes the mark "new" off so many records, all of them on disk.
    case clearMarks(Int)
    /// Erases the memory, which holds so many records, all of them on disk.
    case eraseAll(Int)

    /// Why the counts are asked for.
    enum CountsPurpose: Hashable, Sendable {
        /// Is there anything new?
        case poll
        /// The whole memory is about to be read.
        case beforeAll
        /// Marks are about to be cleared: they must still be there.
        case beforeMarks
        /// The memory is about to be erased: it must hold what was read, and nothing more.
        case beforeErasing
    }
}

/// A command whose reply is due.
struct Exchange: Sendable {
    var job: Job
    var code: AnvizCode
    /// When it was sent: what the reply says was true then or later.
    var sent: Now
    var deadline: Duration
}

/// Reading records, from the first packet until all of them are on disk.
struct RecordRead: Sendable {
    enum Kind: Hashable, Sendable {
        /// Those marked as new, up to a limit, then their marks are cleared.
        case new
        /// All of them; no mark is touched.
        case all(erasing: Bool)
    }

    var kind: Kind
    /// What the read vouches for once it is on disk.
    var through: Moment
    /// How many records the counts promised.
    var expected: Int
    /// The last packet, by which a repeated one is known.
    var last: [AnvizRecord]?
    /// A packet was asked for again, so that one may come twice.
    var repeats = false
    /// How often the whole memory was asked for from its beginning.
    var restarts = 0
    /// Taken and not handed over yet.
    var waiting: [AnvizRecord] = []
    /// How many were taken.
    var taken = 0
    /// The different ones among them: so many marks are certainly ours. Only kept for new records.
    var distinct: Set<AnvizRecord> = []
    /// The last packet was short: the clock had no more.
    var isEnded = false
    /// No further packet is asked for.
    var isOver = false
    /// Batches that are not on disk yet.
    var outstanding: Set<Receipt> = []
    /// Who asked for it.
    var commands: [CommandID] = []
}

/// Everything that ends with the link.
struct Link: Sendable {
    var transport: Transport
    var framer = AnvizFramer()
    /// The line is ours: only then may anything be sent.
    var isMine = false
    /// Given up: nothing is sent any more.
    var abandoned = false
    /// How many commands this turn has had.
    var turn = 0
    var exchange: Exchange?
    /// What is asked next, in order.
    var jobs: [Job]
    /// The address to ask; 0 until the first reply where any device is welcome.
    var device: UInt32
    /// Another address that answered.
    var stranger: UInt32?
    /// Replies that failed to come, in a row.
    var silences = 0
    /// The clock has answered on this link.
    var hasAnswered = false
    /// It has said who it is, and is the one that is meant, or nobody else can be.
    var isTrusted = false
    /// Heartbeats that wait for the line, by the device that sent them.
    var heartbeats: [UInt32] = []
    var facts = DeviceFacts(vendor: "Anviz")

    /// Records that came by themselves and are not on disk yet.
    var liveReceipts: Set<Receipt> = []
    var read: RecordRead?
    var pollDue = Duration.zero
    /// When the whole memory is due to be read; nil: not by itself.
    var fullReadDue: Duration?
    /// Commands that wait for the whole memory to be read.
    var readCommands: [CommandID] = []
    /// When `synced` may be said again.
    var syncedRest = Duration.zero

    /// Device clock minus the gateway's, when it was last compared.
    var offset: Duration?
    var reportedOffset: Duration?
    var clockDue = Duration.zero
    /// Commands that wait for the clock to be set.
    var clockCommands: [CommandID] = []
    /// Faults that are told once a link.
    var told: Set<String> = []

    var frames: FrameTally

    init(_ transport: Transport, device: UInt32, jobs: [Job], at uptime: Duration) {
        self.transport = transport
        self.device = device
        self.jobs = jobs
        frames = FrameTally(first: uptime)
    }

    /// Bytes may be lost and a command repeated; on TCP what does not come never will.
    var isLossy: Bool { transport != .tcp }
}

/// What is known of the clock beyond one link.
struct ClockMemory: Sendable {
    /// Tells whether the clock behind the address is still the same.
    var serial: String?
    /// The newest record seen; the clock must not be set back across it.
    var newest: LocalTime?
    /// All new records have been seen, so that `newest` is certain.
    var isRead = false
    var lastCounts: AnvizCounts?
    /// The fill, in per cent, that has been warned of: 0, 80 or 95.
    var warnedFill = 0
    /// When the last record was seen, to erase only while nobody punches.
    var lastSeen = Duration.zero
    /// No clock is set before this time.
    var clockRest: Duration?
    /// Erasing is not tried before this time.
    var erasingRest: Duration?
    /// When the whole memory was last read; nil: never by this driver.
    var lastFullRead: Duration?
}
