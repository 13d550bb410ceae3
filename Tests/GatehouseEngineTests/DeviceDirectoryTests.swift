import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Device directory")
struct DeviceDirectoryTests {
    let scanner = PluggedPort(
        path: "/dev/ttyACM0", stableName: "S123", vendor: 0x05E0, product: 0x1701, serial: "S123", place: "usb-1-1:1.0")
    let bridge = PluggedPort(
        path: "/dev/ttyUSB0", stableName: "usb-1-2-1.0", vendor: 0x1A86, product: 0x7523, place: "usb-1-2:1.0")

    @Test("a port of which a driver is certain is claimed under a name that survives another port")
    func adopted() {
        let plan = directory().plan(for: [scanner])
        #expect(plan.claims.map(\.device) == ["line-scanner-S123"])
        #expect(plan.claims.first?.targets.map(\.address) == ["/dev/ttyACM0"])
        #expect(plan.claims.first?.isConfigured == false)
        var moved = scanner
        moved.path = "/dev/ttyACM7"
        #expect(directory().plan(for: [moved]).claims.map(\.device) == ["line-scanner-S123"])
    }

    @Test("a port of which nobody is certain is left alone, with the YAML to paste")
    func unmanaged() {
        let plan = directory().plan(for: [bridge])
        #expect(plan.claims.isEmpty)
        #expect(plan.unmanaged.first?.suggestion.contains("usb: \"1a86:7523\"") == true)
        #expect(plan.unmanaged.first?.suggestion.contains("id: line-scanner-usb-1-2-1.0") == true)
    }

    @Test("a port that two drivers claim goes to neither")
    func contested() {
        let families = [family("line-scanner", usb: 0x05E0), family("other", usb: 0x05E0)]
        let plan = DeviceDirectory(configured: [], families: families).plan(for: [scanner])
        #expect(plan.claims.isEmpty)
        #expect(plan.unmanaged.first?.reason == "claimed by line-scanner and other")
    }

    @Test("the site file's serial number finds the device at any port; another unit of the type is not it")
    func bySerial() {
        let match = DeviceMatch(usb: USBPattern(vendor: 0x05E0, product: 0x1701), serial: "S123")
        let directory = directory([.init(device: "gate", family: "line-scanner", match: match)])
        var other = scanner
        (other.serial, other.stableName, other.path, other.place) = ("S999", "S999", "/dev/ttyACM1", "usb-1-0:1.0")
        let plan = directory.plan(for: [other, scanner])
        #expect(plan.claims.map(\.device) == ["gate", "line-scanner-S999"])
        #expect(plan.claims.first?.targets.map(\.address) == ["/dev/ttyACM0"])
    }

    @Test("who names a serial number chooses before who names only the type")
    func certaintyFirst() {
        let type = USBPattern(vendor: 0x05E0, product: 0x1701)
        let directory = directory([
            .init(device: "any", family: "line-scanner", match: DeviceMatch(usb: type)),
            .init(device: "mine", family: "line-scanner", match: DeviceMatch(usb: type, serial: "S123")),
        ])
        let plan = directory.plan(for: [scanner])
        #expect(plan.claims.map(\.device) == ["any", "mine"])
        #expect(plan.claims.map { $0.targets.count } == [0, 1])
    }

    @Test("a path counts as the port it links to, and keeps its own name for opening")
    func byPath() {
        let match = DeviceMatch(tty: "/dev/serial/by-id/scanner")
        let directory = directory([.init(device: "gate", family: nil, match: match)])
        let plan = directory.plan(for: [scanner]) { $0 == "/dev/serial/by-id/scanner" ? "/dev/ttyACM0" : $0 }
        #expect(plan.claims.map(\.device) == ["gate"])
        #expect(plan.claims.first?.family == "line-scanner")
        #expect(plan.claims.first?.targets.map(\.address) == ["/dev/serial/by-id/scanner"])
        #expect(plan.unmanaged.isEmpty)
    }

    @Test("a device on the network is there whatever is plugged in")
    func network() {
        let target = LinkTarget(transport: .tcp, address: "tcp://192.168.1.201:4370")
        let directory = directory([.init(device: "clock", family: "zkteco", match: DeviceMatch(network: [target]))])
        #expect(directory.plan(for: []).claims.first?.targets == [target])
    }

    @Test("a name made from a port is an id whatever its descriptors hold")
    func hostileNames() {
        var odd = scanner
        odd.stableName = "一号 / \"x\"" + String(repeating: "y", count: 100)
        let name = DeviceDirectory.deviceName(family: "line-scanner", port: odd)
        #expect(Identifier.isValid(name))
    }

    private func directory(_ configured: [DeviceDirectory.Configured] = []) -> DeviceDirectory {
        DeviceDirectory(configured: configured, families: [family("line-scanner", usb: 0x05E0)])
    }

    private func family(_ name: String, usb vendor: UInt16) -> DriverFamily {
        DriverFamily(name: name, hasMemory: false, usb: [USBPattern(vendor: vendor)]) { _ in MuteDriver() }
    }
}

/// Says and does nothing.
struct MuteDriver: DeviceDriver {
    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { [] }
}
