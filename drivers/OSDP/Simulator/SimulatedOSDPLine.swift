public import GatehouseModel
public import GatehouseSimulation
public import OSDPWire

/// An RS-485 line with readers on it, each of which speaks when it is asked.
///
/// Told: `{"punch": {"badge": "123-4567"}}`, `{"card": {"address": 1, "hex": "4e2fff93"}}`,
/// `{"card": {"bits": "1011…"}}`, `{"keys": {"address": 1, "keys": "1234#"}}`, `{"tamper": true}`, `{"power": true}`,
/// `{"fault": …}`, `{"report": true}`. Without an `address` the first reader is meant, and of faults all.
public struct SimulatedOSDPLine: SimulatedDevice {
    /// What is wrong with a reader or its stretch of the line.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// It hears everything and says nothing.
        case silence
        /// Nonsense comes before each answer.
        case noise
        /// It is at work and says so.
        case busy
        /// The next answer breaks off in the middle, once.
        case cut
        /// The next answer has a wrong check, once.
        case badCRC = "bad-crc"
        /// Each answer comes twice.
        case repeats
        /// The next answer comes too late, once.
        case late
        /// It restarts, once: conversation, session and what waited are gone.
        case reboot
    }

    /// How long a reader takes to answer, and how late a late answer is.
    static let pause = Duration.milliseconds(2)
    static let lateness = Duration.milliseconds(600)
    /// Silence within a frame ends it.
    private static let gapLimit = Duration.milliseconds(60)

    var readers: [SimulatedOSDPReader]
    var faults: [UInt8: Fault] = [:]
    var random: SplitMix64
    private var framer = OSDPFramer()
    private var isOpen = false
    /// Answers that are still to be sent; the earliest first.
    private var outbox: [(due: Duration, bytes: [UInt8])] = []
    private var now = Duration.zero
    private var lastHeard = Duration.zero

    /// A line with these readers; each address once.
    public init(_ setups: [SimulatedOSDPReader.Setup], cipher: BlockCipher, seed: UInt64 = 1) {
        precondition(!setups.isEmpty, "a line without a reader is a cable")
        precondition(Set(setups.map(\.address)).count == setups.count, "two readers have the same address")
        var random = SplitMix64(seed: seed)
        readers = setups.map { SimulatedOSDPReader(setup: $0, cipher: cipher, seed: random.next()) }
        self.random = random
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        self.now = now.uptime
        switch input {
        case .opened:
            isOpen = true
            return []
        case .closed:
            isOpen = false
            framer.reset()
            outbox = []
            return []
        case .received(let bytes):
            // A frame whose end was lost must not swallow the next one.
            if self.now - lastHeard > Self.gapLimit { framer.reset() }
            lastHeard = self.now
            framer.receive(bytes)
            while let outcome = framer.next() {
                if case .frame(let frame) = outcome, !frame.isReply { hear(frame) }
            }
            return deliver()
        case .woke: return deliver()
        case .told(let command): return told(command)
        }
    }

    /// Whether somebody is at the other end of the line.
    var isHeard: Bool { isOpen }

    private mutating func hear(_ frame: OSDPFrame) {
        for index in readers.indices {
            let address = readers[index].setup.address
            guard frame.address == address || frame.address == OSDPFrame.broadcast else { continue }
            answer(frame, index, faults[address] ?? .none)
        }
    }

    private mutating func answer(_ frame: OSDPFrame, _ index: Int, _ fault: Fault) {
        let address = readers[index].setup.address
        guard fault != .busy else {
            readers[index].lastHeard = now
            let busy = OSDPFrame(
                address: address, isReply: true, sequence: 0, check: frame.check, code: OSDPReply.busyCode)
            return send(busy.bytes)
        }
        let bytes = readers[index].answer(frame, at: now)
        guard !bytes.isEmpty else { return }
        switch fault {
        case .silence: break
        case .noise: send(random.bytes(random.number(in: 1...12)) + bytes)
        case .cut: once(address) { $0.send(Array(bytes.prefix(bytes.count / 2))) }
        case .badCRC: once(address) { $0.send(bytes.dropLast() + [~(bytes.last ?? 0)]) }
        case .late: once(address) { $0.send(bytes, after: Self.lateness) }
        case .repeats: send(bytes + bytes)
        case .none, .busy, .reboot: send(bytes)
        }
    }

    private mutating func once(_ address: UInt8, _ act: (inout SimulatedOSDPLine) -> Void) {
        faults[address] = nil
        act(&self)
    }

    private mutating func send(_ bytes: [UInt8], after delay: Duration = pause) {
        let due = now + delay
        let place = outbox.firstIndex { $0.due > due } ?? outbox.count
        outbox.insert((due, bytes), at: place)
    }

    /// Sends what is due, and asks to be woken for the rest.
    private mutating func deliver() -> [SimulatedEffect] {
        var effects: [SimulatedEffect] = []
        while let first = outbox.first, first.due <= now {
            outbox.removeFirst()
            if isOpen { effects.append(.send(first.bytes)) }
        }
        if let next = outbox.first { effects.append(.wake(after: next.due - now)) }
        return effects
    }
}
