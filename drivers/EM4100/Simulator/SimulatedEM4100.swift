import EM4100Wire
public import GatehouseModel
public import GatehouseSimulation

/// A card reader on the wall. While a card lies at it, it says the card's number, if it is an RDM6300 again and again.
///
/// Told: `{"card": "010063E9AE"}` with `"near": 200` (milliseconds) if wanted, `{"fault": …}`, `{"report": true}`.
public struct SimulatedEM4100: SimulatedDevice {
    /// How the reader is made.
    public struct Setup: Hashable, Sendable {
        /// An RDM6300 repeats; an ID-12 says a card once.
        public var repeats: Bool
        /// Digits `a` to `f` instead of `A` to `F`, as some clones have them.
        public var isLowerCase: Bool

        public init(repeats: Bool = true, isLowerCase: Bool = false) {
            self.repeats = repeats
            self.isLowerCase = isLowerCase
        }
    }

    /// What is wrong with it.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It reads cards and sends nothing.
        case silence
        /// It sends a burst of nonsense, once.
        case noise
        /// The next frame breaks off in the middle, once.
        case cut
        /// The next frame has a wrong digit, once.
        case checksum
        /// It restarts: the line drops.
        case reboot
    }

    /// How often an RDM6300 says what lies at it.
    static let interval = Duration.milliseconds(60)

    let setup: Setup
    var random: SplitMix64
    var fault = Fault.none
    var isOpen = false
    var presented = 0
    var sent = 0
    private var card: EM4100Tag?
    private var until = Duration.zero

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        self.setup = setup
        random = SplitMix64(seed: seed)
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened:
            isOpen = true
            return []
        case .closed:
            isOpen = false
            return []
        case .told(let command): return told(command, at: now)
        case .received: return []
        case .woke: return say(at: now)
        }
    }

    /// Lays a card at the reader for so long; another one is taken away.
    mutating func present(_ tag: EM4100Tag, for near: Duration, at now: Now) -> [SimulatedEffect] {
        presented += 1
        card = tag
        until = now.uptime + near
        return say(at: now)
    }

    private mutating func say(at now: Now) -> [SimulatedEffect] {
        guard let card, now.uptime <= until else {
            self.card = nil
            return []
        }
        let again = setup.repeats && now.uptime + Self.interval <= until
        let repetition: [SimulatedEffect] = again ? [.wake(after: Self.interval)] : []
        if !again { self.card = nil }
        guard isOpen, fault != .silence else { return repetition }
        return [.send(frame(card))] + repetition
    }

    private mutating func frame(_ tag: EM4100Tag) -> [UInt8] {
        var frame = tag.frame(setup.repeats ? .rdm6300 : .id12)
        if setup.isLowerCase { frame = frame.map { (0x41...0x46).contains($0) ? $0 + 0x20 : $0 } }
        switch fault {
        case .cut:
            fault = .none
            return Array(frame.prefix(frame.count / 2))
        case .checksum:
            fault = .none
            frame[3] = frame[3] == 0x30 ? 0x31 : 0x30
            return frame
        case .none, .silence, .noise, .reboot:
            sent += 1
            return frame
        }
    }
}
