public import AnvizWire
import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation

/// A clock on the wall: it answers on a line or on TCP as an Anviz clock does, marks what it records as new, and keeps
/// its memory through restarts.
///
/// Told: `{"punch": {"badge": "1234"}}`, `{"punches": 100}`, `{"log": 500}`, `{"clock": "+90s"}`, `{"fault":
/// "silence"}`, `{"report": true}`; see `SimulatedAnviz+Told`.
public struct SimulatedAnviz: SimulatedDevice {
    /// What kind of clock it is.
    public struct Setup: Hashable, Sendable {
        /// Its communication address.
        public var id: UInt32 = 1
        /// What it answers to command 24.
        public var serial = "SIM0000000000001"
        /// At most eight characters.
        public var model = "VF30"
        /// At most eight characters.
        public var firmware = "02.16.01"
        /// The instant from which it counts seconds.
        public var epoch = AnvizEpoch.january2
        /// Records that its memory takes.
        public var capacity = 50_000
        /// The data of a right login; nil where it wants none.
        public var login: [UInt8]?
        /// Whether it sends a record the moment it is made.
        public var isLive = true
        /// Whether it dials in and so sends heartbeats.
        public var dialsIn = false
        /// The zone of the wall it hangs on.
        public var zone = Zone.utc
        /// How far its clock is ahead of the true time.
        public var clockOffset = Duration.zero

        public init() {}
    }

    /// What is wrong with the clock or its line.
    enum Fault: Hashable, Sendable {
        case none
        /// It says nothing any more, until told otherwise.
        case silence
        /// Nonsense comes before the next reply, once.
        case noise
        /// Half a reply, and on TCP the end of the connection, once.
        case cut
        /// The next reply is lost, once; what it answers is done.
        case lostReply
        /// The next command is lost, once.
        case lostCommand
    }

    public let setup: Setup
    var memory: RecordMemory
    var clockOffset: Duration
    var fault = Fault.none
    /// Restarting until then.
    var awayUntil: Duration?
    var random: SplitMix64
    var isOpen = false
    private var transport = Transport.tcp
    private var framer = AnvizFramer()
    private var isLoggedIn = false
    /// The number of the record that was handed out last, and whether only new ones are handed out.
    private var position = 0
    private var readsNew = false
    private var lastPacket: [UInt8] = [0]
    /// Heartbeats that were answered.
    var heartbeatsHeard = 0

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        self.setup = setup
        memory = RecordMemory(capacity: setup.capacity)
        clockOffset = setup.clockOffset
        random = SplitMix64(seed: seed)
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        if let end = awayUntil, now.uptime >= end { awayUntil = nil }
        switch input {
        case .opened(let transport): return opened(transport)
        case .received(let bytes): return awayUntil == nil && isOpen ? received(bytes, at: now) : []
        case .closed:
            hangUp()
            return []
        case .told(let command): return told(command, at: now)
        case .woke: return setup.dialsIn && isOpen ? heartbeat() : []
        }
    }

    private mutating func opened(_ transport: Transport) -> [SimulatedEffect] {
        hangUp()
        self.transport = transport
        guard awayUntil == nil else { return transport == .tcp ? [.close] : [] }
        isOpen = true
        return setup.dialsIn ? heartbeat() : []
    }

    mutating func hangUp() {
        framer = AnvizFramer()
        isLoggedIn = false
        isOpen = false
        lastPacket = [0]
        (position, readsNew) = (0, false)
    }

    private mutating func heartbeat() -> [SimulatedEffect] {
        transmit(.command(.heartbeat, device: setup.id)) + [.wake(after: .seconds(300))]
    }

    private mutating func received(_ bytes: [UInt8], at now: Now) -> [SimulatedEffect] {
        framer.receive(bytes)
        var effects: [SimulatedEffect] = []
        while isOpen, let outcome = framer.next() {
            guard case .frame(let frame) = outcome, frame.device == setup.id || frame.device == 0 else { continue }
            guard !frame.code.isReply else {
                if frame.code == AnvizCode.heartbeat.reply { heartbeatsHeard += 1 }
                continue
            }
            if fault == .lostCommand {
                fault = .none
                continue
            }
            effects += transmit(answer(frame, at: now))
        }
        return effects
    }

    private mutating func answer(_ frame: AnvizFrame, at now: Now) -> AnvizFrame {
        if frame.code == .authenticate, let login = setup.login {
            isLoggedIn = frame.data == login
            return reply(frame, isLoggedIn ? .ok : .failed)
        }
        guard setup.login == nil || isLoggedIn else { return reply(frame, .failed) }
        switch frame.code {
        case .authenticate: return reply(frame)
        case .serialNumber: return reply(frame, .ok, Array(setup.serial.utf8))
        case .model: return reply(frame, .ok, padded(setup.model, 8))
        case .configuration:
            return reply(frame, .ok, padded(setup.firmware, 8) + [UInt8](repeating: 0, count: 10))
        case .deviceID:
            return reply(frame, .ok, AnvizFrame.command(.deviceID, device: setup.id).bytes[1..<5].map { $0 })
        case .getTime: return reply(frame, .ok, time(at: now))
        case .setTime: return setTime(frame, at: now)
        case .counts:
            return reply(
                frame, .ok, AnvizCounts(users: 20, records: memory.entries.count, newRecords: memory.newCount).data)
        case .download: return download(frame)
        case .clear: return clear(frame)
        default: return reply(frame, .failed)
        }
    }

    private func reply(_ frame: AnvizFrame, _ result: AnvizResult = .ok, _ data: [UInt8] = []) -> AnvizFrame {
        .reply(to: frame.code, device: setup.id, result: result, data: data)
    }

    private func padded(_ text: String, _ size: Int) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(size))
        return bytes + [UInt8](repeating: 0, count: size - bytes.count)
    }

    /// Hands out the next packet from where it was told to begin.
    private mutating func download(_ frame: AnvizFrame) -> AnvizFrame {
        guard let asked = AnvizDownload(frame.data) else { return reply(frame, .failed) }
        switch asked.mode {
        case .again: return reply(frame, .ok, lastPacket)
        case .all: (position, readsNew) = (0, false)
        case .new: (position, readsNew) = (0, true)
        case .next: break
        }
        let entries = memory.records(after: position, onlyNew: readsNew, count: asked.count)
        position = entries.last?.number ?? position
        lastPacket = AnvizDownload.packet(entries.map(\.record))
        return reply(frame, .ok, lastPacket)
    }

    /// Erases, or takes marks off.
    private mutating func clear(_ frame: AnvizFrame) -> AnvizFrame {
        let cleared: Int
        switch AnvizClearing(frame.data) {
        case .everyRecord: cleared = memory.erase()
        case .everyMark: cleared = memory.clearMarks(memory.newCount)
        case .oldestMarks(let count): cleared = memory.clearMarks(count)
        case nil: return reply(frame, .failed)
        }
        return reply(frame, .ok, AnvizNumber.data(cleared))
    }

    /// Puts a frame on the line, as far as the fault lets it.
    mutating func transmit(_ frame: AnvizFrame) -> [SimulatedEffect] {
        defer { if fault != .silence { fault = .none } }
        switch fault {
        case .silence, .lostReply: return []
        case .none, .lostCommand: return [.send(frame.bytes)]
        case .noise: return [.send(random.bytes(48)), .send(frame.bytes)]
        case .cut:
            let half = SimulatedEffect.send(Array(frame.bytes.prefix(frame.bytes.count / 2)))
            guard transport == .tcp else { return [half] }
            hangUp()
            return [half, .close]
        }
    }

    /// The memory survives.
    mutating func reboot(away: Duration, at now: Now) -> [SimulatedEffect] {
        awayUntil = now.uptime + away
        let hangsUp = isOpen && transport == .tcp
        let wasOnLine = isOpen && transport != .tcp
        hangUp()
        // A line stays open whatever hangs on it.
        isOpen = wasOnLine
        return hangsUp ? [.close] : []
    }
}
