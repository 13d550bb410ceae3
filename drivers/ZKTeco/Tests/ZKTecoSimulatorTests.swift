import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import Testing
import ZKTecoDriver
import ZKTecoSimulator
import ZKTecoWire

/// The driver against the simulated clock, which was written from the protocol's page by somebody else.
@Suite("ZKTeco against the simulated clock")
struct ZKTecoSimulatorTests {
    /// A line between the two, without loss or delay unless a test says otherwise.
    struct Line: DriverAccount {
        var driver: ZKTeco
        var clock: SimulatedZKTeco
        var transport: Transport
        var now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        /// Drops one packet of the clock in so many.
        var lossOneIn = 0
        var random = SplitMix64(seed: 5)
        private(set) var effects: [DriverEffect] = []
        private var wakeAt: Duration?

        init(_ setup: SimulatedZKTeco.Setup, over transport: Transport, told: [JSONValue]) throws {
            driver = try ZKTeco(DriverContext(zone: .utc))
            clock = SimulatedZKTeco(setup: setup)
            self.transport = transport
            for command in told { _ = clock.handle(.told(command), at: now) }
        }

        mutating func connect() {
            _ = clock.handle(.opened(transport), at: now)
            carryOut(driver.handle(.linkOpened(transport), at: now))
        }

        mutating func disconnect() {
            _ = clock.handle(.closed, at: now)
            carryOut(driver.handle(.linkClosed, at: now))
            wakeAt = nil
        }

        mutating func tell(_ command: JSONValue) {
            hear(clock.handle(.told(command), at: now))
        }

        mutating func pass(_ duration: Duration) {
            let end = now.uptime + duration
            while let due = wakeAt, due <= end {
                now = Now(wall: now.wall + (due - now.uptime), uptime: due)
                wakeAt = nil
                carryOut(driver.handle(.woke, at: now))
            }
            now = Now(wall: now.wall + (end - now.uptime), uptime: end)
        }

        private mutating func hear(_ said: [SimulatedEffect]) {
            for case .send(let bytes) in said where !random.oneIn(lossOneIn) {
                carryOut(driver.handle(.received(bytes), at: now))
            }
        }

        private mutating func carryOut(_ wanted: [DriverEffect]) {
            for effect in wanted {
                switch effect {
                case .send(let bytes): hear(clock.handle(.received(bytes), at: now))
                case .wake(let delay): wakeAt = now.uptime + delay
                case .observed(_, let receipt):
                    effects.append(effect)
                    carryOut(driver.handle(.recorded(receipt), at: now))
                default: effects.append(effect)
                }
            }
        }

    }

    @Test(
        "every layout on both transports: the whole log, then a live punch", arguments: ZKRecordLayout.allCases,
        [
            Transport.tcp, .udp,
        ])
    func layouts(layout: ZKRecordLayout, transport: Transport) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.layout = layout
        setup.eventForm = layout.needsUsers ? .ten : .thirtyTwo
        var line = try Line(setup, over: transport, told: [["log": 3000]])
        line.connect()
        #expect(line.punches.count == 3000)
        #expect(line.faults == [] && line.synced.count == 1)
        line.tell(["punch": ["badge": "10003"]])
        #expect(line.punches.count == 3001)
        #expect(line.punches.last?.badge == "10003")
        line.pass(.seconds(16 * 60))
        #expect(line.punches.count == 6002)
        #expect(Set(line.punches.map(\.identity)).count == Set(line.punches.suffix(3001).map(\.identity)).count)
    }

    @Test("every way to hand out a log", arguments: [true, false], [nil, 1008, 28_000, 0] as [Int?])
    func bulkForms(announces: Bool, packet: Int?) throws {
        var setup = SimulatedZKTeco.Setup()
        setup.bulk.announcesChunks = announces
        // 0 stands for a terminal that sends everything at once.
        setup.bulk.tcpPacket = packet == 0 ? nil : packet
        setup.bulk.directLimit = packet == 0 ? 500_000 : 0
        var line = try Line(setup, over: .tcp, told: [["log": 4000]])
        line.connect()
        #expect(line.punches.count == 4000 && line.faults == [])
    }

    @Test("old UDP firmware that knows only the plain commands is read by them")
    func plainCommands() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.bulk.isPrepared = false
        setup.layout = .sixteen
        var line = try Line(setup, over: .udp, told: [["log": 500]])
        line.connect()
        #expect(line.punches.count == 500 && line.faults == [])
    }

    @Test("a terminal that asks for its key although there is none is answered with 0")
    func asksForNoKey() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.alwaysAsksForKey = true
        var line = try Line(setup, over: .tcp, told: [["log": 5]])
        line.connect()
        #expect(line.punches.count == 5)
    }

    @Test("UDP that loses packets brings the whole log in the end")
    func lossyLine() throws {
        var line = try Line(SimulatedZKTeco.Setup(), over: .udp, told: [["log": 2000]])
        line.lossOneIn = 100
        for _ in 0..<20 where line.synced.count == 0 {
            line.connect()
            line.pass(.seconds(200))
            line.disconnect()
        }
        #expect(line.synced.count > 0)
        #expect(Set(line.punches.map(\.identity)).count >= 2000 - 1)
    }

    @Test("a cut in the middle of a transfer costs nothing but time", arguments: ["cut", "reboot"])
    func cut(fault: String) throws {
        var line = try Line(
            SimulatedZKTeco.Setup(), over: .tcp, told: [["log": 3000], ["fault": .string(fault), "when": "transfer"]])
        line.connect()
        #expect(line.synced.count == 0)
        line.disconnect()
        line.pass(.seconds(60))
        line.connect()
        #expect(line.synced.count == 1)
        #expect(line.punches.count == 3000)
    }
}
