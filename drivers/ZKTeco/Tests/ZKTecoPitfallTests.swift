import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing
import ZKTecoDriver
import ZKTecoWire

/// What users of other software suffer from, each as a test. P12 and P19 concern push, not the terminals
/// that are dialled.
@Suite("ZKTeco pitfalls")
struct ZKTecoPitfallTests {
    var terminal = ScriptedTerminal()

    init() {
        terminal.punches = TerminalSession.punches(120)
        terminal.users = TerminalSession.users
    }

    @Test("P1: every record size is understood, and ends in the same punches", arguments: ZKRecordLayout.allCases)
    mutating func recordSizes(layout: ZKRecordLayout) throws {
        terminal.layout = layout
        var session = try TerminalSession(terminal)
        session.connect()
        let expected = terminal.punches.map {
            ZKPunchMark(userID: $0.userID ?? "", time: $0.time, state: 0, verify: 1).identity
        }
        #expect(session.punches.map(\.identity) == expected)
        #expect(session.faults == [])
    }

    @Test("P1: a log that makes no sense is refused raw and tried three times, and the session goes on")
    mutating func senselessLog() throws {
        for index in 0..<4 { terminal.punches[index * 20].userID = "\u{1}bad" }
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.faults == ["log-unreadable"])
        #expect(session.punches == [] && session.synced == [] && session.abandoned == [])
        #expect(session.terminal.commands.count { $0 == .prepareRead } == 3)
    }

    @Test("P2: thirty thousand records arrive over UDP though packets are lost")
    mutating func bigLog() throws {
        terminal.punches = TerminalSession.punches(30_000)
        terminal.lostPackets = 3
        var session = try TerminalSession(terminal)
        session.connect(.udp)
        session.pass(.seconds(30))
        #expect(session.punches.count == 30_000)
        #expect(session.synced.count == 1)
    }

    @Test("P3: frames cut anywhere, chunks in many DATA packets", arguments: [1, 7, 1460])
    func cutFrames(pieces: Int) throws {
        var session = try TerminalSession(terminal)
        session.pieces = pieces
        session.connect()
        #expect(session.punches.count == 120)
    }

    @Test("P4: a terminal that stores no punches though people use it is named")
    mutating func accessControlMode() throws {
        terminal.punches = []
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.faults == [] && session.synced.count == 1)
        session.terminal.operations = 12
        session.pass(.seconds(16 * 60))
        #expect(session.faults == ["no-attendance-log"])
    }

    @Test("P5: a key is sent when asked for, also the key 0", arguments: [nil, "0", "123456"])
    mutating func keys(secret: String?) throws {
        terminal.key = secret.flatMap { UInt32($0) } ?? 0
        var session = try TerminalSession(terminal) { $0.secret = secret }
        session.connect()
        #expect(session.punches.count == 120)
    }

    @Test("P5: a wrong key ends the attempt at once")
    mutating func wrongKey() throws {
        terminal.key = 4711
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.faults == ["wrong-key"] && session.abandoned == [.refused])
        #expect(session.terminal.commands == [.connect, .authenticate])
    }

    @Test("P5: encrypted firmware is named", arguments: [ZKCommand.encryptedOnly, .sessionLocked])
    mutating func encryptedFirmware(reply: ZKCommand) throws {
        terminal.instead = [.connect: reply]
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.faults == ["encrypted-firmware"] && session.abandoned == [.refused])
    }

    @Test("P5: silence from the beginning sends the gateway to the other transport", arguments: [Transport.tcp, .udp])
    mutating func silence(transport: Transport) throws {
        terminal.mute = [.connect]
        var session = try TerminalSession(terminal)
        session.connect(transport)
        session.pass(.milliseconds(4990))
        #expect(session.abandoned == [])
        session.pass(.milliseconds(20))
        #expect(session.abandoned == [.wrongTransport])
        #expect(Set(session.terminal.requests.map(\.replyID)) == [0])
        #expect(session.terminal.requests.count == (transport == .udp ? 3 : 1))
    }

    @Test("P6: the first thing that a terminal hears is CONNECT")
    func noPing() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.terminal.commands.first == .connect)
    }

    @Test("P7: a plain read locks nobody out")
    func noLock() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(!session.terminal.commands.contains(.disable))
    }

    @Test("P7: a terminal that may have been left locked is opened on the next connection")
    mutating func reopened() throws {
        terminal.punches = TerminalSession.punches(95)
        terminal.capacity = 100
        terminal.mute = [.clearLog]
        var session = try TerminalSession(terminal) { $0.clearLog = .whenFull }
        session.connect()
        session.disconnect()
        session.terminal.capacity = 1000
        let before = session.terminal.requests.count
        session.connect()
        #expect(session.terminal.commands[before..<before + 2] == [.connect, .enable])
        let opened = session.terminal.commands.count { $0 == .enable }
        session.disconnect()
        session.connect()
        #expect(session.terminal.commands.count { $0 == .enable } == opened)
    }

    @Test("P8: a nearly full log is locked, read, stored, counted, and only then cleared and opened")
    mutating func clearing() throws {
        terminal.punches = TerminalSession.punches(95)
        terminal.capacity = 100
        var session = try TerminalSession(terminal) { $0.clearLog = .whenFull }
        session.holdsReceipts = true
        session.connect()
        session.record()
        #expect(!session.terminal.commands.contains(.clearLog))
        session.record()
        #expect(session.terminal.commands.suffix(4) == [.freeSizes, .clearLog, .refresh, .enable])
        let lock = session.terminal.requests.last { $0.command == .disable }
        #expect(lock?.data == [120, 0, 0, 0])
        #expect(session.terminal.punches == [])
        session.pass(.seconds(16 * 60))
        #expect(!session.faults.contains("log-cleared"))
    }

    @Test("P8: a log that grew under the lock is not cleared")
    mutating func grewUnderLock() throws {
        let punches = TerminalSession.punches(96)
        terminal.punches = Array(punches.prefix(95))
        terminal.capacity = 100
        var session = try TerminalSession(terminal) { $0.clearLog = .whenFull }
        session.holdsReceipts = true
        session.connect()
        session.record()
        session.terminal.punches = punches
        session.record()
        #expect(session.faults.contains("clear-failed"))
        #expect(session.terminal.commands.last == .enable && session.terminal.punches == punches)
    }

    @Test("P8: a log is not cleared when the journal does not take it in time")
    mutating func notCleared() throws {
        terminal.punches = TerminalSession.punches(95)
        terminal.capacity = 100
        var session = try TerminalSession(terminal) { $0.clearLog = .whenFull }
        session.holdsReceipts = true
        session.connect()
        session.record()
        session.pass(.seconds(101))
        session.record()
        #expect(session.faults.contains("clear-failed"))
        #expect(session.terminal.commands.contains(.enable) && !session.terminal.commands.contains(.clearLog))
    }

    @Test("P8: a log is never cleared unless the site says so")
    mutating func neverCleared() throws {
        terminal.punches = TerminalSession.punches(100)
        terminal.capacity = 100
        var session = try TerminalSession(terminal)
        session.connect()
        session.pass(.seconds(3600))
        #expect(!session.terminal.commands.contains(.clearLog) && !session.terminal.commands.contains(.disable))
    }

    @Test("P9: a filling log is warned of at 80 and at 95 per cent, once each")
    mutating func filling() throws {
        terminal.capacity = 100
        terminal.punches = TerminalSession.punches(79)
        var session = try TerminalSession(terminal)
        session.connect()
        for (count, warnings) in [(80, 1), (94, 1), (95, 2), (100, 2)] {
            session.terminal.punches = TerminalSession.punches(count)
            session.pass(.seconds(15 * 60 + 60))
            #expect(session.faults.count { $0 == "log-nearly-full" } == warnings, "at \(count)")
        }
    }

    @Test(
        "P10: a punch heard live and read from the log is one event",
        arguments: [ZKEvent.Form.ten, .twelve, .thirtyTwo, .fiftyTwo])
    mutating func duplicates(form: ZKEvent.Form) throws {
        terminal.layout = form == .ten ? .eightB : .forty
        var session = try TerminalSession(terminal)
        session.connect()
        let punch = try #require(terminal.punches.last)
        session.say(.event(.punch, data: punch.eventData(form)))
        #expect(session.punches.count == 121)
        #expect(Set(session.punches.map(\.identity)).count == 120)
    }

    @Test(
        "P11: a clock that is off is set where the site wants it, and the measurement is told",
        arguments: [
            (DriverContext.ClockPolicy.sync, -600, true), (.sync, 600, true), (.sync, 4, false), (.report, 600, false),
            (.correct, -600, false),
        ] as [(DriverContext.ClockPolicy, Int64, Bool)])
    mutating func clock(policy: DriverContext.ClockPolicy, offset: Int64, corrected: Bool) throws {
        terminal.clockOffset = offset
        var session = try TerminalSession(terminal) { $0.clock = policy }
        session.connect()
        #expect(session.clocks.last == DeviceClock(offset: .seconds(offset), corrected: corrected))
        #expect(session.terminal.clockOffset == (corrected ? 0 : offset))
        #expect(session.terminal.commands.contains(.setTime) == corrected)
    }

    @Test("P11: that a clock is right after it was set is told, once")
    mutating func rightAgain() throws {
        terminal.clockOffset = -600
        var session = try TerminalSession(terminal) { $0.clock = .sync }
        session.connect()
        session.pass(.seconds(120))
        #expect(
            session.clocks == [
                DeviceClock(offset: .seconds(-600), corrected: true), DeviceClock(offset: .zero, corrected: false),
            ])
    }

    @Test("P11: a clock is not set back across a punch")
    mutating func notBack() throws {
        terminal.clockOffset = 7200
        terminal.punches.append(
            ZKPunch(
                uid: 1, userID: "10001", time: try #require(ZKTime(text: "2026-11-23 09:30:00")), state: 0, verify: 1))
        var session = try TerminalSession(terminal) { $0.clock = .sync }
        session.connect()
        #expect(!session.terminal.commands.contains(.setTime))
        #expect(session.faults == ["clock-not-set"])
        session.command(.syncClock, 1)
        guard case .refused = session.answers.first else {
            Issue.record("the clock was set back")
            return
        }
    }

    @Test(
        "P11: a slow clock vouches only for what it will not stamp again",
        arguments: [
            (DriverContext.ClockPolicy.report, -600, -601), (.report, 600, -1), (.correct, -600, -1),
        ] as [(DriverContext.ClockPolicy, Int64, Int64)])
    mutating func vouching(policy: DriverContext.ClockPolicy, offset: Int64, through: Int64) throws {
        terminal.clockOffset = offset
        var session = try TerminalSession(terminal) { $0.clock = policy }
        session.connect()
        #expect(session.synced == [session.now.wall + .seconds(through)])
    }

    @Test("P11: a punch of the year 2000 is kept and marked")
    mutating func deadBattery() throws {
        terminal.punches = [ZKPunch(uid: 1, userID: "10001", time: .start, state: 0, verify: 1)]
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.punches.first?.native["clockUnset"] == true)
        #expect(session.punches.first?.deviceTime?.year == 2000)
    }

    @Test("P13: an internal number becomes the user's id, and one that nobody has is marked")
    mutating func internalNumbers() throws {
        terminal.layout = .eightB
        terminal.users.removeLast()
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.punches.prefix(49).map(\.badge) == (1...49).map { "\(10_000 + $0)" })
        #expect(session.punches[49].badge == "uid:50")
        #expect(session.punches[49].native["unresolved"] == true)
    }

    @Test("P13: an event with an internal number waits for the user table")
    func liveInternalNumber() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.forgetEffects()
        let punch = try #require(terminal.punches.last)
        session.say(.event(.punch, data: punch.eventData(.ten)))
        #expect(session.punches.map(\.badge) == ["10020"])
    }

    @Test("P14: state and verification keep their places in every layout", arguments: ZKRecordLayout.allCases)
    mutating func places(layout: ZKRecordLayout) throws {
        terminal.layout = layout
        for index in terminal.punches.indices { terminal.punches[index].verify = 2 }
        var session = try TerminalSession(terminal) { $0.settings = ["direction": "device", "verify_codes": "old"] }
        session.connect()
        #expect(session.punches.allSatisfy { $0.direction == .in && $0.method == .card })
    }

    @Test("P15: Chinese names in the user table spoil nothing")
    mutating func chineseNames() throws {
        terminal.layout = .eightB
        for index in terminal.users.indices { terminal.users[index].name = [0xD5, 0xC5, 0xC8, 0xFD] }
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.punches.first?.badge == "10001")
    }

    @Test("P16: another serial number than the site's is refused; without one a changed terminal is told")
    func serials() throws {
        var strict = try TerminalSession(terminal) { $0.expectedSerial = "B1" }
        strict.connect()
        #expect(strict.faults == ["wrong-serial"] && strict.abandoned == [.refused] && strict.punches == [])
        #expect(strict.terminal.commands.last == .exit)
        var lenient = try TerminalSession(terminal)
        lenient.connect()
        lenient.disconnect()
        lenient.terminal.serial = "B2"
        lenient.connect()
        #expect(lenient.faults == ["serial-changed"])
    }

    @Test("P17: a terminal that falls silent is noticed within a minute")
    func silentLater() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.pass(.seconds(300))
        #expect(session.abandoned == [])
        session.terminal.mute = [.getTime]
        session.pass(.seconds(41))
        #expect(session.abandoned == [.silent])
    }

    @Test("P18: the plain read is never sent over TCP")
    mutating func plainRead() throws {
        terminal.instead = [.prepareRead: .unknownCommand]
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(!session.terminal.commands.contains(.readLog))
        #expect(session.faults == ["log-transfer-failed"] && session.abandoned == [])
    }
}
