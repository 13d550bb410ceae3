import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing
import ZKTecoDriver
import ZKTecoWire

@Suite("ZKTeco hostile terminals")
struct ZKTecoHostileBytesTests {
    @Test("no bytes trap the driver or make it talk for ever", arguments: 0..<60)
    func noise(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var driver = try ZKTeco(DriverContext(zone: .utc, clock: .sync, clearLog: .whenFull))
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        var replyID: UInt16 = 0
        var effects = driver.handle(.linkOpened(random.oneIn(2) ? .udp : .tcp), at: now)
        for _ in 0..<400 {
            now.uptime += random.duration(in: .zero ... .seconds(5))
            now.wall = now.wall + .seconds(1)
            for case .send(let bytes) in effects {
                let packet = bytes.starts(with: ZKFramer.magic) ? bytes[8...] : bytes[...]
                replyID = ZKPacket.read(packet)?.packet.replyID ?? replyID
            }
            effects = driver.handle(input(&random, replyID: replyID), at: now)
            #expect(effects.count < 64)
        }
    }

    /// Answers that fit the request at hand but hold anything, and inputs that come at any time.
    private func input(_ random: inout SplitMix64, replyID: UInt16) -> DriverInput {
        let commands: [ZKCommand] = [.ok, .ok, .ok, .data, .prepareData, .event, .unauthorised, .failed]
        switch random.number(in: 0...19) {
        case 0: return .linkClosed
        case 1: return .linkOpened(random.oneIn(2) ? .udp : .tcp)
        case 2: return .woke
        case 3: return .recorded(Receipt(UInt64(random.number(in: 0...20))))
        case 4: return .command(random.oneIn(2) ? .readLog : .syncClock, CommandID(1))
        case 5: return .received(random.bytes(random.number(in: 1...300)))
        default:
            let command = commands[random.number(in: 0...commands.count - 1)]
            var data = random.bytes(random.number(in: 0...120))
            if random.oneIn(3) {
                data = ZKFreeSizes(users: 3, records: random.number(in: 0...9), recordCapacity: 10).bytes()
            }
            if random.oneIn(4) { data = ZKTransfer.announcement(size: random.number(in: 0...500)) }
            let packet = ZKPacket(
                command, session: UInt16(random.number(in: 0...600)), replyID: command == .event ? 0 : replyID,
                data: data)
            return .received(random.oneIn(2) ? packet.bytes : packet.frame)
        }
    }

    @Test("events that the journal does not take stay bounded, and come from the log")
    func floodOfEvents() throws {
        var terminal = ScriptedTerminal()
        terminal.punches = TerminalSession.punches(10)
        var session = try TerminalSession(terminal)
        session.connect()
        session.holdsReceipts = true
        session.forgetEffects()
        for punch in TerminalSession.punches(1000) { session.say(.event(.punch, data: punch.eventData(.thirtyTwo))) }
        #expect(session.unrecorded.count <= 300)
    }
}
