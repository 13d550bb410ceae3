import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// One thing asked of the terminal.
enum Job: Hashable, Sendable {
    /// Opens the session.
    case connect
    /// Sends the comm key, after a refusal only.
    case authenticate
    /// The serial number comes first: a stranger's log must not be read.
    case serial
    case platform
    case deviceName
    case version
    case getTime
    /// Sets the clock that was `offset` off.
    case setTime(offset: Duration)
    /// Makes the terminal take the new time over.
    case refreshTime(offset: Duration)
    case sizes(SizesPurpose)
    /// A bulk read: many requests, one job.
    case read(ZKTransfer.Dataset)
    /// Asks for events.
    case register
    /// The four steps of clearing, see `considerClearing`.
    case disable
    case clear
    case refreshCleared
    case enable

    /// Why the counters are asked for.
    enum SizesPurpose: Hashable, Sendable {
        /// A log read begins.
        case before
        /// The log has been transferred: has the count moved?
        case after
        /// Only the number of users is wanted, to read their table for an event.
        case users
        /// The last look before the log is cleared.
        case recount
    }
}

/// A request whose reply is due.
struct Exchange: Sendable {
    var job: Job
    var packet: ZKPacket
    /// When it was first sent: what the reply says was true then or later.
    var sent: Now
    var deadline: Duration
    /// How long each attempt waits.
    var patience: Duration
    /// How often it may be sent again under the same reply id.
    var resends: Int
}

/// Reading the whole log, from the first look at the counters until every punch of it is on disk.
struct LogRead: Sendable {
    /// What the read vouches for once it is on disk.
    var through: Moment
    /// The counters that the dataset must agree with.
    var before: ZKFreeSizes
    /// The log's bytes, until they have been understood.
    var dataset: [UInt8] = []
    /// How often the transfer has been begun.
    var attempts = 1
    /// The log, once it has been understood.
    var log: ZKAttendanceLog?
    /// How many punches of the log have been handed over.
    var handedOver = 0
    /// Batches that are not on disk yet.
    var outstanding: Set<Receipt> = []
    /// Who asked for it.
    var commands: [CommandID] = []
}

/// Everything that ends with the link.
struct Link: Sendable {
    var transport: Transport
    /// Cuts the stream of TCP; unused on UDP.
    var framer = ZKFramer()
    var session: UInt16 = 0
    var counter = ZKReplyCounter()
    /// Bytes have come, so the transport is the right one.
    var heard = false
    /// When the last word came, on the uptime clock.
    var lastHeard = Duration.zero
    /// The terminal has accepted the connection, and the key if it wanted one.
    var established = false
    /// Given up: nothing is sent any more.
    var abandoned = false
    /// The request at hand; the protocol allows one.
    var exchange: Exchange?
    /// The bulk read that the request at hand is part of.
    var transfer: ZKTransfer?
    /// What is asked next, in order.
    var jobs: [Job] = []
    var facts = DeviceFacts(vendor: "ZKTeco")
    /// Events have been asked for.
    var registered = false

    /// The read under way, until its last punch is on disk.
    var read: LogRead?
    /// When the next read is due.
    var readDue: Duration
    /// Something happened during a read that only another read will bring.
    var readsAgain = false
    /// Commands that wait for the next read.
    var readCommands: [CommandID] = []

    /// Device clock minus the gateway's, when it was last compared.
    var offset: Duration?
    /// The offset that was last told, so that only a change is told again.
    var reportedOffset: Duration?
    /// Commands that wait for the clock to be set.
    var clockCommands: [CommandID] = []
    /// When a silent terminal is asked for a sign of life.
    var keepAliveDue: Duration

    /// The user table, once it has been needed.
    var users: [UInt16: String] = [:]
    /// Events that wait for the user table.
    var held: [[ZKPunch]] = []
    /// Events that are acknowledged when they are on disk.
    var unrecordedEvents: Set<Receipt> = []
    /// Faults that are told once a link.
    var told: Set<String> = []

    /// Set while the terminal is locked for clearing: when it unlocks itself.
    var lockedUntil: Duration?
    /// How many punches of the locked terminal are on disk.
    var lockedCount: Int?

    var frames: FrameTally

    init(_ transport: Transport, at uptime: Duration) {
        self.transport = transport
        readDue = uptime
        keepAliveDue = uptime + ZKTeco.keepAliveInterval
        frames = FrameTally(first: uptime + .seconds(60))
    }
}

/// What is known of the terminal beyond one link.
struct TerminalMemory: Sendable {
    /// Tells whether the terminal behind the address is still the same.
    var serial: String?
    /// The layout of the last log that could be read.
    var layout: ZKRecordLayout?
    /// What the counters said last; fewer punches than then mean that somebody cleared the log.
    var lastSizes: ZKFreeSizes?
    /// The fill, in per cent, that has been warned of: 0, 80 or 95.
    var warnedFill = 0
    /// The newest punch seen; the clock must not be set back across it.
    var newestPunch: ZKTime?
    /// Whether the log has been read whole, so that `newestPunch` is certain.
    var logIsKnown = false
    /// It was locked and has not confirmed that it is open again.
    var mayBeLocked: Bool
    /// No clock is set before this time.
    var clockRest: Duration?
    /// Clearing is not tried before this time.
    var clearingRest: Duration?
}
