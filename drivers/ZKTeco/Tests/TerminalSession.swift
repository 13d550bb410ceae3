import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import ZKTecoDriver
import ZKTecoWire

/// A driver and a scripted terminal on one link, with a clock that moves only when told.
struct TerminalSession: DriverAccount {
    var driver: ZKTeco
    var terminal: ScriptedTerminal
    var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .seconds(100))
    /// Leaves receipts unanswered until `record`.
    var holdsReceipts = false
    /// Cuts what the terminal sends into pieces of this size.
    var pieces: Int?
    private(set) var effects: [DriverEffect] = []
    private(set) var unrecorded: [Receipt] = []
    private var wakeAt: Duration?
    private var transport = Transport.tcp
    private var framer = ZKFramer()

    init(_ terminal: ScriptedTerminal, _ change: (inout DriverContext) -> Void = { _ in }) throws {
        var context = DriverContext(zone: .utc)
        change(&context)
        driver = try ZKTeco(context)
        self.terminal = terminal
    }

    mutating func connect(_ transport: Transport = .tcp) {
        self.transport = transport
        framer = ZKFramer()
        carryOut(driver.handle(.linkOpened(transport), at: now))
    }

    mutating func disconnect() {
        carryOut(driver.handle(.linkClosed, at: now))
        wakeAt = nil
    }

    /// Lets time pass, waking the driver whenever it has asked for it.
    mutating func pass(_ duration: Duration) {
        let end = now.uptime + duration
        while let due = wakeAt, due <= end {
            advance(to: due)
            wakeAt = nil
            carryOut(driver.handle(.woke, at: now))
        }
        advance(to: end)
    }

    mutating func command(_ command: DeviceCommand, _ number: UInt64) {
        carryOut(driver.handle(.command(command, CommandID(number)), at: now))
    }

    /// The terminal sends something unasked.
    mutating func say(_ packet: ZKPacket) {
        hear(packet)
    }

    /// The journal has everything that was handed over so far.
    mutating func record() {
        let receipts = unrecorded
        unrecorded = []
        for receipt in receipts { carryOut(driver.handle(.recorded(receipt), at: now)) }
    }

    mutating func forgetEffects() {
        effects = []
    }

    private mutating func advance(to uptime: Duration) {
        now = Now(wall: now.wall + (uptime - now.uptime), uptime: uptime)
    }

    private mutating func hear(_ packet: ZKPacket) {
        let bytes = transport == .udp ? packet.bytes : packet.frame
        let size = transport == .udp ? bytes.count : pieces ?? bytes.count
        for start in stride(from: 0, to: bytes.count, by: size) {
            carryOut(driver.handle(.received(Array(bytes[start..<min(start + size, bytes.count)])), at: now))
        }
    }

    private mutating func carryOut(_ wanted: [DriverEffect]) {
        for effect in wanted {
            switch effect {
            case .send(let bytes):
                for request in requests(in: bytes) {
                    for packet in terminal.answer(request, at: now) { hear(packet) }
                }
            case .wake(let delay): wakeAt = now.uptime + delay
            case .observed(_, let receipt):
                effects.append(effect)
                unrecorded.append(receipt)
                if !holdsReceipts { record() }
            default: effects.append(effect)
            }
        }
    }

    private mutating func requests(in bytes: [UInt8]) -> [ZKPacket] {
        if transport == .udp { return ZKPacket.read(bytes[...]).map { [$0.packet] } ?? [] }
        framer.receive(bytes)
        var packets: [ZKPacket] = []
        while case .packet(let packet, _) = framer.next() { packets.append(packet) }
        return packets
    }
}

extension TerminalSession {

    var batches: [Int] {
        effects.compactMap { if case .observed(let observations, _) = $0 { observations.count } else { nil } }
    }

    /// Punches a minute apart that end an hour before the session begins.
    static func punches(_ count: Int) -> [ZKPunch] {
        (0..<count).map { index in
            let local = LocalTime(secondsSince1970: 1_795_417_200 - Int64(count - 1 - index) * 60)
            let time = ZKTime(
                year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
                second: local.second)
            return ZKPunch(
                uid: UInt16(index % 50 + 1), userID: "\(10_000 + index % 50 + 1)", time: time ?? .start, state: 0,
                verify: 1)
        }
    }

    static let users = (1...50).map { ZKUser(uid: UInt16($0), userID: "\(10_000 + $0)") }
}
