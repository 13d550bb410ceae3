import GatehouseDriverKit
public import GatehouseModel
public import GatehouseSimulation
import HanvonWire

/// A face clock on the wall: it answers the text protocol on TCP, or dials in and delivers its records, and keeps its
/// memory through restarts.
///
/// Told: `{"punch": {"badge": "120"}}`, `{"punches": 100}`, `{"log": 500}`, `{"clock": "+90s"}`, `{"fault":
/// "silence"}`, `{"report": true}`; see `SimulatedHanvon+Told`.
public struct SimulatedHanvon: SimulatedDevice {
    /// What kind of clock it is.
    public struct Setup: Hashable, Sendable {
        /// What it answers to `GetMAC_SN`, and says when it dials in.
        public var serial = "SIM00000001"
        public var model = "FaceID F810"
        public var firmware = "V3.012"
        /// The communication key of its menu, 1 to 8 digits; nil for none.
        public var key: String?
        /// Whether it dials in and delivers.
        public var delivers = false
        /// Whether a line end follows each of its messages.
        public var endsLines = false
        /// Whether a line end follows each command that it hears.
        public var hearsLineEnds = false
        /// Whether `Wait` comes before an answer with records.
        public var waits = false
        /// Whether numbers of a time lack their leading zeros, and card_src comes twice.
        public var isTerse = false
        /// Records that its memory takes.
        public var capacity = 100_000
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
        /// Nonsense comes before the next message, once.
        case noise
        /// Half a message and the end of the connection, once.
        case cut
        /// The next message is lost, once, and the connection with it: bytes of TCP are not lost alone.
        case lostReply
    }

    public let setup: Setup
    var memory: HanvonMemory
    var clockOffset: Duration
    var fault = Fault.none
    /// Restarting until then.
    var awayUntil: Duration?
    var random: SplitMix64
    var isOpen = false
    private var framer: HanvonFramer
    private var incoming = HanvonMessage("")
    /// What was delivered and waits for its answer; 0 is the greeting.
    private var offered: Int?
    /// What the timer that runs watches over.
    private var watched: Int?

    public init(setup: Setup = Setup(), seed: UInt64 = 1) {
        self.setup = setup
        memory = HanvonMemory(capacity: setup.capacity)
        clockOffset = setup.clockOffset
        random = SplitMix64(seed: seed)
        framer = HanvonFramer(
            key: setup.key.flatMap { HanvonKey(digits: $0) }, passesLineEnds: setup.hearsLineEnds)
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        if let end = awayUntil, now.uptime >= end { awayUntil = nil }
        switch input {
        case .opened: return opened()
        case .received(let bytes): return isOpen ? received(bytes, at: now) : []
        case .closed:
            hangUp()
            return []
        case .told(let command): return told(command, at: now)
        case .woke: return patienceEnded()
        }
    }

    /// What was delivered was not answered in time: the clock dials in again.
    private mutating func patienceEnded() -> [SimulatedEffect] {
        guard isOpen, offered != nil, offered == watched else { return [] }
        hangUp()
        return [.close]
    }

    private mutating func opened() -> [SimulatedEffect] {
        hangUp()
        guard awayUntil == nil else { return [.close] }
        isOpen = true
        guard setup.delivers else { return [] }
        return offer(0, HanvonMessage("PostRecord", [.init("sn", setup.serial)]))
    }

    private mutating func offer(_ number: Int, _ message: HanvonMessage) -> [SimulatedEffect] {
        (offered, watched) = (number, number)
        return transmit(message) + [.wake(after: .seconds(30))]
    }

    mutating func hangUp() {
        framer = HanvonFramer(
            key: setup.key.flatMap { HanvonKey(digits: $0) }, passesLineEnds: setup.hearsLineEnds)
        isOpen = false
        offered = nil
    }

    private mutating func received(_ bytes: [UInt8], at now: Now) -> [SimulatedEffect] {
        framer.receive(bytes)
        var effects: [SimulatedEffect] = []
        while isOpen, let outcome = framer.next() {
            switch outcome {
            case .began(let word): incoming = HanvonMessage(word)
            case .item(let item, _): incoming.items.append(item)
            case .ended: effects += answer(incoming, at: now)
            case .broken, .noise: break
            }
        }
        return effects
    }

    private mutating func answer(_ message: HanvonMessage, at now: Now) -> [SimulatedEffect] {
        func value(_ key: String) -> String? { message.items.first { $0.key == key }?.value.plainText }
        switch message.word {
        case "Return": return accepted(value("result") == "success")
        case "GetMAC_SN":
            return transmit(.success([.init("mac", "001122334455"), .init("sn", setup.serial)]))
        case "GetDeviceInfo":
            return transmit(
                .success([
                    .init("dev_id", "1"), .init("type", setup.model), .init("edition", setup.firmware),
                    .init("time", written(shown(at: now))),
                ]))
        case "DetectDevice": return transmit(.success([.init("dev_id", "1")]))
        case "SetDeviceInfo": return setTime(value("time"), at: now)
        case "SetDateTime": return setTime("\(value("date") ?? "") \(value("time") ?? "")", at: now)
        case "GetRecord": return records(from: value("start_time"), to: value("end_time"))
        case "DeleteAllRecord":
            memory.erase(upTo: value("time").flatMap { LocalTime($0) })
            return transmit(.success())
        default: return transmit(.failure("unknown command"))
        }
    }

    /// The answer to what was delivered last: the next one follows, or goodbye.
    private mutating func accepted(_ isAccepted: Bool) -> [SimulatedEffect] {
        guard let number = offered else { return [] }
        offered = nil
        guard isAccepted else { return [] }
        memory.markDelivered(number)
        return deliverNext()
    }

    /// Delivers the oldest record that was not answered yet, if nothing is waiting for an answer.
    mutating func deliverNext() -> [SimulatedEffect] {
        guard setup.delivers, isOpen, offered == nil, let entry = memory.undelivered else { return [] }
        return offer(entry.number, HanvonMessage("Record", items(entry)))
    }

    private mutating func setTime(_ text: String?, at now: Now) -> [SimulatedEffect] {
        guard let local = text.flatMap({ LocalTime($0) }) else { return transmit(.failure("no such time")) }
        setClock(to: local, at: now)
        return transmit(.success())
    }

    /// All records of a span of time, in one answer.
    private mutating func records(from start: String?, to end: String?) -> [SimulatedEffect] {
        let from = start.flatMap { LocalTime($0) }
        let to = end.flatMap { LocalTime($0) }
        let chosen = memory.entries.filter { entry in
            from.map { entry.time >= $0 } ?? true && to.map { entry.time <= $0 } ?? true
        }
        let header = HanvonMessage.success([.init("dev_id", "1"), .init("total", "\(chosen.count)")]).bytes.dropLast()
        var bytes = Array(header)
        for entry in chosen {
            // One record a line, as real devices send them.
            bytes += [13, 10] + HanvonMessage("", items(entry)).bytes.dropFirst().dropLast()
        }
        bytes += [13, 10, UInt8(ascii: ")")]
        return (setup.waits ? transmit(HanvonMessage("Wait")) : []) + transmit(bytes: bytes)
    }

    private func items(_ entry: HanvonMemory.Entry) -> [HanvonMessage.Item] {
        // A name as Chinese firmware has it: in GBK, and with what would end a careless reader's message.
        let name = HanvonMessage.Item("name", bytes: [0xD5, 0xC5, 0xC8, 0xFD] + Array(" (A) )".utf8))
        let source = HanvonMessage.Item("card_src", "from_check")
        return [.init("time", written(entry.time)), .init("id", entry.id), name, .init("workcode", "0")]
            + [.init("status", entry.status), source] + (setup.isTerse ? [source] : [])
    }

    /// A time as this clock writes it.
    private func written(_ time: LocalTime) -> String {
        guard setup.isTerse else { return String(time.text.map { $0 == "T" ? " " : $0 }) }
        return "\(time.year)-\(time.month)-\(time.day) \(time.hour):\(time.minute):\(time.second)"
    }

    private mutating func transmit(_ message: HanvonMessage) -> [SimulatedEffect] {
        transmit(bytes: message.bytes)
    }

    /// Puts a message on the line, as far as the fault lets it.
    private mutating func transmit(bytes: [UInt8]) -> [SimulatedEffect] {
        let plain = bytes + (setup.endsLines ? [13, 10] : [])
        let hidden = setup.key.flatMap { HanvonKey(digits: $0) }?.applied(to: plain) ?? plain
        defer { if fault != .silence { fault = .none } }
        switch fault {
        case .none: return [.send(hidden)]
        case .silence: return []
        case .noise: return [.send(random.bytes(48)), .send(hidden)]
        case .cut, .lostReply:
            hangUp()
            let half = Array(hidden.prefix(hidden.count / 2))
            return fault == .cut ? [.send(half), .close] : [.close]
        }
    }

    /// The memory survives.
    mutating func reboot(away: Duration, at now: Now) -> [SimulatedEffect] {
        awayUntil = now.uptime + away
        let wasOpen = isOpen
        hangUp()
        return wasOpen ? [.close] : []
    }

    /// What the clock shows.
    func shown(at now: Now) -> LocalTime {
        setup.zone.local(at: now.wall + clockOffset)
    }

    mutating func setClock(to local: LocalTime, at now: Now) {
        clockOffset = setup.zone.moment(of: local).moment - now.wall
    }
}
