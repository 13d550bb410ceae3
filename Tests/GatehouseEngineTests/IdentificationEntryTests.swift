import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import Testing

@Suite("What identification has to paste")
struct IdentificationEntryTests {
    let adapter = PluggedPort(
        path: "/dev/ttyUSB0", stableName: "usb-0403:6001-A1", vendor: 0x0403, product: 0x6001, serial: "A1",
        place: "usb-0:2")

    @Test("a port with a USB serial number is known by it, and the line is written where it is not the family's own")
    func withSerial() {
        let recognition = Recognition(facts: DeviceFacts(serial: "X 7"), settings: ["address": 5, "format": "W26"])
        let line = SerialLine(rate: 9600, parity: .odd, rs485: true)
        let finding = Identification.Finding(family: "memory-scanner", line: line, recognition: recognition)
        #expect(
            finding.yaml(at: .port(adapter, stablePath: nil), family: asker("memory-scanner", lines: []))
                == """
                devices:
                  - id: memory-scanner-X-7
                    driver: memory-scanner
                    match: { usb: "0403:6001", serial: "A1" }
                    line: { rate: 9600, framing: 8O1, rs485: true }
                    settings: { address: 5, format: "W26" }
                    role: both

                """)
    }

    @Test("without a serial number the port is known by its best path", arguments: [nil, "/dev/serial/by-path/x"])
    func withoutSerial(stablePath: String?) {
        var port = adapter
        port.serial = nil
        let finding = Identification.Finding(family: "em4100", line: slow, recognition: Recognition())
        let yaml = finding.yaml(at: .port(port, stablePath: stablePath), family: asker("em4100", lines: [slow]))
        #expect(yaml.contains("match: { tty: \"\(stablePath ?? "/dev/ttyUSB0")\" }"))
        #expect(!yaml.contains("line:") && !yaml.contains("settings:"))
    }

    @Test("a device in the network is known by its host")
    func network() {
        let finding = Identification.Finding(family: "anviz", line: nil, recognition: Recognition())
        let yaml = finding.yaml(at: .host("192.168.1.20:5010"), family: nil)
        #expect(yaml.contains("id: anviz-192.168.1.20-5010\n") && yaml.contains("host: \"192.168.1.20:5010\""))
    }

    @Test("a name from outside cannot break out of its place in the entry")
    func hostileSerial() {
        var port = adapter
        port.serial = "\" }\n  - id: evil"
        let finding = Identification.Finding(
            family: "osdp", line: nil,
            recognition: Recognition(facts: DeviceFacts(serial: "a\nb: c"), settings: ["k\"": "v\n"]))
        let yaml = finding.yaml(at: .port(port, stablePath: nil), family: nil)
        #expect(yaml.split(separator: "\n").count == 6 && !yaml.contains("\n  - id: evil"))
        #expect(yaml.contains("id: osdp-a-b--c\n"))
    }

    @Test("USB ids that one family claims need no question")
    func toldByUSB() {
        var family = listener("line-scanner", lines: [slow])
        family.usb = [USBPattern(vendor: 0x0403)]
        #expect(
            Identification.told(of: adapter, families: [family, asker("a", lines: [slow])]).map(\.family) == [
                "line-scanner"
            ])
    }

    @Test("a HID device is told by the usage page of its descriptor, a keyboard only by its USB ids")
    func toldByDescriptor() {
        var hid = listener("hid-pos", lines: [])
        hid.plug = .hidraw
        var wedge = listener("keyboard-wedge", lines: [])
        wedge.plug = .evdev
        func port(_ transport: Transport, _ isScanner: Bool) -> PluggedPort {
            PluggedPort(path: "/dev/x", stableName: "x", transport: transport, isPOSScanner: isScanner, place: "x")
        }
        #expect(Identification.told(of: port(.hidraw, true), families: [hid, wedge]).map(\.family) == ["hid-pos"])
        #expect(Identification.told(of: port(.hidraw, false), families: [hid, wedge]).isEmpty)
        #expect(Identification.told(of: port(.evdev, false), families: [hid, wedge]).isEmpty)
    }
}
