import EvdevWire
import GatehouseDriverKit
import GatehouseModel
import KeyboardWedgeDriver
import Testing

@Suite("Keyboard-mode scanner")
struct KeyboardWedgeTests {
    let start = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(10))

    @Test("a scan becomes one reading, handed over at Enter")
    func oneScan() throws {
        var scanner = try opened()
        #expect(
            scanner.hears("XF-0001\r", at: start) == [
                .observed([scan("XF-0001")], Receipt(1)), .frames(good: 1, bad: 0),
            ])
        #expect(scanner.handle(.recorded(Receipt(1)), at: start) == [])
    }

    @Test("all scans of one read are one batch with one receipt")
    func batch() throws {
        var scanner = try opened()
        let effects = scanner.hears("ABC\rDEF\r", at: start)
        #expect(effects == [.observed([scan("ABC"), scan("DEF")], Receipt(1)), .frames(good: 2, bad: 0)])
        #expect(scanner.hears("GHI\r", at: start).first == .observed([scan("GHI")], Receipt(2)))
    }

    @Test("without Enter the pause ends a scan; keys that come in time push it back, with one timer at a time")
    func pause() throws {
        var scanner = try opened()
        #expect(scanner.hears("XF", at: start) == [.wake(after: .milliseconds(100))])
        #expect(scanner.hears("-1", at: later(60), kernel: 60) == [])
        #expect(scanner.handle(.woke, at: later(100)) == [.wake(after: .milliseconds(60))])
        #expect(scanner.handle(.woke, at: later(160)) == [.wake(after: .milliseconds(25))])
        #expect(scanner.handle(.woke, at: later(185)).first == .observed([scan("XF-1")], Receipt(1)))
        #expect(scanner.handle(.woke, at: later(200)) == [])
    }

    @Test("keys that were waiting when the timer came go on with the scan")
    func timerFirst() throws {
        var scanner = try opened()
        _ = scanner.hears("XF-", at: start)
        #expect(scanner.handle(.woke, at: later(400)) == [.wake(after: .milliseconds(25))])
        #expect(scanner.hears("1", at: later(401), kernel: 50) == [])
        #expect(scanner.handle(.woke, at: later(425)) == [.wake(after: .milliseconds(76))])
        #expect(scanner.handle(.woke, at: later(501)) == [.wake(after: .milliseconds(25))])
        #expect(scanner.handle(.woke, at: later(526)).first == .observed([scan("XF-1")], Receipt(1)))
    }

    @Test("a wrong layout drops the scan with the key and the layout, and a right one follows")
    func unknownKey() throws {
        var scanner = try opened(["layout": "de"])
        let keys = KeyTypist.Stroke(held: [KeyCode.rightAlt], [30])
        let effects = scanner.handle(
            .received(KeyTypist.events(of: [.init([30, 48, 46]), keys, .init([28])], from: 0).flatMap(\.bytes)),
            at: start)
        #expect(faults(effects).map(\.code) == ["key-unknown"])
        #expect(faults(effects).first?.raw == Array("abc".utf8))
        #expect(faults(effects).first?.message.contains("key 30") == true)
        #expect(effects.last == .frames(good: 0, bad: 1))
    }

    @Test("an overlong scan is a fault with its beginning, and the next scan is whole")
    func overlong() throws {
        var scanner = try opened(["longest": 8])
        let effects = scanner.hears("0123456789\rXF-1\r", at: start)
        #expect(effects.first == .observed([scan("XF-1")], Receipt(1)))
        #expect(faults(effects).map(\.code) == ["scan-overlong"])
        #expect(faults(effects).first?.raw == Array("01234567".utf8))
    }

    @Test("a hundred faults in one read are told once, with their number")
    func manyFaults() throws {
        var scanner = try opened(["longest": 3])
        let effects = scanner.hears(String(repeating: "ABCD\r", count: 100), at: start)
        #expect(faults(effects).count == 1)
        #expect(faults(effects).first?.message.contains("99 more") == true)
        #expect(effects.last == .frames(good: 0, bad: 100))
    }

    @Test("the AIM identifier becomes the symbology where it is configured, and stays content where not")
    func aim() throws {
        var scanner = try opened(["aim": true])
        let reading = ScanReading(payload: Array("XF-1".utf8), symbology: "Q1")
        #expect(scanner.hears("]Q1XF-1\r", at: start).first == .observed([.scan(reading)], Receipt(1)))
        #expect(scanner.hears("]Q1\r", at: start).first == .observed([scan("]Q1")], Receipt(2)))
        var plain = try opened()
        #expect(plain.hears("]Q1XF-1\r", at: start).first == .observed([scan("]Q1XF-1")], Receipt(1)))
    }

    @Test(
        "what a code is follows from the role, and from the setting before it",
        arguments: [
            (DriverContext.Role.clock, nil, true), (.patrol, nil, false), (.both, nil, false), (.clock, "scan", false),
            (.patrol, "punch", true),
        ] as [(DriverContext.Role, String?, Bool)])
    func role(role: DriverContext.Role, setting: String?, isPunch: Bool) throws {
        let settings: JSONValue = setting.map { ["reading": .string($0), "aim": true] } ?? ["aim": true]
        var scanner = KeyboardWedge(settings: try KeyboardWedgeSettings(settings, role: role))
        _ = scanner.handle(.linkOpened(.evdev), at: start)
        guard case .observed(let readings, _) = scanner.hears("]C010023\r", at: start).first else {
            Issue.record("nothing was read")
            return
        }
        let punch = PunchReading(
            identity: nil, badge: "10023", direction: .unknown, method: .card, deviceTime: nil,
            native: ["symbology": "C0"])
        let scan = ScanReading(payload: Array("10023".utf8), symbology: "C0")
        #expect(readings == [isPunch ? .punch(punch) : .scan(scan)])
    }

    @Test(
        "bytes that may be GBK cannot be a badge: they are a scan even at a time clock",
        arguments: [
            [0xD1, 0xB2], [0xD6, 0xD0],
        ] as [[UInt8]])
    func noBadge(code: [UInt8]) throws {
        var scanner = KeyboardWedge(
            settings: try KeyboardWedgeSettings(["alt_codes": "gbk", "shortest": 1], role: .clock))
        _ = scanner.handle(.linkOpened(.evdev), at: start)
        let strokes = try #require(KeyTypist(style: .gbkPairs).strokes(for: code))
        let bytes = KeyTypist.events(of: strokes + [.init([28])], from: 0).flatMap(\.bytes)
        #expect(
            scanner.handle(.received(bytes), at: start).first
                == .observed([.scan(ScanReading(payload: code))], Receipt(1)))
    }

    @Test(
        "no command is understood, and each is answered",
        arguments: [DeviceCommand.syncClock, .readLog, .identify, .message("hello")])
    func commands(_ command: DeviceCommand) throws {
        var scanner = try opened()
        let answer = scanner.handle(.command(command, CommandID(7)), at: start)
        #expect(answer == [.answered(CommandID(7), .refused("a keyboard-mode scanner only talks"))])
    }

    @Test("what does not concern it is passed over")
    func unconcerned() throws {
        var scanner = try opened()
        let inputs: [DriverInput] = [
            .described([1]), .lineGranted, .requested(DeviceRequest(method: "GET", path: "/"), RequestID(1)),
            .recorded(Receipt(9), known: false), .linkClosing, .woke, .linkClosed,
        ]
        for input in inputs { #expect(scanner.handle(input, at: start) == []) }
    }

    private func opened(_ settings: JSONValue = .object([])) throws -> KeyboardWedge {
        var scanner = KeyboardWedge(settings: try KeyboardWedgeSettings(settings))
        #expect(scanner.handle(.linkOpened(.evdev), at: start) == [])
        return scanner
    }

    private func later(_ milliseconds: Int) -> Now {
        Now(wall: start.wall + .milliseconds(milliseconds), uptime: start.uptime + .milliseconds(milliseconds))
    }

    private func scan(_ text: String) -> Observation {
        .scan(ScanReading(payload: Array(text.utf8)))
    }

    private func faults(_ effects: [DriverEffect]) -> [DeviceFault] {
        effects.compactMap { if case .faulted(let fault) = $0 { fault } else { nil } }
    }
}

extension KeyboardWedge {
    /// Keys of a US keyboard, 100 µs apart from the given millisecond of the kernel's clock on.
    fileprivate mutating func hears(_ text: String, at now: Now, kernel: Int64 = 0) -> [DriverEffect] {
        let strokes = KeyTypist().strokes(for: Array(text.utf8)) ?? []
        let events = KeyTypist.events(of: strokes, from: kernel * 1000, step: 100)
        return handle(.received(events.flatMap(\.bytes)), at: now)
    }
}
