import GatehouseDriverKit
import GatehouseModel
import LineScannerDriver
import Testing

@Suite("Line scanner")
struct LineScannerTests {
    let start = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(10))

    @Test("a scan becomes one reading, handed over at once")
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
        let effects = scanner.hears("A\r\nB\r\nC\r\n", at: start)
        #expect(effects == [.observed([scan("A"), scan("B"), scan("C")], Receipt(1)), .frames(good: 3, bad: 0)])
        #expect(scanner.hears("D\r", at: start).first == .observed([scan("D")], Receipt(2)))
    }

    @Test("a scan that breaks off is dropped after the silence, and said to be")
    func unfinished() throws {
        var scanner = try opened()
        #expect(scanner.hears("XF-0", at: start) == [.wake(after: .milliseconds(200))])
        let effects = scanner.handle(.woke, at: later(200))
        #expect(faults(effects).map(\.code) == ["scan-unfinished"])
        #expect(faults(effects).first?.raw == Array("XF-0".utf8))
        #expect(effects.last == .frames(good: 0, bad: 1))
        #expect(scanner.hears("XF-0002\r", at: later(300)).first == .observed([scan("XF-0002")], Receipt(1)))
    }

    @Test("bytes that come in time push the end of the silence back, with one timer at a time")
    func silenceMoves() throws {
        var scanner = try opened()
        #expect(scanner.hears("XF", at: start) == [.wake(after: .milliseconds(200))])
        #expect(scanner.hears("-0", at: later(150)) == [])
        #expect(scanner.handle(.woke, at: later(200)) == [.wake(after: .milliseconds(150))])
        #expect(scanner.hears("001\r", at: later(300)).first == .observed([scan("XF-0001")], Receipt(1)))
        #expect(scanner.handle(.woke, at: later(350)) == [])
    }

    @Test("a scanner without terminator is set to end its scans by silence")
    func silenceEnds() throws {
        var scanner = try opened(["terminator": "none", "silence": "1s", "longest": 4])
        #expect(scanner.hears("AB", at: start) == [.wake(after: .seconds(1))])
        #expect(scanner.handle(.woke, at: later(1000)).first == .observed([scan("AB")], Receipt(1)))
        #expect(faults(scanner.hears("12345", at: later(2000))).map(\.code) == ["scan-overlong"])
        #expect(scanner.handle(.woke, at: later(3000)) == [])
        _ = scanner.hears("6", at: later(4000))
        #expect(scanner.handle(.woke, at: later(5000)).first == .observed([scan("6")], Receipt(2)))
    }

    @Test("an overlong scan is a fault with its beginning, and the next scan is whole")
    func overlong() throws {
        var scanner = try opened(["longest": 8])
        let effects = scanner.hears("0123456789\rXF\r", at: start)
        #expect(effects.first == .observed([scan("XF")], Receipt(1)))
        #expect(faults(effects).map(\.code) == ["scan-overlong"])
        #expect(faults(effects).first?.raw == Array("01234567".utf8))
        #expect(effects.last == .frames(good: 1, bad: 1))
    }

    @Test("a thousand faults in one read are told once, with their number")
    func manyFaults() throws {
        var scanner = try opened(["longest": 1])
        let effects = scanner.hears(String(repeating: "ABC\r", count: 1000), at: start)
        #expect(faults(effects).count == 1)
        #expect(faults(effects).first?.message.contains("999 more") == true)
        #expect(effects.last == .frames(good: 0, bad: 1000))
    }

    @Test("a scan torn by unplugging is dropped, and nothing of it is left for the next link")
    func unplugged() throws {
        var scanner = try opened(["on_silence": "end"])
        _ = scanner.hears("XF-0", at: start)
        #expect(faults(scanner.handle(.linkClosed, at: later(10))).map(\.code) == ["scan-unfinished"])
        #expect(scanner.handle(.linkOpened(.serial), at: later(20)) == [])
        #expect(scanner.hears("001\r", at: later(30)).first == .observed([scan("001")], Receipt(1)))
    }

    @Test("the AIM identifier becomes the symbology where it is configured")
    func aim() throws {
        var scanner = try opened(["aim": true])
        let reading = ScanReading(payload: Array("XF".utf8), symbology: "Q1")
        #expect(scanner.hears("]Q1XF\r", at: start).first == .observed([.scan(reading)], Receipt(1)))
    }

    @Test(
        "no command is understood, and each is answered",
        arguments: [DeviceCommand.syncClock, .readLog, .identify, .message("hello")])
    func commands(_ command: DeviceCommand) throws {
        var scanner = try opened()
        let answer = scanner.handle(.command(command, CommandID(7)), at: start)
        #expect(answer == [.answered(CommandID(7), .refused("a line scanner only talks"))])
    }

    @Test("it says nothing to the device, ever", arguments: [Transport.serial, .tcp])
    func silent(over transport: Transport) throws {
        var scanner = LineScanner(settings: try LineScannerSettings(.object([])))
        var effects = scanner.handle(.linkOpened(transport), at: start)
        effects += scanner.hears("A\rB", at: start)
        effects += scanner.handle(.woke, at: later(500))
        effects += scanner.handle(.linkClosed, at: later(600))
        #expect(!effects.contains { if case .send = $0 { true } else { false } })
    }

    private func opened(_ settings: JSONValue = .object([])) throws -> LineScanner {
        var scanner = LineScanner(settings: try LineScannerSettings(settings))
        #expect(scanner.handle(.linkOpened(.serial), at: start) == [])
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

extension LineScanner {
    fileprivate mutating func hears(_ text: String, at now: Now) -> [DriverEffect] {
        handle(.received(Array(text.utf8)), at: now)
    }
}
