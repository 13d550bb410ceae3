import GatehouseDriverKit
import GatehouseModel
import OSDPWire
import Testing

@testable import OSDPDriver

@Suite("OSDP settings")
struct OSDPSettingsTests {
    @Test("nothing need be said for a reader in plain text at address 0")
    func defaults() throws {
        let settings = try settings(.object([]))
        #expect(settings.address == 0 && settings.check == .crc16 && settings.key == nil && !settings.installs)
        #expect(settings.pollPeriod == .milliseconds(100))
    }

    @Test("each key is read")
    func everything() throws {
        let settings = try settings(
            [
                "address": 126, "check": "checksum", "idle_byte": false, "poll": "20ms", "patience": "2s",
                "key": "master", "install": true, "badge": "facility-card", "layout37": "H10304", "parity": "strip",
                "byte_order": "reversed", "key_pause": "500ms", "on_pause": "drop", "feedback": false, "led": 3,
            ], secret: "00112233445566778899AABBccddeeff")
        #expect(settings.address == 126 && settings.check == .checksum && !settings.hasIdleByte)
        #expect(settings.pollPeriod == .milliseconds(20) && settings.patience == .seconds(2))
        #expect(settings.key == .master((0..<16).map { UInt8($0 * 17) }) && settings.installs)
        #expect(
            settings.badge
                == BadgeFormat(form: .facilityCard, parity: .strip, layout37: .h10304, isReversed: true))
        #expect(settings.keyPause == .milliseconds(500) && !settings.takesUnended)
        #expect(!settings.hasFeedback && settings.led == 3)
    }

    @Test("each key has its explanation, and no other has one")
    func explanations() throws {
        for name in OSDPSettings.explained.keys {
            let problem = #expect(throws: SettingsProblem.self) { try settings(.object([.init(name, .array([]))])) }
            #expect(problem?.key == name && problem?.reason.contains("not known") == false)
        }
    }

    @Test(
        "what cannot be used is refused by name",
        arguments: [
            ("adress", 1), ("address", 127), ("address", .null), ("check", "sum"), ("idle_byte", "yes"),
            ("poll", "10ms"), ("poll", "fast"), ("patience", "1h"), ("badge", "both"), ("led", 32),
            ("key_pause", "99999999s"), ("install", true), ("key", "master"), ("parity", "keep"),
        ] as [(String, JSONValue)])
    func refused(name: String, value: JSONValue) {
        let json: JSONValue = name == "parity" ? ["parity": value, "badge": "card"] : .object([.init(name, value)])
        let problem = #expect(throws: SettingsProblem.self) { try settings(json) }
        #expect(problem?.key == name)
    }

    @Test(
        "a secret that is no key, or everybody's, is refused and not shown",
        arguments: ["4711", "zz112233445566778899aabbccddeeff", "303132333435363738393a3b3c3d3e3f"])
    func badSecret(secret: String) {
        let problem = #expect(throws: SettingsProblem.self) { try settings(.object([]), secret: secret) }
        #expect(problem?.key == "secret")
        #expect(problem?.reason.contains(secret) == false)
    }

    private func settings(_ settings: JSONValue, secret: String? = nil) throws -> OSDPSettings {
        try OSDPSettings(DriverContext(zone: .utc, secret: secret, settings: settings))
    }
}

@Suite("Badges of cards")
struct BadgeFormatTests {
    @Test(
        "the published card of 26 bits in each form",
        arguments: [
            (.auto, "123-4567"), (.facilityCard, "123-4567"), (.card, "4567"), (.decimal, "8065495"),
            (.hex, "7B11D7"), (.bits, "11110110001000111010111"),
        ] as [(BadgeFormat.Form, String)])
    func wiegand(form: BadgeFormat.Form, badge: String) {
        let card = OSDPWiegand.h10301.card(facility: 123, card: 4567)
        #expect(BadgeFormat(form: form).reading(of: card).badge == badge)
    }

    @Test("kept parity makes the whole a number")
    func kept() {
        let card = OSDPWiegand.h10301.card(facility: 123, card: 4567)
        #expect(BadgeFormat(form: .hex, parity: .keep).reading(of: card).badge == "2F623AE")
        #expect(BadgeFormat(form: .decimal, parity: .keep).reading(of: card).badge == "49685422")
        #expect(BadgeFormat(parity: .keep).reading(of: card).badge == "2F623AE")
    }

    @Test("37 bits have a facility or none, as told")
    func layouts37() {
        let card = OSDPWiegand.h10304.card(facility: 12, card: 345)
        #expect(BadgeFormat().reading(of: card).badge == "\(12 << 19 | 345)")
        #expect(BadgeFormat(layout37: .h10304).reading(of: card).badge == "12-345")
    }

    @Test("34 bits have facility and card")
    func bits34() {
        let card = OSDPWiegand.bits34.card(facility: 40_000, card: 50_000)
        #expect(BadgeFormat().reading(of: card).badge == "40000-50000")
    }

    @Test("a wrong parity makes no badge, unless it is not looked at")
    func wrongParity() {
        var card = OSDPWiegand.h10301.card(facility: 123, card: 4567)
        card.bits[3] ^= 0x40
        let reading = BadgeFormat().reading(of: card)
        #expect(reading.badge == nil)
        #expect(reading.native["parity"] == "wrong")
        #expect(BadgeFormat(parity: .strip).reading(of: card).badge == "123-4567")
    }

    @Test(
        "serial numbers as they are and turned round",
        arguments: [
            (BadgeFormat.Form.auto, false, "4E2FFF93"), (.auto, true, "93FF2F4E"), (.hex, true, "93FF2F4E"),
            (.decimal, false, "1311768467"), (.decimal, true, "2482974542"), (.card, false, "1311768467"),
            (.bits, false, "01001110001011111111111110010011"),
        ])
    func serialNumber(form: BadgeFormat.Form, isReversed: Bool, badge: String) {
        let card = OSDPCard(reader: 0, format: 1, bitCount: 32, bits: [0x4E, 0x2F, 0xFF, 0x93])
        #expect(BadgeFormat(form: form, isReversed: isReversed).reading(of: card).badge == badge)
    }

    @Test("leading zeros of a serial number stay, and ten bytes fit no number")
    func longSerial() {
        let uid = OSDPCard(reader: 0, format: 0, bitCount: 56, bits: [4, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6])
        #expect(BadgeFormat().reading(of: uid).badge == "04A1B2C3D4E5F6")
        let long = OSDPCard(reader: 0, format: 0, bitCount: 80, bits: Array(0...9))
        #expect(BadgeFormat(form: .decimal).reading(of: long).badge == "00010203040506070809")
    }

    @Test("a count of bits that is no whole bytes is a number, not turned round")
    func odd() {
        let card = OSDPCard(reader: 0, format: 1, bitCount: 12, bits: [0xAB, 0xC0])
        #expect(BadgeFormat(isReversed: true).reading(of: card).badge == "ABC")
    }
}

@Suite("Keypads")
struct KeyPadTests {
    @Test("digits, function keys and clear")
    func keys() {
        var pad = KeyPad()
        #expect(pad.press([0x31, 0x41, 0x32], reader: 0) == [])
        #expect(pad.isTyping)
        #expect(
            pad.press([0x0D, 0x33, 0x7F, 0x34, 0x0D, 0x0D], reader: 0) == [
                .init(reader: 0, digits: "12", functions: "A", isEnded: true),
                .init(reader: 0, digits: "4", functions: "", isEnded: true),
            ])
        #expect(!pad.isTyping)
        #expect(pad.end(isEnded: false) == nil)
    }

    @Test("somebody at another keypad ends what was typed at the first")
    func twoPads() {
        var pad = KeyPad()
        #expect(pad.press([0x31], reader: 0) == [])
        #expect(
            pad.press([0x32, 0x0D], reader: 1) == [
                .init(reader: 0, digits: "1", functions: "", isEnded: false),
                .init(reader: 1, digits: "2", functions: "", isEnded: true),
            ])
    }

    @Test("far too many keys are nobody's number, and do not pile up")
    func overlong() {
        var pad = KeyPad()
        for _ in 0..<1000 { _ = pad.press(Array(repeating: 0x31, count: 255), reader: 0) }
        #expect(pad.isTyping)
        #expect(pad.press([0x0D, 0x37, 0x0D], reader: 0).map(\.digits) == ["7"])
    }
}
