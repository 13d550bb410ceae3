import GatehouseWireKit
import OSDPWire
import Testing

@Suite("OSDP commands and replies")
struct OSDPContentTests {
    @Test("identity and capabilities of the recorded device")
    func introduction() throws {
        let identity = try #require(reply("ID, sequence 0"))
        guard case .identity(let who) = identity else {
            Issue.record("no identity: \(identity)")
            return
        }
        #expect(who.vendor == [0x11, 0x22, 0x33])
        #expect((who.model, who.version, who.serial) == (7, 1, 0x0A0B_0C0D))
        #expect(who.firmware == [1, 2, 3])
        guard case .capabilities(let can) = reply("CAP") else {
            Issue.record("no capabilities")
            return
        }
        #expect(can.hasLED && can.hasBuzzer && can.hasDisplay && can.offersSecureChannel)
        #expect(!can.keepsTime)
        #expect(can.receiveLimit == 256)
        #expect(can[16]?.compliance == 2)
        #expect(can[99] == nil)
    }

    @Test(
        "recorded replies mean what was done at the device",
        arguments: [
            ("POLL idle", OSDPReply.acknowledged),
            ("POLL -> KEYPAD 1234#", .keys(reader: 0, [0x31, 0x32, 0x33, 0x34, 0x0D])),
            ("POLL -> KEYPAD *", .keys(reader: 0, [0x7F])),
            ("POLL -> LSTATR tamper", .localStatus(tamper: true, power: false)),
            ("LSTAT", .localStatus(tamper: false, power: false)),
            ("unknown command -> NAK 03", .refused(.unknownCommand)),
            ("sequence skipped -> NAK 04", .refused(.sequence)),
        ])
    func replies(note: String, expected: OSDPReply) throws {
        #expect(reply(note) == expected)
    }

    @Test("recorded cards have the bits that were held to the device")
    func cards() throws {
        let wiegand = try card("POLL -> RAW 26-bit H10301 facility 123 card 4567")
        #expect(wiegand.text == "10111101100010001110101110")
        #expect((wiegand.format, wiegand.bitCount) == (1, 26))
        let csn = try card("POLL -> RAW 32-bit CSN 1311768467 = 0x4E2FFF93, left aligned")
        #expect(csn.number(0..<32) == 1_311_768_467)
        let uid = try card("POLL -> RAW 56-bit UID, format 0")
        #expect((uid.format, Hex.text(uid.bits)) == (0, "04a1b2c3d4e5f6"))
        for card in [wiegand, csn, uid] {
            #expect(OSDPReply(code: 0x50, data: card.data) == .card(card))
        }
    }

    @Test(
        "what is too short, or says more than it holds, is something else",
        arguments: [
            (0x41, ""), (0x45, "1122330701"), (0x48, "00"), (0x50, "00011a00bd88eb"), (0x50, "00010000"),
            (0x50, "0001ffff00"), (0x53, "000531"), (0x90, "112233"), (0x51, "000002"), (0x00, ""),
        ] as [(UInt8, String)])
    func others(code: UInt8, hex: String) throws {
        let data = try #require(Hex.bytes(hex))
        #expect(OSDPReply(code: code, data: data) == .other(code: code, data))
    }

    @Test("the readers' states, as many as may be")
    func readers() {
        #expect(OSDPReply(code: 0x4B, data: [0, 1, 2]) == .readerStatus([.normal, .notConnected, .tampered]))
        guard case .readerStatus(let states) = OSDPReply(code: 0x4B, data: Array(repeating: 1, count: 300)) else {
            Issue.record("no states")
            return
        }
        #expect(states.count == 8)
    }

    @Test("what lies behind the last bit of a card is not part of it")
    func tail() {
        #expect(
            OSDPReply(code: 0x50, data: [0, 1, 4, 0, 0xAF])
                == .card(
                    OSDPCard(reader: 0, format: 1, bitCount: 4, bits: [0xA0])))
    }

    @Test("commands are written as the recorded ones")
    func commands() throws {
        func recorded(_ note: String) throws -> OSDPCommand {
            try #require(OSDPVector.all.first { $0.note.hasPrefix(note) }?.plainCommand)
        }
        #expect(try recorded("POLL idle") == .poll)
        #expect(try recorded("ID, sequence 0") == .identify)
        #expect(try recorded("CAP") == .capabilities)
        #expect(try recorded("LSTAT") == .localStatus)
        #expect(try recorded("BUZ reader 0 default tone") == .beep(reader: 0, on: 2, off: 1, count: 3))
        #expect(try recorded("TEXT") == .text(reader: 0, Array("HELLO".utf8), seconds: 5))
        // The recorded one sets the permanent colour too.
        let led = try recorded("LED reader 0").data
        let blink = OSDPCommand.blink(reader: 0, led: 0, .green, on: 2, off: 1, duration: 20).data
        #expect(blink == led.prefix(9) + [0, 0, 0, 0, 0])
        #expect(
            OSDPCommand.setTime(year: 2026, month: 11, day: 24, hour: 13, minute: 5, second: 59).data
                == [0xEA, 0x07, 11, 24, 13, 5, 59])
        #expect(OSDPCommand.text(reader: 0, Array(repeating: 0x41, count: 99), seconds: 5).data.count == 6 + 32)
    }

    @Test("every refusal has words")
    func refusals() {
        let words = (UInt8(0)...255).map { OSDPRefusal(rawValue: $0).explanation }
        #expect(Set(words).count == 256)
    }

    private func reply(_ note: String) -> OSDPReply? {
        guard let vector = OSDPVector.all.first(where: { $0.note == note }), let code = vector.replyCode,
            let data = vector.replyData
        else { return nil }
        return OSDPReply(code: code, data: data)
    }

    private func card(_ note: String) throws -> OSDPCard {
        guard case .card(let card) = reply(note) else { throw NoCard() }
        return card
    }

    private struct NoCard: Error {}
}
