import FCARDDriver
import FCARDSimulator
import FCARDWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseTestKit
import Testing

@Suite("Patrol wand's clock, commands and settings")
struct FCARDCommandTests {
    @Test("the error is told before the records, and the clock is set after them")
    func sync() throws {
        var session = try WandSession(slow(-90), clock: .sync, told: [["checkpoint": 1]])
        session.connect()
        session.pass(.seconds(5))
        let clock = session.effects.firstIndex { if case .clock = $0 { true } else { false } }
        let scans = session.effects.firstIndex { if case .observed = $0 { true } else { false } }
        #expect(try #require(clock) < #require(scans))
        #expect(session.clocks.map(\.corrected) == [false, true])
        #expect(session.codes.last == 0x0202)
        session.forget()
        session.pass(.seconds(60))
        #expect(session.clocks.map(\.corrected) == [false] && !session.codes.contains(0x0202), "told once: it is right")
    }

    @Test("otherwise it is left alone", arguments: [DriverContext.ClockPolicy.report, .correct])
    func notSet(policy: DriverContext.ClockPolicy) throws {
        var session = try WandSession(slow(-90), clock: policy)
        session.connect()
        session.pass(.seconds(60))
        #expect(!session.codes.contains(0x0202) && session.clocks.count == 1)
    }

    @Test("sync-clock, identify and read-log do what they say")
    func commands() throws {
        var session = try WandSession(slow(3), told: [["checkpoints": 130]])
        session.connect()
        session.pass(.seconds(5))
        session.forget()
        session.command(.syncClock, 1)
        session.pass(.seconds(2))
        #expect(session.codes.contains(0x0202))
        session.command(.identify, 2)
        session.pass(.seconds(2))
        #expect(session.report["beeps"] == 1)
        session.command(.readLog, 3)
        session.pass(.seconds(900))
        #expect(session.scans.count == 130 && session.movedTo == [])
        #expect(session.answers.count == 3)
        #expect(session.answers.last == .done(["records": 130]))
        #expect(session.answers.allSatisfy { if case .done = $0 { true } else { false } })
    }

    @Test("reading the whole memory begins with the oldest record")
    func readLog() throws {
        var setup = SimulatedFCARD.Setup()
        setup.capacity = 30
        var session = try WandSession(setup, told: [["checkpoints": 20]])
        session.connect()
        session.pass(.seconds(5))
        session.tell(["checkpoints": 20])
        session.pass(.seconds(30))
        session.forget()
        session.command(.readLog)
        session.pass(.seconds(5))
        let serials = session.scans.compactMap { $0.native["record"]?.integer }
        #expect(serials == Array(11...30) + Array(1...10))
    }

    @Test("commands that come in the middle of a visit are served by the next, and a lost link answers them")
    func waiting() throws {
        var session = try WandSession(told: [["checkpoints": 50]])
        session.holdsReceipts = true
        session.connect()
        session.command(.readLog, 1)
        session.command(.syncClock, 2)
        #expect(session.answers == [])
        session.disconnect()
        #expect(session.answers.count == 2)
    }

    @Test("a text cannot be shown, and a wand that does not answer does nothing")
    func refused() throws {
        var session = try WandSession(told: [["fault": "silence"]])
        session.connect()
        for (number, command) in [DeviceCommand.syncClock, .readLog, .identify, .message("hello")].enumerated() {
            session.command(command, UInt64(number))
        }
        #expect(session.answers.count == 4)
        #expect(session.answers.allSatisfy { if case .refused = $0 { true } else { false } })
    }

    @Test(
        "what cannot be used is refused by its key",
        arguments: [
            ("address", ["address": 256]), ("address", ["address": "1"]), ("format", ["format": "hex10"]),
            ("poll", ["poll": "10"]), ("poll", ["poll": "0s"]), ("live", ["live": "yes"]),
            ("battery_warning", ["battery_warning": 101]), ("adress", ["adress": 1]),
        ] as [(String, JSONValue)])
    func settings(key: String, settings: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) {
            try FCARD(DriverContext(zone: .utc, settings: settings))
        }
        #expect(problem?.key == key)
    }

    @Test("the catalogue's entry opens 115200 8N1, claims no USB device and refuses a secret")
    func family() throws {
        #expect(FCARD.family.line == SerialLine(rate: 115_200) && FCARD.family.hasMemory && FCARD.family.usb.isEmpty)
        let problem = #expect(throws: SettingsProblem.self) {
            try FCARD.family.make(DriverContext(zone: .utc, secret: "1"))
        }
        #expect(problem?.key == "secret")
    }

    @Test("the probe asks for the number, and says which address to set")
    func probe() throws {
        let probe = try #require(FCARD.family.probes.first)
        #expect(probe.question == FCARDRequest.number.frame(address: 1, infoCode: 0x1234).bytes)
        func answer(_ number: UInt8, infoCode: UInt16 = 0x1234) -> [UInt8] {
            FCARDFrame(address: number, infoCode: infoCode, type: 0x31, index: 0x01, data: [number]).bytes
        }
        #expect(probe.recognise(answer(1), SerialLine())?.settings == [:])
        #expect(probe.recognise([0x00, 0x7E] + answer(5), SerialLine())?.settings == ["address": 5])
        #expect(probe.recognise(answer(1, infoCode: 1), SerialLine()) == nil)
    }

    private func slow(_ seconds: Int) -> SimulatedFCARD.Setup {
        var setup = SimulatedFCARD.Setup()
        setup.clockOffset = .seconds(seconds)
        return setup
    }
}
