import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import OSDPDriver
import OSDPSimulator
import OSDPWire
import Testing

@Suite("OSDP commands and probes")
struct OSDPCommandTests {
    @Test("a reader that is to be found blinks and beeps")
    func identify() throws {
        var line = try running(.init())
        line.play(.command(.identify, CommandID(1)), 0)
        line.run(.seconds(1))
        #expect(line.seats[0].answers == [CommandID(1): .done(.object([]))])
        #expect(line.report()["led"] == "0000020303040064000000000000")
        #expect(line.report()["beeps"] == 5)
    }

    @Test("a text is shown by a reader with a display, and refused where it could not be shown")
    func message() throws {
        var line = try running(.init())
        line.play(.command(.message("Welcome"), CommandID(1)), 0)
        line.play(.command(.message("欢迎"), CommandID(2)), 0)
        line.play(.command(.message(String(repeating: "x", count: 33)), CommandID(3)), 0)
        line.run(.seconds(1))
        #expect(line.report()["text"] == "Welcome")
        #expect(line.seats[0].answers[CommandID(1)] == .done(.object([])))
        #expect(isRefused(line, 2) && isRefused(line, 3))
        var without = try running(.init(hasDisplay: false))
        without.play(.command(.message("Welcome"), CommandID(1)), 0)
        without.run(.seconds(1))
        #expect(isRefused(without, 1))
    }

    @Test("a clock is set where there is one, and only when asked or where the site file says so")
    func clock() throws {
        var without = try running(.init())
        without.play(.command(.syncClock, CommandID(1)), 0)
        #expect(isRefused(without, 1))
        var line = try running(.init(hasClock: true))
        #expect(line.report()["time"] == "")
        line.play(.command(.syncClock, CommandID(1)), 0)
        line.run(.seconds(1))
        #expect(line.seats[0].answers == [CommandID(1): .done(.object([]))])
        #expect(line.report()["time"]?.text?.hasPrefix("ea070b") == true)
        var synced = try running(.init(hasClock: true), clock: .sync)
        #expect(synced.report()["time"] != "")
    }

    @Test("a reader has no log")
    func log() throws {
        var line = try running(.init())
        line.play(.command(.readLog, CommandID(1)), 0)
        #expect(isRefused(line, 1))
    }

    @Test("a command to a reader that is not there, or that goes, is answered")
    func lost() throws {
        var line = SharedLine([try reader()], SimulatedOSDPLine([.init()], cipher: cipher))
        line.play(.command(.identify, CommandID(1)), 0)
        #expect(isRefused(line, 1))
        line.run(.seconds(1))
        line.isCut = true
        line.play(.command(.identify, CommandID(2)), 0)
        line.run(.seconds(20))
        #expect(isRefused(line, 2))
    }

    @Test("a command of several orders is answered once, whether they wait or one is under way", arguments: [0, 300])
    func answeredOnce(milliseconds: Int) throws {
        var line = try running(.init())
        line.say(["fault": "silence"])
        line.play(.command(.identify, CommandID(7)), 0)
        line.run(.milliseconds(milliseconds))
        #expect(line.seats[0].answers == [:])
        line.play(.linkClosed, 0)
        #expect(isRefused(line, 7))
    }

    @Test("commands do not pile up")
    func many() throws {
        var line = try running(.init())
        line.isCut = true
        for number in 1...100 { line.play(.command(.message("x"), CommandID(UInt64(number))), 0) }
        #expect(line.seats[0].answers.count > 80)
    }

    @Test("a reader is recognised by its answer, and the YAML to paste has its address", arguments: [UInt8(0), 0x7F])
    func probes(address: UInt8) throws {
        let family = OSDPReader.family(cipher: cipher, random: { Array(repeating: 0, count: $0) })
        #expect(family.sharesLine && !family.hasMemory)
        let probe = family.probes[address == 0 ? 0 : 1]
        var line = SimulatedOSDPLine([.init(address: 0, serial: 77)], cipher: cipher)
        let now = Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero)
        let later = Now(wall: now.wall, uptime: .seconds(1))
        let heard =
            line.handle(.opened(.serial), at: now) + line.handle(.received(probe.question), at: now)
            + line.handle(.woke, at: later)
        let bytes = heard.flatMap { effect -> [UInt8] in if case .send(let bytes) = effect { bytes } else { [] } }
        let found = probe.recognise([0x00, 0x53, 0x81] + bytes, probe.lines[0])
        #expect(found?.facts.serial == "77")
        #expect(found?.settings == ["address": address == 0 ? .integer(0) : .null])
        #expect(found?.isCertain == true)
        #expect(probe.recognise(Array(bytes.dropLast()), probe.lines[0]) == nil)
        // An echo of the question is no answer.
        #expect(probe.recognise(probe.question, probe.lines[0]) == nil)
    }

    private func running(
        _ setup: SimulatedOSDPReader.Setup, clock: DriverContext.ClockPolicy = .report
    ) throws -> SharedLine {
        var line = SharedLine([try reader(clock: clock)], SimulatedOSDPLine([setup], cipher: cipher))
        line.run(.seconds(1))
        return line
    }

    private func isRefused(_ line: SharedLine, _ number: UInt64) -> Bool {
        if case .refused = line.seats[0].answers[CommandID(number)] { true } else { false }
    }
}
