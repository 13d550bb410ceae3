import EM4100Driver
import EM4100Wire
import GatehouseDriverKit
import GatehouseModel
import Testing

@Suite("EM4100 reader")
struct EM4100Tests {
    let card = EM4100Tag(version: 0x01, number: 0x0063_E9AE)
    let other = EM4100Tag(version: 0x10, number: 0x0086_F444)

    @Test("at a clock a card is a punch by card, without a direction and without a time")
    func punch() throws {
        var reader = try opened(.clock, ["format": "facility-comma"])
        let effects = reader.handle(.received(card.frame()), at: at(0))
        let punch = PunchReading(
            identity: nil, badge: "099,59822", direction: .unknown, method: .card, deviceTime: nil,
            native: ["tag": "010063E9AE"])
        #expect(effects == [.observed([.punch(punch)], Receipt(1)), .frames(good: 1, bad: 0)])
        #expect(reader.handle(.recorded(Receipt(1)), at: at(1)) == [])
    }

    @Test("on patrol, or where the role is open, it is a scan", arguments: [DriverContext.Role.patrol, .both])
    func scan(role: DriverContext.Role) throws {
        var reader = try opened(role)
        let scan = ScanReading(payload: Array("010063E9AE".utf8), native: ["tag": "010063E9AE"])
        #expect(reader.handle(.received(card.frame()), at: at(0)).first == .observed([.scan(scan)], Receipt(1)))
    }

    @Test("a card that stays is one reading, however long")
    func stays() throws {
        var reader = try opened(.patrol)
        var readings = 0
        for repetition in 0..<500 { readings += reader.reads(card.frame(), at: at(repetition * 60)) }
        #expect(readings == 1)
    }

    @Test("it is read again only after the absence", arguments: [(749, 1), (750, 2)])
    func absence(pause: Int, readings: Int) throws {
        var reader = try opened(.patrol)
        let found = reader.reads(card.frame(), at: at(0)) + reader.reads(card.frame(), at: at(pause))
        #expect(found == readings)
    }

    @Test("the absence is a setting")
    func absenceSetting() throws {
        var reader = try opened(.patrol, ["absence": "2s"])
        #expect(reader.reads(card.frame(), at: at(0)) == 1)
        #expect(reader.reads(card.frame(), at: at(1999)) == 0)
        #expect(reader.reads(card.frame(), at: at(4000)) == 1)
    }

    @Test("two cards that take turns at the reader are one reading each")
    func takingTurns() throws {
        var reader = try opened(.patrol)
        var readings = 0
        for turn in 0..<40 { readings += reader.reads((turn % 2 == 0 ? card : other).frame(), at: at(turn * 60)) }
        #expect(readings == 2)
    }

    @Test("all cards of one read are one batch")
    func batch() throws {
        var reader = try opened(.patrol)
        let effects = reader.handle(.received(card.frame() + card.frame() + other.frame(.id12)), at: at(0))
        guard case .observed(let readings, Receipt(1)) = effects.first else {
            Issue.record("nothing was read")
            return
        }
        #expect(readings.count == 2)
        #expect(effects.last == .frames(good: 3, bad: 0))
    }

    @Test("a frame with a wrong checksum is counted and is no fault; it does not make one presentation two")
    func damaged() throws {
        var reader = try opened(.patrol)
        var wrong = card.frame()
        wrong[3] = 0x37
        #expect(reader.reads(card.frame(), at: at(0)) == 1)
        #expect(reader.handle(.received(wrong), at: at(600)) == [.frames(good: 0, bad: 1)])
        #expect(reader.reads(card.frame(), at: at(1200)) == 0)
    }

    @Test("the end of a frame that began before the link stood is not counted as bad; later noise is")
    func middle() throws {
        var reader = try opened(.patrol)
        #expect(reader.handle(.received(Array("E9AE25\u{3}".utf8)), at: at(0)) == [])
        #expect(reader.handle(.received(Array("E9AE25\u{3}".utf8)), at: at(60)) == [.frames(good: 0, bad: 1)])
        #expect(reader.handle(.linkOpened(.serial), at: at(100)) == [])
        #expect(reader.handle(.received(Array("25\u{3}".utf8)), at: at(160)) == [])
    }

    @Test("a frame torn by unplugging leaves nothing for the next link")
    func unplugged() throws {
        var reader = try opened(.patrol)
        _ = reader.handle(.received(Array(card.frame().prefix(9))), at: at(0))
        #expect(reader.handle(.linkClosed, at: at(10)) == [])
        _ = reader.handle(.linkOpened(.serial), at: at(20))
        #expect(reader.reads(Array(card.frame().dropFirst(9)), at: at(30)) == 0)
        #expect(reader.reads(card.frame(), at: at(40)) == 1)
    }

    @Test("no command is understood, and each is answered")
    func command() throws {
        var reader = try opened(.patrol)
        let answer = reader.handle(.command(.identify, CommandID(7)), at: at(0))
        #expect(answer == [.answered(CommandID(7), .refused("this reader only talks"))])
    }

    @Test(
        "what cannot be used is refused by its key",
        arguments: [
            ("format", ["format": "decimal"]), ("format", ["format": 10]), ("absence", ["absence": "99ms"]),
            ("absence", ["absence": "11s"]), ("absence", ["absence": 750]), ("formatt", ["formatt": "hex10"]),
        ] as [(String, JSONValue)])
    func refused(key: String, settings: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) { try EM4100Settings(settings) }
        #expect(problem?.key == key)
    }

    @Test("the catalogue's entry makes a reader of the role, refuses a secret, and claims no USB device")
    func family() throws {
        var reader = try EM4100.family.make(DriverContext(zone: .utc, role: .clock))
        guard case .observed(let readings, _) = reader.handle(.received(card.frame()), at: at(0)).first,
            case .punch = readings.first
        else {
            Issue.record("no punch at a clock")
            return
        }
        let problem = #expect(throws: SettingsProblem.self) {
            try EM4100.family.make(DriverContext(zone: .utc, secret: "1"))
        }
        #expect(problem?.key == "secret")
        #expect(EM4100.family.usb.isEmpty && !EM4100.family.hasMemory)
    }

    @Test("the probe asks nothing, and knows a reader by a card held to it")
    func probe() throws {
        let probe = try #require(EM4100.family.probes.first)
        #expect(probe.question.isEmpty && probe.lines == [SerialLine(rate: 9600)])
        #expect(probe.recognise(Array("\u{2}0100".utf8), SerialLine()) == nil)
        #expect(probe.recognise([0x45, 0x03] + card.frame(), SerialLine())?.isCertain == true)
    }

    private func opened(_ role: DriverContext.Role, _ settings: JSONValue = .object([])) throws -> EM4100 {
        var reader = EM4100(role: role, settings: try EM4100Settings(settings))
        #expect(reader.handle(.linkOpened(.serial), at: at(0)) == [])
        return reader
    }

    private func at(_ milliseconds: Int) -> Now {
        Now(wall: Moment(milliseconds: 1_795_000_000_000 + Int64(milliseconds)), uptime: .milliseconds(milliseconds))
    }
}

extension EM4100 {
    fileprivate mutating func reads(_ bytes: [UInt8], at now: Now) -> Int {
        handle(.received(bytes), at: now).reduce(0) {
            if case .observed(let readings, _) = $1 { $0 + readings.count } else { $0 }
        }
    }
}
