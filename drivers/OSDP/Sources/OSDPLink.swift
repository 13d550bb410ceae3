import GatehouseDriverKit
import GatehouseModel
import OSDPWire

/// One link to a reader, from `linkOpened` to `linkClosed`: the conversation and what is still to be said.
struct OSDPLink: Sendable {
    /// What the conversation has come to.
    enum Stage: Hashable, Sendable {
        case identify, capabilities, challenge
        /// The second half of the handshake.
        case cryptogram(OSDPHandshake.Step)
        /// A session on the installation key: the reader gets its own now.
        case setKey
        case polling
    }

    /// The bytes that came and are no frame yet.
    var framer = OSDPFramer()
    var stage = Stage.identify
    /// The number of the next command.
    var sequence: UInt8 = 0
    /// The command that waits for its answer, or is to be sent again.
    var exchange: Exchange?
    /// What goes before polls.
    var orders: [Order] = []
    var handshake: OSDPHandshake?
    var channel: OSDPSecureChannel?
    /// Whether the installation key is tried next.
    var usesInstallationKey = false
    /// Handshakes that failed one after the other.
    var failedHandshakes = 0

    /// Whether the line is ours.
    var hasTurn = false
    /// When the last turn began.
    var turnBegan = Duration.zero
    /// How many more exchanges this turn may have.
    var exchangesLeft = 0
    /// Whether the reader said something in this turn, and may have more to say.
    var mayHaveMore = false
    /// Whether it was asked in this turn what has happened.
    var wasAsked = false
    var isAbandoned = false

    /// When a reader in polling was last heard; nil before the first time.
    var lastHeard: Duration?
    /// When any answer came last, whatever the conversation had come to.
    var lastAnswer: Duration?
    /// Whether the gateway has been told that the reader is there.
    var isAnnounced = false
    /// Questions in a row without a useful answer.
    var silences = 0
    /// Conversations in a row that came to nothing.
    var restarts = 0
    /// Sealed frames in a row whose MAC was wrong.
    var forgeries = 0
    var capabilities: OSDPCapabilities?
    var identity: OSDPIdentity?
    /// When tamper and power are asked for next.
    var statusDue = Duration.zero
    var frames: FrameTally
    /// Faults that are told once.
    var told: Set<String> = []

    init(at uptime: Duration) {
        frames = FrameTally(first: uptime + .seconds(60))
    }
}

/// A command on its way.
struct Exchange: Sendable {
    /// What it is for.
    enum Job: Hashable, Sendable {
        case identify, capabilities, challenge, cryptogram, setKey, poll, status
        case order(Order)
    }

    var job: Job
    var sequence: UInt8
    /// Whether it went through the secure channel.
    var isSealed: Bool
    /// What is sent, and sent again, byte for byte.
    var bytes: [UInt8]
    /// When it was made.
    var begun: Duration
    /// How often it was sent.
    var count: Int
    /// When it was sent last; nil while it waits for the next turn.
    var sent: Duration?
    /// When the reader counts as silent.
    var deadline: Duration

    /// Whether it is one of the handshake's two.
    var isHandshake: Bool { job == .challenge || job == .cryptogram }
}

/// A command that waits for its turn.
struct Order: Hashable, Sendable {
    /// Who waits for it.
    enum Purpose: Hashable, Sendable {
        /// The person at the reader, until then.
        case feedback(until: Duration)
        /// Whoever gave this command; the last of its orders answers it.
        case command(CommandID, isLast: Bool)
        /// Nobody: the clock is set because the site file says so.
        case clock
    }

    var command: OSDPCommand
    var purpose: Purpose
}

/// What a driver remembers of its reader over all links.
struct OSDPMemory: Sendable {
    var serial: UInt32?
    /// When the reader was last heard in polling, or polling began; nil if never.
    var lastHeard: Duration?
    /// How long it had not been asked when polling began; told of what it says until it says that there is nothing
    /// more.
    var gap: Duration?
    /// What the reader last said of itself; nil before it has.
    var tamper: Bool?
    var powerFails: Bool?
    var readers: [OSDPReaderState] = []
    /// When its clock was last set by policy.
    var clockSet: Duration?
}
