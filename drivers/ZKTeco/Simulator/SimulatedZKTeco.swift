import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation
import ZKTecoWire

/// A time clock on the wall: it answers the standalone protocol on TCP and UDP as a terminal does, keeps its log
/// through restarts, and remembers what the gateway read and acknowledged, so that a test can ask.
///
/// Told: `{"punch": {"badge": "10023"}}`, `{"punches": 100}`, `{"log": 5000}`, `{"clock": "+90s"}`, `{"fault":
/// "silence"}`, `{"report": true}`; see `SimulatedZKTeco+Told`.
public struct SimulatedZKTeco: SimulatedDevice {
    /// One client's conversation; a clock has one at a time.
    struct Session: Sendable {
        var id: UInt16
        var isAuthorised: Bool
        var events = ZKEventMask()
        /// Live events whose acknowledgement is due, oldest first. Acknowledgements carry no number.
        var unacknowledged: ArraySlice<Int> = []
        var prepared: Prepared?
    }

    /// A dataset that waits to be read in chunks.
    struct Prepared: Sendable {
        var bytes: [UInt8]
        /// How many punches it holds; 0 for users.
        var punches: Int
        var served = 0
    }

    /// The most unacknowledged events that are remembered.
    static let unacknowledgedLimit = 100_000

    public let setup: Setup
    var memory: ClockMemory
    var clockOffset: Duration
    var session: Session?
    var fault = ClockFault.none
    /// Restarting until then.
    var awayUntil: Duration?
    var random: SplitMix64
    var eventsSent = 0
    private var framer = ZKFramer()
    var transport = Transport.tcp
    var isOpen = false
    var isDisabled = false

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        self.setup = setup
        memory = ClockMemory(capacity: setup.capacity, userCount: setup.userCount)
        clockOffset = setup.clockOffset
        random = SplitMix64(seed: seed)
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        if let end = awayUntil, now.uptime >= end { awayUntil = nil }
        switch input {
        case .opened(let transport): return opened(transport)
        case .received(let bytes): return awayUntil == nil ? received(bytes, at: now) : []
        case .closed:
            hangUp()
            return []
        case .told(let command): return told(command, at: now)
        case .woke: return []
        }
    }

    private mutating func opened(_ transport: Transport) -> [SimulatedEffect] {
        hangUp()
        guard awayUntil == nil else { return [.close] }
        self.transport = transport
        isOpen = true
        return []
    }

    mutating func hangUp() {
        framer = ZKFramer()
        session = nil
        isOpen = false
        isDisabled = false
    }

    private mutating func received(_ bytes: [UInt8], at now: Now) -> [SimulatedEffect] {
        guard transport == .tcp else {
            // A datagram with a wrong checksum is dropped, and the client tries again.
            guard let (packet, check) = ZKPacket.read(bytes[...]), check == .right else { return [] }
            return transmit(answers(to: packet, at: now), at: now)
        }
        framer.receive(bytes)
        var effects: [SimulatedEffect] = []
        while let outcome = framer.next() {
            switch outcome {
            case .packet(let packet, .right): effects += transmit(answers(to: packet, at: now), at: now)
            case .packet: break
            case .encryptedDialect, .garbled:
                hangUp()
                return effects + [.close]
            }
        }
        return effects
    }

    /// What the clock shows.
    func shown(at now: Now) -> LocalTime {
        setup.zone.local(at: now.wall + clockOffset)
    }

    mutating func setClock(to local: LocalTime, at now: Now) {
        clockOffset = setup.zone.moment(of: local).moment - now.wall
    }
}

extension ZKTime {
    /// Nil outside the years that a clock can show.
    init?(_ local: LocalTime) {
        self.init(
            year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
            second: local.second)
    }

    var local: LocalTime? {
        LocalTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    /// What a clock without a battery shows.
    static func shown(_ local: LocalTime) -> ZKTime {
        guard let time = ZKTime(local) ?? ZKTime(year: 2000, month: 1, day: 1) else {
            preconditionFailure("the year 2000 had a first day")
        }
        return time
    }
}
