import GatehouseDriverKit
import GatehouseModel
import LineScanWire
import LineScannerDriver
import Testing

@Suite("Line scanner settings")
struct LineScannerSettingsTests {
    @Test("left out, they are what most scanners need")
    func defaults() throws {
        let settings = try LineScannerSettings(.object([]))
        #expect(settings.format == LineScanFormat(terminator: .auto, aim: false, longest: 4096))
        #expect(settings.silence == .milliseconds(200))
        #expect(settings.onSilence == .drops)
    }

    @Test("all of them are read")
    func all() throws {
        let settings = try LineScannerSettings([
            "terminator": "stx-etx", "aim": true, "silence": "2s", "on_silence": "end", "longest": 64,
        ])
        #expect(settings.format == LineScanFormat(terminator: .stxEtx, aim: true, longest: 64))
        #expect(settings.silence == .seconds(2))
        #expect(settings.onSilence == .ends)
    }

    @Test("without terminator, silence ends a scan")
    func noTerminator() throws {
        #expect(try LineScannerSettings(["terminator": "none"]).onSilence == .ends)
    }

    @Test(
        "what cannot be used is refused by its key",
        arguments: [
            ("terminator", ["terminator": "cr-lf"]), ("terminator", ["terminator": 13]), ("aim", ["aim": "yes"]),
            ("silence", ["silence": "200"]), ("silence", ["silence": 200]), ("silence", ["silence": "9ms"]),
            ("silence", ["silence": "61s"]), ("silence", ["silence": "٢٠٠ms"]),
            ("silence", ["silence": "99999999999999999999ms"]),
            ("on_silence", ["on_silence": "keep"]), ("on_silence", ["on_silence": .null]),
            ("on_silence", ["terminator": "none", "on_silence": "drop"]),
            ("longest", ["longest": 0]), ("longest", ["longest": 8193]), ("longest", ["longest": "4096"]),
            ("terminater", ["terminater": "cr"]),
        ] as [(String, JSONValue)])
    func refused(key: String, settings: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) { try LineScannerSettings(settings) }
        #expect(problem?.key == key)
    }

    @Test("the catalogue's entry makes a scanner, and refuses a secret")
    func family() throws {
        let context = DriverContext(zone: .utc, settings: ["aim": true])
        #expect(try LineScanner.family.make(context) is LineScanner)
        var secret = context
        secret.secret = "1234"
        let problem = #expect(throws: SettingsProblem.self) { try LineScanner.family.make(secret) }
        #expect(problem?.key == "secret")
        #expect(LineScanner.family.settings.keys.sorted() == ["aim", "longest", "on_silence", "silence", "terminator"])
    }

    @Test("scanners are claimed, bridges that anything may hide behind are not")
    func claims() {
        func claims(_ vendor: UInt16, _ product: UInt16) -> Bool {
            LineScanner.family.usb.contains { $0.matches(vendor: vendor, product: product) }
        }
        #expect(claims(0x05E0, 0x1701))
        #expect(!claims(0x05E0, 0x1200), "the same scanner as a keyboard")
        #expect(!claims(0x1A86, 0x7523) && !claims(0x0483, 0x5740) && !claims(0x0403, 0x6001))
    }
}
