import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import GatehouseTestKit
import MemoryScannerDriver
import MemoryScannerSimulator
import Testing

@Suite("Memory scanner's clock and commands")
struct MemoryScannerClockTests {
    @Test("the error is told before the scans, so that they can be corrected by it")
    func order() throws {
        var session = try ScannerSession(slow(-90), clock: .correct, told: [["scan": "A"]])
        session.connect()
        session.pass(.seconds(5))
        let clock = session.effects.firstIndex { if case .clock = $0 { true } else { false } }
        #expect((Duration.seconds(-91)...(.seconds(-89))).contains(session.clocks.first?.offset ?? .zero))
        let scans = session.effects.firstIndex { if case .observed = $0 { true } else { false } }
        #expect(try #require(clock) < #require(scans))
        #expect(!session.asked.contains(0x09))
    }

    @Test("it is set when it is over five seconds off, after the memory is on disk and cleared")
    func set() throws {
        var session = try ScannerSession(slow(-90), clock: .sync, clearLog: .whenFull, told: [["scan": "A"]])
        session.connect()
        session.pass(.seconds(5))
        #expect(session.asked.suffix(4) == [0x07, 0x02, 0x09, 0x05])
        #expect(session.clocks.map(\.corrected) == [false, true])
        session.forget()
        session.pass(.seconds(120))
        #expect(session.clocks.map(\.corrected) == [false] && !session.asked.contains(0x09), "told once: it is right")
        #expect((Duration.seconds(-1)...(.seconds(1))).contains(session.clocks.first?.offset ?? .seconds(9)))
    }

    @Test("a few seconds are left alone")
    func tolerance() throws {
        var session = try ScannerSession(slow(-4), clock: .sync)
        session.connect()
        session.pass(.seconds(5))
        #expect(!session.asked.contains(0x09) && session.clocks.count == 1)
    }

    @Test("while the journal waits the clock is not touched")
    func notBeforeStored() throws {
        var session = try ScannerSession(slow(-90), clock: .sync, told: [["scan": "A"]])
        session.holdsReceipts = true
        session.connect()
        session.pass(.seconds(60))
        #expect(!session.asked.contains(0x09))
        session.store()
        session.pass(.seconds(2))
        #expect(session.asked.suffix(3) == [0x09, 0x09, 0x05], "it had fallen asleep, and had to be called twice")
    }

    @Test("what is vouched for is earlier where the clock is slow and events are not corrected")
    func vouched() throws {
        let through = try [DriverContext.ClockPolicy.report, .correct].map { policy -> Moment in
            var session = try ScannerSession(slow(-90), clock: policy, told: [["scan": "A"]])
            session.connect()
            session.pass(.seconds(5))
            return try #require(
                session.effects.compactMap { if case .synced(let moment) = $0 { moment } else { nil } }.first)
        }
        #expect(through[1] - through[0] >= .seconds(90))
    }

    @Test("sync-clock sets it whatever the policy, and tells how far it was off")
    func syncClock() throws {
        var session = try ScannerSession(slow(3))
        session.connect()
        session.pass(.seconds(10))
        session.command(.syncClock)
        session.pass(.seconds(10))
        guard case .done(let answer)? = session.answers.first else {
            Issue.record("not done")
            return
        }
        #expect((2000...4000).contains(answer["offsetMilliseconds"]?.integer ?? 0))
        #expect(session.asked.count { $0 == 0x09 } == 1)
    }

    @Test("read-log reads the whole memory again")
    func readLog() throws {
        var session = try ScannerSession(told: [["scans": 7]])
        session.connect()
        session.pass(.seconds(10))
        session.forget()
        session.command(.readLog)
        session.pass(.seconds(10))
        #expect(session.scans.count == 7)
        #expect(session.answers == [.done(["scans": 7])])
    }

    @Test("commands to an empty cradle, and those that no scanner understands, are refused")
    func refused() throws {
        var session = try ScannerSession(told: [["fault": "away"]])
        session.connect()
        for (number, command) in [DeviceCommand.syncClock, .readLog, .identify, .message("hello")].enumerated() {
            session.command(command, UInt64(number))
        }
        #expect(session.answers.count == 4)
        #expect(session.answers.allSatisfy { if case .refused = $0 { true } else { false } })
    }

    @Test("whoever waits when the scanner is pulled out gets an answer")
    func pulledOut() throws {
        var session = try ScannerSession(told: [["scans": 7]])
        session.connect()
        session.pass(.seconds(10))
        session.tell(["fault": "away"])
        session.command(.readLog)
        session.disconnect()
        #expect(session.answers.count == 1)
    }

    @Test("a clock without a valid time is told, and set where the site wants that")
    func unreadable() throws {
        var driver = try MemoryScanner(DriverContext(zone: .utc, clock: .sync))
        let now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        var replies: [[UInt8]] = [
            OPNReplies.identity, OPNReplies.parameter(0x0F, 0), OPNReplies.parameter(0x23, 1), OPNReplies.noTime,
            OPNReplies.emptyData,
        ]
        var effects = driver.handle(.linkOpened(.serial), at: now)
        var asked: [UInt8] = []
        while true {
            let sent = effects.compactMap { if case .send(let bytes) = $0 { bytes[0] } else { nil } }
            asked += sent
            #expect(!effects.contains { if case .clock = $0 { true } else { false } })
            guard !sent.isEmpty, !replies.isEmpty else { break }
            effects = driver.handle(.received(replies.removeFirst()), at: now)
        }
        #expect(asked == [0x01, 0x08, 0x08, 0x0A, 0x07, 0x09])
    }

    private func slow(_ seconds: Int) -> SimulatedMemoryScanner.Setup {
        var setup = SimulatedMemoryScanner.Setup()
        setup.clockOffset = .seconds(seconds)
        return setup
    }
}
