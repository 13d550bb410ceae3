import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// One thing asked of the clock.
enum Job: Hashable, Sendable {
    /// The serial number comes first: a stranger's records must not be read.
    case serial
    case deviceInfo
    /// Sets the clock that was `offset` off.
    case setTime(offset: Duration)
    /// All records, or those from a little before the last read on.
    case records(isFull: Bool)
    /// Deletes the records up to a time, all of them on disk.
    case delete(upTo: LocalTime)
}

/// A command whose answer is due.
struct Exchange: Sendable {
    var job: Job
    /// When it was sent: what the answer says was true then or later.
    var sent: Now
    var deadline: Duration
}

/// Reading records, from the command until all of them are on disk.
struct RecordRead: Sendable {
    var isFull: Bool
    /// What the read vouches for once it is on disk.
    var through: Moment
    /// What the device's clock showed when it began.
    var shown: LocalTime?
    /// The record whose items are coming in.
    var record = HanvonRecord()
    /// Read and not handed over yet.
    var waiting: [Observation] = []
    var taken = 0
    var unreadable: [[UInt8]] = []
    var unreadableCount = 0
    var newest: LocalTime?
    /// The answer has come whole, and in good order.
    var isOver = false
    /// Batches that are not on disk yet.
    var outstanding: Set<Receipt> = []
    /// Who asked for it.
    var commands: [CommandID] = []
}

/// Answers owed to a clock that delivers, in order: they carry no number.
struct OwedAnswer: Sendable {
    /// What must be on disk first; nil when nothing must.
    var receipt: Receipt?
    var message: HanvonMessage
}

/// Everything that ends with the link.
struct Link: Sendable {
    enum Mode: Sendable {
        /// Until then the clock may show that it delivers.
        case undecided(until: Duration)
        case pull
        case push
    }

    var framer: HanvonFramer
    var mode: Mode
    var abandoned = false
    /// When a clock that delivers must have said its first word; nil once it has.
    var firstWordDue: Duration?
    var exchange: Exchange?
    /// What is asked next, in order.
    var jobs: [Job] = []
    /// The message that is coming in: its word, and its items where they are no records.
    var word = ""
    var items = HanvonRecord()
    var facts = DeviceFacts(vendor: "Hanvon")
    var isIdentified = false

    var read: RecordRead?
    var pollDue: Duration
    /// Commands that wait for everything to be read.
    var readCommands: [CommandID] = []
    var syncedRest = Duration.zero

    /// Device clock minus the gateway's, when it was last compared.
    var offset: Duration?
    var reportedOffset: Duration?
    /// Commands that wait for the clock to be set.
    var clockCommands: [CommandID] = []

    /// How many messages that nobody asked for the read at hand has brought.
    var unasked = 0
    /// Answers that a delivering clock waits for.
    var owed: [OwedAnswer] = []
    /// Receipts of delivered records that have come back before their turn.
    var recorded: Set<Receipt> = []

    var told: Set<String> = []
    var frames: FrameTally

    init(_ settings: HanvonSettings, at uptime: Duration) {
        framer = HanvonFramer(key: settings.key)
        pollDue = uptime
        frames = FrameTally(first: uptime)
        mode =
            switch settings.mode {
            case .auto: .undecided(until: uptime + .milliseconds(1500))
            case .pull: .pull
            case .push: .push
            }
        firstWordDue = settings.mode == .push ? uptime + .seconds(60) : nil
    }
}

/// What is known of the clock beyond one link.
struct ClockMemory: Sendable {
    /// Tells whether the clock behind the address is still the same.
    var serial: String?
    /// The next read begins a little before it: what the device's clock showed when the last complete one began.
    var readFrom: LocalTime?
    /// The newest record seen; the clock must not be set back across it.
    var newest: LocalTime?
    /// Everything has been read once, so that `newest` is certain and a read of the last minutes is complete.
    var isRead = false
    /// When everything is to be read again; nil: not by itself.
    var fullReadDue: Duration?
    /// The offset of the clock when it was last compared.
    var offset: Duration?
    /// Something was understood with the key at hand.
    var isUnderstood = false
    /// Links on which nothing was understood.
    var unreadableLinks = 0
    /// How many records a full read found.
    var logUsed: Int?
    /// No clock is set before this time.
    var clockRest: Duration?
}
