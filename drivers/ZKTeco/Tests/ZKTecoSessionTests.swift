import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing
import ZKTecoDriver
import ZKTecoWire

@Suite("ZKTeco session")
struct ZKTecoSessionTests {
    var terminal = ScriptedTerminal()

    init() {
        terminal.punches = TerminalSession.punches(120)
        terminal.users = TerminalSession.users
    }

    @Test("a connection tells who the terminal is, its clock, its fill and its log", arguments: [Transport.tcp, .udp])
    func wholeSession(transport: Transport) throws {
        var session = try TerminalSession(terminal)
        session.connect(transport)
        let facts = DeviceFacts(
            vendor: "ZKTeco", model: "K40", serial: "A8N5204560001", firmware: "Ver 6.60 Jun 16 2015")
        #expect(session.effects.first == .identified(facts))
        #expect(session.clocks == [DeviceClock(offset: .zero, corrected: false)])
        #expect(session.effects.contains(.status(DeviceStatus(logUsed: 120, logCapacity: 10_000))))
        #expect(session.punches.count == 120)
        #expect(session.synced == [session.now.wall - .seconds(1)])
        #expect(session.faults == [] && session.abandoned == [])
    }

    @Test("a reading says who, when, how, and keeps the terminal's own words")
    mutating func reading() throws {
        terminal.punches = Array(terminal.punches.suffix(1))
        var session = try TerminalSession(terminal)
        session.connect()
        let reading = try #require(session.punches.first)
        #expect(reading.identity == "10020/2026-11-23T07:00:00/0/1")
        #expect(reading.badge == "10020")
        #expect(reading.direction == .unknown && reading.method == .fingerprint)
        #expect(reading.deviceTime == LocalTime("2026-11-23 07:00:00"))
        #expect(reading.native["uid"] == 20 && reading.native["state"] == 0 && reading.native["road"] == "log")
    }

    @Test(
        "the state key is a direction only where the site says that people press it",
        arguments: [
            (0, PunchReading.Direction.in), (1, .out), (2, .breakOut), (3, .breakIn), (4, .overtimeIn),
            (5, .overtimeOut),
            (8, .unknown), (255, .unknown),
        ] as [(UInt8, PunchReading.Direction)])
    mutating func direction(state: UInt8, direction: PunchReading.Direction) throws {
        terminal.punches = Array(terminal.punches.suffix(1))
        terminal.punches[0].state = state
        var session = try TerminalSession(terminal) { $0.settings = ["direction": "device"] }
        session.connect()
        #expect(session.punches.first?.direction == direction)
    }

    @Test("a log comes in batches of a thousand, four at a time, and is synced when the last is on disk")
    mutating func batches() throws {
        terminal.punches = TerminalSession.punches(6_500)
        var session = try TerminalSession(terminal)
        session.holdsReceipts = true
        session.connect()
        #expect(session.batches == [1000, 1000, 1000, 1000])
        session.record()
        #expect(session.batches == [1000, 1000, 1000, 1000, 1000, 1000, 500])
        #expect(session.synced == [])
        session.record()
        #expect(session.synced.count == 1)
        #expect(Set(session.punches.map(\.identity)).count == 6_500)
    }

    @Test("a log that grows while it is read is read again, and nothing is missed")
    mutating func growingLog() throws {
        let all = TerminalSession.punches(122)
        terminal.punches = Array(all.prefix(120))
        terminal.surprises = Array(all.suffix(2))
        var session = try TerminalSession(terminal)
        session.connect()
        #expect(session.punches.count == 122)
        #expect(session.terminal.commands.count { $0 == .prepareRead } == 3)
    }

    @Test("a read is due again every quarter of an hour")
    func timer() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.pass(.seconds(16 * 60))
        #expect(session.synced.count == 2)
        #expect(session.punches.count == 240)
    }

    @Test("a count lower than before is a cleared log")
    func clearedLog() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.disconnect()
        session.terminal.punches = Array(terminal.punches.suffix(3))
        session.connect()
        #expect(session.faults == ["log-cleared"])
        #expect(session.punches.count == 123)
    }

    @Test("a punch event is acknowledged when it is on disk, not before")
    func liveEvent() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.holdsReceipts = true
        session.forgetEffects()
        let punch = try #require(TerminalSession.punches(1).first)
        session.say(.event(.punch, data: punch.eventData(.thirtyTwo)))
        #expect(session.punches.map(\.identity) == ["10001/2026-11-23T07:00:00/0/1"])
        #expect(session.punches.first?.native["road"] == "live")
        #expect(session.terminal.commands.last != .ok)
        session.record()
        #expect(session.terminal.requests.last == ZKPacket(.ok, session: 0x6BA0, replyID: 0))
    }

    @Test(
        "an event that is no punch is acknowledged at once",
        arguments: [ZKEventMask.alarm, .verify, .fingerScore, .punch])
    func otherEvents(mask: ZKEventMask) throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.forgetEffects()
        session.say(.event(mask, data: mask == .punch ? [] : [1, 2, 3, 4]))
        #expect(session.terminal.commands.last == .ok)
        #expect(session.punches == [])
    }

    @Test("a punch event of an unknown form is taken from the log")
    func unknownEvent() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.forgetEffects()
        session.say(.event(.punch, data: [1, 2, 3]))
        #expect(session.faults == ["event-unknown"])
        #expect(session.punches.count == 120)
    }

    @Test("what belonged to a lost link does not reach into the next")
    func transient() throws {
        var session = try TerminalSession(terminal)
        session.holdsReceipts = true
        session.connect()
        session.disconnect()
        session.record()
        #expect(session.synced == [])
        session.holdsReceipts = false
        session.connect()
        #expect(session.synced.count == 1)
    }

    @Test(
        "a terminal that has started anew and forgotten the session is connected anew",
        arguments: [
            ZKCommand.unauthorised, .uninitialised,
        ])
    func forgottenSession(reply: ZKCommand) throws {
        var session = try TerminalSession(terminal)
        session.connect(.udp)
        session.terminal.instead = [.getTime: reply]
        session.pass(.seconds(31))
        #expect(session.abandoned == [.silent])
    }

    @Test("a damaged datagram is dropped and asked for again, a damaged frame on TCP is counted")
    func damaged() throws {
        var driver = try ZKTeco(DriverContext(zone: .utc))
        let now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        var bytes = ZKPacket(.ok, session: 7, replyID: 0).bytes
        bytes[2] ^= 0x40
        _ = driver.handle(.linkOpened(.udp), at: now)
        let onUDP = driver.handle(.received(bytes), at: now)
        #expect(onUDP == [.frames(good: 0, bad: 1)])
        _ = driver.handle(.linkOpened(.tcp), at: now)
        let onTCP = driver.handle(.received(ZKFramer.magic + [8, 0, 0, 0] + bytes), at: now)
        #expect(onTCP.contains(.frames(good: 0, bad: 1)))
        #expect(onTCP.count > 1)
    }

    @Test("bytes that are no frame end the link", arguments: [Array("HTTP/1.1 400".utf8), [0, 0, 0, 0]])
    func garbled(bytes: [UInt8]) throws {
        var driver = try ZKTeco(DriverContext(zone: .utc))
        let now = Now(wall: Moment(seconds: 1_795_420_800), uptime: .zero)
        _ = driver.handle(.linkOpened(.tcp), at: now)
        let effects = driver.handle(.received(bytes), at: now)
        #expect(effects.contains(.abandonLink(.garbled)))
        #expect(driver.handle(.received(bytes), at: now) == [])
    }

    @Test("a stale reply, as a resend on UDP brings it, is not taken for the one that is due")
    func staleReply() throws {
        var session = try TerminalSession(terminal)
        session.connect(.udp)
        session.forgetEffects()
        session.terminal.mute = [.getTime]
        session.pass(.seconds(31))
        let due = try #require(session.terminal.requests.last)
        session.say(ZKPacket(.ok, session: 0x6BA0, replyID: due.replyID - 1, data: [1, 2, 3, 4]))
        #expect(session.clocks == [])
        session.say(ZKPacket(.ok, session: 0x6BA0, replyID: due.replyID, data: [1, 2, 3, 4]))
        #expect(session.clocks.count == 1)
    }

    @Test("a serial line is refused, for its framing is not published")
    func serialLine() throws {
        var session = try TerminalSession(terminal)
        session.connect(.serial)
        #expect(session.faults == ["unsupported-transport"] && session.abandoned == [.refused])
        #expect(session.terminal.requests == [])
    }

    @Test(
        "a terminal without counters or without a clock is told of, and the session goes on",
        arguments: [
            (ZKCommand.freeSizes, "sizes-unreadable"), (.getTime, "clock-unreadable"), (.event, "no-live-events"),
        ])
    func poorTerminal(command: ZKCommand, fault: String) throws {
        var session = try TerminalSession(terminal)
        session.terminal.instead = [command: .failed]
        session.connect()
        #expect(session.faults == [fault] && session.abandoned == [])
        session.pass(.seconds(120))
        #expect(session.faults == [fault] && session.abandoned == [])
    }

    @Test("punches that come while a read is under way are not forgotten by it")
    func eventDuringRead() throws {
        var session = try TerminalSession(terminal)
        session.holdsReceipts = true
        session.connect()
        session.say(.event(.punch, data: [1, 2, 3]))
        session.record()
        session.record()
        #expect(session.synced.count == 2)
    }

    @Test("commands are answered: a read with its count, a clock with its offset")
    func commands() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.forgetEffects()
        session.command(.readLog, 1)
        session.command(.syncClock, 2)
        #expect(
            session.answers == [
                .done(["records": 120, "layout": "40"]), .done(["offsetMilliseconds": 0]),
            ])
        #expect(session.terminal.commands.suffix(2) == [.setTime, .refresh])
    }

    @Test(
        "what a terminal cannot do is refused, and so is everything while it is not connected",
        arguments: [
            DeviceCommand.identify, .message("hello"), .readLog, .syncClock,
        ])
    func refusals(command: DeviceCommand) throws {
        var session = try TerminalSession(terminal)
        session.command(command, 1)
        guard case .refused = session.answers.first else {
            Issue.record("not refused")
            return
        }
    }

    @Test("a command whose link is lost is answered all the same")
    func commandWithoutLink() throws {
        var session = try TerminalSession(terminal)
        session.connect()
        session.forgetEffects()
        session.terminal.mute = [.freeSizes]
        session.command(.readLog, 1)
        #expect(session.answers == [])
        session.disconnect()
        #expect(session.answers.count == 1)
    }

    @Test(
        "a setting that cannot be used names its key",
        arguments: [
            (["direction": "left"], nil, "direction"), (["layout8": "C"], nil, "layout8"),
            (["colour": 1], nil, "colour"),
            (["verify_codes": 3], nil, "verify_codes"), ([:], "12ab", "secret"), ([:], "1000000", "secret"),
            ([:], "", "secret"),
        ] as [(JSONValue, String?, String)])
    func settings(settings: JSONValue, secret: String?, key: String) throws {
        let problem = #expect(throws: SettingsProblem.self) {
            try ZKTeco(DriverContext(zone: .utc, secret: secret, settings: settings))
        }
        #expect(problem?.key == key)
        #expect(problem?.reason.contains("12ab") == false)
    }

    @Test("the same punch has the same identity from the log, an event and a file")
    func identity() throws {
        let text = "    10023\t2026-11-22 08:30:00\t1\t0\t1\t0\r\n"
        let line = try #require(AttlogLine(text.utf8))
        let reading = ZKTecoPunch.reading(of: line)
        #expect(reading.identity == "10023/2026-11-22T08:30:00/0/1")
        #expect(ZKPunchMark(userID: "10023", time: line.time, state: 0, verify: 1).identity == reading.identity)
        #expect(reading.native["road"] == "usb")
    }
}
