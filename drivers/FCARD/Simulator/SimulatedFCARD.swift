import FCARDWire
import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation

/// A patrol wand: on somebody's round, or on its cable.
///
/// Told: see `SimulatedFCARD+Told.swift`.
public struct SimulatedFCARD: SimulatedDevice {
    /// How the wand is made and set up.
    public struct Setup: Hashable, Sendable {
        /// Its number, and the address that it answers to.
        public var number: UInt8
        public var zone: Zone
        /// The wand's clock minus the true time.
        public var clockOffset: Duration
        /// How many records it holds.
        public var capacity: UInt32
        /// Whether the oldest record gives way when all are unread; else the card is refused.
        public var overwrites: Bool
        /// Records in one packet, 15 at the most.
        public var packetRecords: Int

        public init() {
            number = 1
            zone = .utc
            clockOffset = .zero
            capacity = 60_000
            overwrites = true
            packetRecords = 10
        }
    }

    /// What is wrong with it.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It is switched off.
        case silence
        /// Nonsense comes before the next reply, once.
        case noise
        /// The next packet breaks off in the middle, once.
        case cut
        /// The next packet of records is lost, once.
        case gap
        /// The next packet of records has two wrong bytes that its sum does not show, once.
        case swapped
        /// It moves its read index too far, once.
        case slip
        /// It takes the next request for damaged, once.
        case checksum
        /// It restarts: the line drops, once.
        case reboot
        /// Its clock shows the year 2000.
        case wrongClock = "wrong-clock"
        case batteryLow = "battery-low"
    }

    var setup: Setup
    var random: SplitMix64
    var fault = Fault.none
    var memory: WandRecords
    /// The member of staff whose card was read last.
    var staff: UInt16 = 7
    var isLive = false
    var beeps = 0
    private var clockOffset: Duration
    private var framer = FCARDFramer()
    private(set) var isOpen = false

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        precondition((1...15).contains(setup.packetRecords), "a packet holds 1 to 15 records")
        self.setup = setup
        random = SplitMix64(seed: seed)
        memory = WandRecords(capacity: setup.capacity)
        clockOffset = setup.clockOffset
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened:
            isOpen = true
            framer = FCARDFramer()
            return []
        case .closed:
            isOpen = false
            return []
        case .received(let bytes): return received(bytes, at: now)
        case .told(let command): return told(command, at: now)
        case .woke: return []
        }
    }

    /// What its clock shows.
    func shown(at now: Now) -> LocalTime {
        setup.zone.local(at: now.wall + clockOffset)
    }

    mutating func setClock(to local: LocalTime, at now: Now) {
        clockOffset = setup.zone.moment(of: local).moment - now.wall
    }

    mutating func moveClock(by shift: Duration) {
        clockOffset += shift
    }

    private mutating func received(_ bytes: [UInt8], at now: Now) -> [SimulatedEffect] {
        guard isOpen, fault != .silence else { return [] }
        framer.receive(bytes)
        var effects: [SimulatedEffect] = []
        while let outcome = framer.next() {
            guard case .frame(let frame) = outcome, frame.address == setup.number else { continue }
            effects += transmit(answers(to: frame, at: now))
        }
        return effects
    }

    /// Puts packets on the line, as far as the fault lets them.
    private mutating func transmit(_ frames: [FCARDFrame]) -> [SimulatedEffect] {
        var effects: [SimulatedEffect] = []
        for frame in frames {
            let bytes = frame.bytes
            let isRecords = frame.type == 0x34 && frame.index == 0x06
            switch fault {
            case .noise: effects.append(.send(random.bytes(20) + bytes))
            case .cut: effects.append(.send(Array(bytes.prefix(bytes.count / 2))))
            case .reboot:
                fault = .none
                return effects + [.send(Array(bytes.prefix(bytes.count / 2))), .close]
            case .gap where isRecords: break
            case .swapped where isRecords: effects.append(.send(swapped(frame).bytes))
            case .none, .silence, .gap, .swapped, .slip, .checksum, .wrongClock, .batteryLow:
                effects.append(.send(bytes))
                continue
            }
            fault = .none
        }
        return effects
    }

    /// The last card's bytes changed so that the sum stays the same.
    private func swapped(_ frame: FCARDFrame) -> FCARDFrame {
        var frame = frame
        guard frame.data.count > 2 else { return frame }
        frame.data[frame.data.count - 1] &+= 1
        frame.data[frame.data.count - 2] &-= 1
        return frame
    }
}
