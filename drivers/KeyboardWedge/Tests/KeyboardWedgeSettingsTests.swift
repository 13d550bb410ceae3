import EvdevWire
import GatehouseDriverKit
import GatehouseModel
import KeyboardWedgeDriver
import Testing

@Suite("Keyboard-mode scanner settings")
struct KeyboardWedgeSettingsTests {
    @Test("left out, they are what most scanners need")
    func defaults() throws {
        let settings = try KeyboardWedgeSettings(.object([]))
        #expect(settings.manner == KeyboardManner(layout: .us, capsLock: .followed, altCodes: .unicode))
        #expect(settings.format.terminator == .auto)
        #expect(settings.format.pause == .milliseconds(100))
        #expect(settings.format.onPause == .ends)
        #expect(settings.format.shortest == 3)
        #expect(settings.reading == .scan)
        #expect(!settings.aim)
    }

    @Test("all of them are read")
    func all() throws {
        let settings = try KeyboardWedgeSettings([
            "layout": "fr", "terminator": "enter", "pause": "2s", "on_pause": "drop", "shortest": 1, "longest": 64,
            "caps_lock": "invert", "dead_keys": false, "alt_codes": "gbk", "aim": true, "reading": "punch",
        ])
        #expect(
            settings.manner
                == KeyboardManner(layout: .fr, capsLock: .inverted, altCodes: .gbk, hasDeadKeys: false))
        #expect(
            settings.format
                == WedgeFormat(terminator: .enter, pause: .seconds(2), onPause: .drops, shortest: 1, longest: 64))
        #expect(settings.aim)
        #expect(settings.reading == .punch)
    }

    @Test(
        "what cannot be used is refused by its key",
        arguments: [
            ("layout", ["layout": "ch"]), ("layout", ["layout": 1]), ("terminator", ["terminator": "cr"]),
            ("pause", ["pause": "100"]), ("pause", ["pause": "19ms"]), ("pause", ["pause": "11s"]),
            ("pause", ["pause": 100]), ("pause", ["pause": "99999999999999999999ms"]), ("pause", ["pause": "١٠٠ms"]),
            ("on_pause", ["on_pause": "keep"]), ("on_pause", ["on_pause": .null]),
            ("on_pause", ["terminator": "none", "on_pause": "drop"]), ("shortest", ["shortest": 0]),
            ("shortest", ["shortest": 65]), ("longest", ["longest": 8193]), ("longest", ["longest": "64"]),
            ("caps_lock", ["caps_lock": true]), ("caps_lock", ["caps_lock": "off"]), ("dead_keys", ["dead_keys": 0]),
            ("alt_codes", ["alt_codes": "big5"]), ("aim", ["aim": "yes"]), ("reading", ["reading": "badge"]),
            ("layuot", ["layuot": "us"]),
        ] as [(String, JSONValue)])
    func refused(key: String, settings: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) { try KeyboardWedgeSettings(settings) }
        #expect(problem?.key == key)
    }

    @Test("the catalogue's entry makes a scanner, refuses a secret, and explains every key that is read")
    func family() throws {
        let context = DriverContext(zone: .utc, role: .clock, settings: ["aim": true])
        #expect(try KeyboardWedge.family.make(context) is KeyboardWedge)
        var secret = context
        secret.secret = "1234"
        let problem = #expect(throws: SettingsProblem.self) { try KeyboardWedge.family.make(secret) }
        #expect(problem?.key == "secret")
        #expect(KeyboardWedge.family.plug == .evdev)
        #expect(!KeyboardWedge.family.hasMemory)
        #expect(KeyboardWedge.family.settings.count == 11)
    }

    @Test("scanners set to keyboard mode are claimed, and nobody's keyboard")
    func claims() {
        func claims(_ vendor: UInt16, _ product: UInt16) -> Bool {
            KeyboardWedge.family.usb.contains { $0.matches(vendor: vendor, product: product) }
        }
        #expect(claims(0x05E0, 0x1200) && claims(0x0C2E, 0x0204) && claims(0x05F9, 0x2206))
        #expect(claims(0x1EAB, 0x1303) && claims(0x1EAB, 0x8303))
        #expect(!claims(0x1EAB, 0x1306) && !claims(0x05E0, 0x1701), "the same scanners on a serial line")
        // Logitech, Lenovo, Cherry and Dell keyboards, and chips that card readers share with anything else.
        let others: [(UInt16, UInt16)] = [
            (0x046D, 0xC31C), (0x17EF, 0x6099), (0x046A, 0x0011), (0x413C, 0x2107), (0xFFFF, 0x0035), (0x08FF, 0x0009),
        ]
        for (vendor, product) in others { #expect(!claims(vendor, product)) }
    }
}
