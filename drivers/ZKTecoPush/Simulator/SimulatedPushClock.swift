public import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation
import IClockWire

/// A time clock that calls in: an HTTP client that greets, uploads its punches, asks for commands and carries them out,
/// and forgets a punch only when it hears `OK`. It speaks HTTP/1.1 bytes over the connection that it is given, one
/// request at a time, and waits where there is none.
///
/// Told: `{"punch": {"badge": "10023"}}`, `{"punches": 100}`, `{"operation": 23}`, `{"clock": "+90s"}`, `{"fault":
/// "lost-answer"}`, `{"report": true}`; see `SimulatedPushClock+Told`.
public struct SimulatedPushClock: SimulatedDevice, Sendable {
    /// What the device is waiting an answer for.
    enum Asked: Hashable, Sendable {
        case greeting
        /// The numbers of the punches sent.
        case punches([Int])
        case operations(Int)
        case poll
        case results(Int)
    }

    /// The device as it was bought and set up.
    public let setup: Setup
    var memory: PushClockMemory
    var clockOffset: Duration
    /// Seconds that its clock is ahead of UTC: its own zone, or the one that it was told.
    var zoneOffset: Int
    var fault = PushFault.none
    var random: SplitMix64
    var isOpen = false
    var awayUntil: Duration?
    /// What is under way, and since when.
    var asked: Asked?
    var askedAt = Duration.zero
    var reader = HTTPAnswerReader()
    var isGreeted = false
    /// Nothing is asked before this, after a failure.
    var pausedUntil = Duration.zero
    var pollDue = Duration.zero
    var pollEvery: Duration
    /// Punches asked for again, oldest first; and the command whose result is due when they are gone.
    var queried: [Int] = []
    var queryID: String?
    /// Results that have not been posted yet.
    var results: [String] = []
    /// Operations that have not been posted yet.
    var operations: [IClockOperation] = []
    var counts = Counts()

    /// What a test wants to know.
    struct Counts: Sendable {
        var requests = 0
        var refused = 0
        var commands: [String] = []
        var clockSet = 0
    }

    /// Draws its doubtful moments from the seed.
    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        self.setup = setup
        memory = PushClockMemory()
        clockOffset = setup.clockOffset
        zoneOffset = setup.zone.offsetSeconds(at: Moment(seconds: 1_795_000_000))
        pollEvery = setup.pollEvery
        random = SplitMix64(seed: seed)
    }

    /// How it is set up.
    public struct Setup: Sendable {
        public var serial = "PUSH0001"
        /// What its own menu says.
        public var zone = Zone.utc
        /// Before the first greeting.
        public var pollEvery = Duration.seconds(10)
        public var errorPause = Duration.seconds(30)
        /// Punches an upload.
        public var batch = 50
        public var clockOffset = Duration.zero
        /// Whether it can count and send its log again; old ones cannot.
        public var queries = true
        /// Whether the path ends in `.aspx`, as with eSSL's brand.
        public var isASPX = false
        /// It hangs up after each answer, as most do.
        public var hangsUp = false

        public init() {}
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        if let end = awayUntil, now.uptime >= end { awayUntil = nil }
        var effects: [SimulatedEffect] = []
        switch input {
        case .opened:
            hangUp()
            isOpen = awayUntil == nil
            if !isOpen { return [.close] }
        case .received(let bytes): effects += received(bytes, at: now)
        case .closed: hangUp()
        case .woke: effects += checkPatience(at: now)
        case .told(let command): effects += told(command, at: now)
        }
        return effects + proceed(at: now)
    }

    /// The connection is gone: what was asked on it is asked again.
    mutating func hangUp() {
        isOpen = false
        asked = nil
        reader = HTTPAnswerReader()
    }

    /// What the device's clock shows.
    func shown(at now: Now) -> LocalTime {
        let instant = now.wall + clockOffset
        return LocalTime(secondsSince1970: instant.seconds + Int64(zoneOffset))
    }
}
