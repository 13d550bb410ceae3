import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation
import GatehouseWireKit
public import OPN2001Wire

/// A memory scanner in somebody's pocket, and now and then in its cradle.
///
/// Told: see `SimulatedMemoryScanner+Told.swift`.
public struct SimulatedMemoryScanner: SimulatedDevice {
    /// How the scanner is made and set up.
    public struct Setup: Hashable, Sendable {
        /// Eight bytes.
        public var serial: [UInt8]
        /// Eight characters.
        public var firmware: String
        public var zone: Zone
        /// The scanner's clock minus the true time.
        public var clockOffset: Duration
        /// How many requests it takes to wake it before one is answered.
        public var sleepiness: Int
        /// How many bytes of scans it can hold.
        public var capacity: Int
        /// Whether it erases its memory at every upload.
        public var clearsItself: Bool
        public var storesTime: Bool
        /// Whether it answers when it is asked for a parameter.
        public var tellsParameters: Bool
        public var dataCheck: OPNDataCheck

        public init() {
            serial = [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]
            firmware = "RBBV0214"
            zone = .utc
            clockOffset = .zero
            sleepiness = 1
            capacity = 200_000
            clearsItself = false
            storesTime = true
            tellsParameters = true
            dataCheck = .whole
        }
    }

    /// What is wrong with it.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It is not in its cradle: it hears nothing.
        case away
        /// Nonsense comes before the next answer, once.
        case noise
        /// The next answer breaks off in the middle, once.
        case cut
        /// The next data have a wrong check, once.
        case check
        /// One that scans while it talks: somebody scans after the next data, once.
        case busy
        /// It clears when it is next told to, and does not say so, once.
        case dumb
        /// It restarts: the line drops, once.
        case reboot
        /// Its clock shows the year 2000.
        case wrongClock = "wrong-clock"
        case batteryLow = "battery-low"
    }

    /// It scans nothing while it talks: its button is dead for so long after a request.
    private static let busy = Duration.seconds(1)
    /// It falls asleep when it has not been asked anything for so long.
    private static let idle = Duration.seconds(20)

    var setup: Setup
    var random: SplitMix64
    var fault = Fault.none
    var memory = ScanMemory()
    var clearsItself: Bool
    var storesTime: Bool
    private var clockOffset: Duration
    private var heard: [UInt8] = []
    private var drowsy: Int
    private var lastAsked: Duration?
    private(set) var isOpen = false

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        precondition(setup.serial.count == 8 && setup.firmware.utf8.count == 8, "both are eight bytes")
        self.setup = setup
        random = SplitMix64(seed: seed)
        clearsItself = setup.clearsItself
        storesTime = setup.storesTime
        clockOffset = setup.clockOffset
        drowsy = setup.sleepiness
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        switch input {
        case .opened:
            isOpen = true
            heard = []
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

    /// Whether it has just been spoken to.
    func isTalking(at now: Now) -> Bool {
        lastAsked.map { now.uptime - $0 < Self.busy } ?? false
    }

    private mutating func received(_ bytes: [UInt8], at now: Now) -> [SimulatedEffect] {
        guard isOpen, fault != .away else { return [] }
        if let lastAsked, now.uptime - lastAsked > Self.idle { drowsy = setup.sleepiness }
        lastAsked = now.uptime
        heard += bytes
        var effects: [SimulatedEffect] = []
        while let request = nextRequest() {
            // What wakes it is not answered.
            if drowsy > 0 {
                drowsy -= 1
            } else {
                effects += answer(request, at: now)
            }
        }
        return effects
    }

    /// The next whole request with a right check; a damaged one is not answered.
    private mutating func nextRequest() -> (opcode: UInt8, payload: [UInt8])? {
        while heard.count >= 5 {
            let payload = Int(heard[2] & 0x1F)
            let length = payload == 0 ? 5 : payload + 6
            guard (0x01...0x0A).contains(heard[0]), heard[1] == 0x02, payload <= 6 else {
                heard.removeFirst()
                continue
            }
            guard heard.count >= length else { return nil }
            guard OPNCheck.closed(Array(heard[..<(length - 2)])) == Array(heard[..<length]) else {
                heard.removeFirst()
                continue
            }
            defer { heard.removeFirst(length) }
            return (heard[0], Array(heard[3..<3 + payload]))
        }
        return nil
    }

    mutating func fallAsleep() {
        drowsy = setup.sleepiness
    }
}
