import GatehouseDriverKit
import GatehouseModel
import HIDPOSDriver
import HIDPOSSimulator
import Testing

@Suite("HID POS scanner")
struct HIDPOSTests {
    let start = Now(wall: Moment(seconds: 1_795_000_000), uptime: .seconds(10))

    @Test("a report is a scan, handed over at once with its symbology")
    func oneScan() throws {
        var scanner = try opened(.counted)
        let effects = scanner.handle(.received(report("XF-0001")), at: start)
        #expect(effects == [.observed([scan("XF-0001")], Receipt(1)), .frames(good: 1, bad: 0)])
        #expect(scanner.handle(.recorded(Receipt(1)), at: start) == [])
        #expect(
            scanner.handle(.received(report("XF-0002")), at: start).first
                == .observed([scan("XF-0002")], Receipt(2)))
    }

    @Test("a code in two reports is one scan; if the second does not come, it is dropped after the timeout")
    func joined() throws {
        var scanner = try opened(.counted)
        #expect(
            scanner.handle(.received(report("XF-", continues: true)), at: start)
                == [.wake(after: .milliseconds(500))])
        #expect(
            scanner.handle(.received(report("0001")), at: later(400)).first
                == .observed([scan("XF-0001")], Receipt(1)))
        #expect(scanner.handle(.woke, at: later(500)) == [])
        _ = scanner.handle(.received(report("XF-", continues: true)), at: later(1000))
        _ = scanner.handle(.received(report("0002-", continues: true)), at: later(1300))
        #expect(scanner.handle(.woke, at: later(1500)) == [.wake(after: .milliseconds(300))])
        let effects = scanner.handle(.woke, at: later(1800))
        #expect(faults(effects).map(\.code) == ["scan-unfinished"])
        #expect(faults(effects).first?.raw == Array("XF-0002-".utf8))
        #expect(effects.last == .frames(good: 0, bad: 1))
    }

    @Test("pulled out in the middle of a code, what came of it is dropped")
    func unplugged() throws {
        var scanner = try opened(.counted)
        _ = scanner.handle(.received(report("XF-", continues: true)), at: start)
        #expect(faults(scanner.handle(.linkClosed, at: later(10))).map(\.code) == ["scan-unfinished"])
        #expect(scanner.handle(.linkClosed, at: later(20)) == [])
    }

    @Test(
        "Honeywell's feature report is sent where the descriptor has it, or as the settings say",
        arguments: [
            (SimulatedHIDPOS.Make.counted, "auto", false), (.honeywell, "auto", true), (.honeywell, "never", false),
            (.counted, "always", true),
        ])
    func enable(make: SimulatedHIDPOS.Make, setting: String, isSent: Bool) throws {
        var scanner = HIDPOS(settings: try HIDPOSSettings(["enable_report": .string(setting)]))
        #expect(scanner.handle(.described(SimulatedHIDPOS(make: make).descriptor), at: start) == [])
        #expect(scanner.handle(.linkOpened(.hidraw), at: start) == (isSent ? [.feature([0xFE, 1])] : []))
    }

    @Test("without a descriptor nothing can be read, and the fault says what to do; a later link with one works")
    func undescribed() throws {
        var scanner = HIDPOS(settings: try HIDPOSSettings(.object([])))
        #expect(faults(scanner.handle(.linkOpened(.hidraw), at: start)).map(\.code) == ["descriptor-missing"])
        #expect(scanner.handle(.received(report("XF-0001")), at: start) == [])
        #expect(scanner.handle(.linkClosed, at: start) == [])
        _ = scanner.handle(.described(SimulatedHIDPOS().descriptor), at: start)
        #expect(scanner.handle(.linkOpened(.hidraw), at: start) == [])
        #expect(
            scanner.handle(.received(report("XF-0001")), at: start).first
                == .observed([scan("XF-0001")], Receipt(1)))
        // What was said of one plug does not hold for the next.
        _ = scanner.handle(.linkClosed, at: start)
        #expect(faults(scanner.handle(.linkOpened(.hidraw), at: start)).map(\.code) == ["descriptor-missing"])
    }

    @Test(
        "a descriptor of something else, or a damaged one, is a fault with its bytes",
        arguments: [
            [], [0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0], [0x06], Array(repeating: 0xA4, count: 40),
        ] as [[UInt8]])
    func uselessDescriptor(bytes: [UInt8]) throws {
        var scanner = HIDPOS(settings: try HIDPOSSettings(.object([])))
        _ = scanner.handle(.described(bytes), at: start)
        let faults = faults(scanner.handle(.linkOpened(.hidraw), at: start))
        #expect(faults.map(\.code) == ["descriptor-unknown"])
        #expect(faults.first?.raw == bytes)
        #expect(scanner.handle(.received([2, 1, 65]), at: start) == [])
    }

    @Test(
        "a CR, or CR LF, behind the code is taken off and told, unless every byte is the code's",
        arguments: [
            ("cr", "A\r", "A", "0d"), ("cr", "A\r\n", "A", "0d0a"), ("cr", "A\n", "A\n", nil), ("cr", "\r", "\r", nil),
            ("cr", "A\r\r", "A\r", "0d"), ("none", "A\r", "A\r", nil),
        ] as [(String, String, String, String?)])
    func suffix(setting: String, sent: String, payload: String, taken: String?) throws {
        var scanner = try opened(.counted, ["suffix": .string(setting)])
        let reading = ScanReading(
            payload: Array(payload.utf8), symbology: "Q1",
            native: taken.map { ["suffix": .string($0)] } ?? .null)
        #expect(scanner.handle(.received(report(sent)), at: start).first == .observed([.scan(reading)], Receipt(1)))
    }

    @Test("what the device says beyond the code is kept beside it")
    func native() throws {
        var scanner = try opened(.honeywell)
        let bytes: [UInt8] = [2, 1] + Array("Q1]".utf8) + [0x41] + Array(repeating: 0, count: 55) + [0x73, 0, 0]
        let reading = ScanReading(payload: [0x41], native: ["identifier": "51315d", "makers": "7300"])
        #expect(scanner.handle(.received(bytes), at: start).first == .observed([.scan(reading)], Receipt(1)))
    }

    @Test("a report that does not fit is a fault; one of another number is none")
    func malformed() throws {
        var scanner = try opened(.counted)
        let effects = scanner.handle(.received([2, 60, 0x5D]), at: start)
        #expect(faults(effects).map(\.code) == ["report-malformed"])
        #expect(faults(effects).first?.raw == [2, 60, 0x5D])
        #expect(scanner.handle(.woke, at: later(600)) == [])
        #expect(scanner.handle(.received([9, 1, 2]), at: later(600)) == [])
        #expect(scanner.handle(.received(report("XF")), at: later(600)).first == .observed([scan("XF")], Receipt(1)))
    }

    @Test("an overlong code is a fault with its beginning")
    func overlong() throws {
        var scanner = try opened(.counted, ["longest": 8])
        let effects = scanner.handle(.received(report("0123456789")), at: start)
        #expect(faults(effects).map(\.code) == ["scan-overlong"])
        #expect(faults(effects).first?.raw == Array("01234567".utf8))
    }

    @Test(
        "no command is understood, and each is answered",
        arguments: [DeviceCommand.syncClock, .readLog, .identify, .message("hello")])
    func commands(_ command: DeviceCommand) throws {
        var scanner = try opened(.counted)
        let answer = scanner.handle(.command(command, CommandID(7)), at: start)
        #expect(answer == [.answered(CommandID(7), .refused("a HID POS scanner is only listened to"))])
    }

    private func opened(_ make: SimulatedHIDPOS.Make, _ settings: JSONValue = .object([])) throws -> HIDPOS {
        var scanner = HIDPOS(settings: try HIDPOSSettings(settings))
        _ = scanner.handle(.described(SimulatedHIDPOS(make: make).descriptor), at: start)
        _ = scanner.handle(.linkOpened(.hidraw), at: start)
        return scanner
    }

    /// A report of the counted make.
    private func report(_ text: String, continues: Bool = false) -> [UInt8] {
        let data = Array(text.utf8)
        let filled = data + Array(repeating: 0, count: 56 - data.count)
        return [2, UInt8(data.count)] + Array("]Q1".utf8) + filled + [continues ? 1 : 0]
    }

    private func later(_ milliseconds: Int) -> Now {
        Now(wall: start.wall + .milliseconds(milliseconds), uptime: start.uptime + .milliseconds(milliseconds))
    }

    private func scan(_ text: String) -> Observation {
        .scan(ScanReading(payload: Array(text.utf8), symbology: "Q1"))
    }

    private func faults(_ effects: [DriverEffect]) -> [DeviceFault] {
        effects.compactMap { if case .faulted(let fault) = $0 { fault } else { nil } }
    }
}
