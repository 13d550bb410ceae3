import GatehouseDriverKit
import GatehouseModel
import HIDPOSDriver
import Testing

@Suite("HID POS scanner settings")
struct HIDPOSSettingsTests {
    @Test("left out, they are what most scanners need")
    func defaults() throws {
        let settings = try HIDPOSSettings(.object([]))
        #expect(settings.suffix == .cr)
        #expect(settings.enableReport == .auto)
        #expect(settings.timeout == .milliseconds(500))
        #expect(settings.longest == 4096)
    }

    @Test("all of them are read")
    func all() throws {
        let settings = try HIDPOSSettings([
            "suffix": "none", "enable_report": "always", "timeout": "2s", "longest": 64,
        ])
        #expect(settings.suffix == .none)
        #expect(settings.enableReport == .always)
        #expect(settings.timeout == .seconds(2))
        #expect(settings.longest == 64)
    }

    @Test(
        "what cannot be used is refused by its key",
        arguments: [
            ("suffix", ["suffix": "lf"]), ("suffix", ["suffix": 13]), ("enable_report", ["enable_report": true]),
            ("timeout", ["timeout": "49ms"]), ("timeout", ["timeout": "61s"]), ("timeout", ["timeout": 500]),
            ("longest", ["longest": 0]), ("longest", ["longest": 8193]), ("sufix", ["sufix": "cr"]),
        ] as [(String, JSONValue)])
    func refused(key: String, settings: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) { try HIDPOSSettings(settings) }
        #expect(problem?.key == key)
    }

    @Test("the catalogue's entry makes a scanner, refuses a secret, and lists no identity: the usage page is enough")
    func family() throws {
        let context = DriverContext(zone: .utc, settings: ["suffix": "none"])
        #expect(try HIDPOS.family.make(context) is HIDPOS)
        var secret = context
        secret.secret = "1234"
        let problem = #expect(throws: SettingsProblem.self) { try HIDPOS.family.make(secret) }
        #expect(problem?.key == "secret")
        #expect(HIDPOS.family.plug == .hidraw)
        #expect(HIDPOS.family.usb.isEmpty)
        #expect(HIDPOS.family.settings.count == 4)
    }
}
