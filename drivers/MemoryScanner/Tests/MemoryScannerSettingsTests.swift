import GatehouseDriverKit
import GatehouseModel
import MemoryScannerDriver
import OPN2001Wire
import Testing

@Suite("Memory scanner's settings and family")
struct MemoryScannerSettingsTests {
    @Test(
        "what cannot be used is refused by its key",
        arguments: [
            ("poll", ["poll": "30"]), ("poll", ["poll": 30]), ("poll", ["poll": "0s"]), ("poll", ["poll": "3601s"]),
            ("data_crc", ["data_crc": "frames"]), ("prepare", ["prepare": "yes"]),
            ("assume_factory", ["assume_factory": 1]), ("pol", ["pol": "30s"]),
        ] as [(String, JSONValue)])
    func refused(key: String, settings: JSONValue) {
        let problem = #expect(throws: SettingsProblem.self) {
            try MemoryScanner(DriverContext(zone: .utc, settings: settings))
        }
        #expect(problem?.key == key)
    }

    @Test("the catalogue's entry claims the OPN-2001 and not its keyboard sibling, and opens 9600 8O1")
    func family() throws {
        let family = MemoryScanner.family
        #expect(family.line == SerialLine(rate: 9600, parity: .odd) && family.hasMemory)
        #expect(family.usb.contains { $0.matches(vendor: 0x065A, product: 0x0009) })
        #expect(!family.usb.contains { $0.matches(vendor: 0x065A, product: 0x0001) })
        let problem = #expect(throws: SettingsProblem.self) {
            try family.make(DriverContext(zone: .utc, secret: "1"))
        }
        #expect(problem?.key == "secret")
        #expect(family.settings.keys.sorted() == ["assume_factory", "data_crc", "poll", "prepare"])
    }

    @Test("the probe asks who it is, twice, and knows the answer by its check")
    func probe() throws {
        let probes = MemoryScanner.family.probes
        #expect(probes.count == 2 && probes.allSatisfy { $0.question == OPNRequest.interrogate.bytes })
        let probe = try #require(probes.first)
        let found = try #require(probe.recognise([0x00, 0xFF] + OPNReplies.identity, SerialLine()))
        #expect(found.isCertain && found.facts.serial == "0000000012345678")
        var wrong = OPNReplies.identity
        wrong[5] ^= 1
        #expect(probe.recognise(wrong, SerialLine()) == nil)
    }
}
