import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Device directory: keyboards, HID devices and shared lines")
struct PluggedDeviceTests {
    let keyboard = PluggedPort(
        path: "/dev/input/event5", stableName: "K1", transport: .evdev, vendor: 0x05E0, product: 0x1200, serial: "K1",
        place: "usb-1-1:1.0")
    let wedgeReports = PluggedPort(
        path: "/dev/hidraw1", stableName: "K1", transport: .hidraw, vendor: 0x05E0, product: 0x1200, serial: "K1",
        place: "usb-1-1:1.0")
    let pos = PluggedPort(
        path: "/dev/hidraw2", stableName: "P1", transport: .hidraw, isPOSScanner: true, vendor: 0x0C2E,
        product: 0x0B6A, serial: "P1", place: "usb-1-3:1.0")
    let bus = PluggedPort(
        path: "/dev/ttyUSB0", stableName: "A1", vendor: 0x0403, product: 0x6001, serial: "A1", place: "usb-1-4:1.0")

    @Test("a scanner that is a certain keyboard is claimed as one, and its other face left alone")
    func certainKeyboard() {
        let plan = DeviceDirectory(configured: [], families: families).plan(for: [wedgeReports, keyboard])
        #expect(plan.claims.map(\.family) == ["keyboard-wedge"])
        #expect(plan.claims.first?.targets == [LinkTarget(transport: .evdev, address: "evdev:/dev/input/event5")])
        #expect(plan.unmanaged.isEmpty)
    }

    @Test("a person's keyboard is never claimed, only offered")
    func personsKeyboard() {
        var own = keyboard
        (own.vendor, own.product) = (0x046D, 0xC31C)
        let plan = DeviceDirectory(configured: [], families: families).plan(for: [own])
        #expect(plan.claims.isEmpty)
        #expect(plan.unmanaged.first?.reason.contains("left alone") == true)
        #expect(plan.unmanaged.first?.suggestion.contains("driver: keyboard-wedge") == true)
    }

    @Test("the board's own keyboard and a mouse's reports are not even offered")
    func notOffered() {
        var board = keyboard
        (board.vendor, board.product) = (nil, nil)
        let plan = DeviceDirectory(configured: [], families: families).plan(for: [board, wedgeReports])
        #expect(plan.claims.isEmpty && plan.unmanaged.isEmpty)
    }

    @Test("a HID device that says that it is a scanner is claimed whatever its maker")
    func posScanner() {
        let plan = DeviceDirectory(configured: [], families: families).plan(for: [pos])
        #expect(plan.claims.map(\.family) == ["hid-pos"])
        #expect(plan.claims.first?.targets.map(\.address) == ["hidraw:/dev/hidraw2"])
    }

    @Test("of a device with two faces the site file's driver says which is read")
    func twoFaces() {
        let match = DeviceMatch(usb: USBPattern(vendor: 0x05E0, product: 0x1200))
        for (driver, path) in [("keyboard-wedge", "/dev/input/event5"), ("hid-pos", "/dev/hidraw1")] {
            let directory = DeviceDirectory(
                configured: [.init(device: "gate", family: driver, match: match)], families: families)
            let claim = directory.plan(for: [wedgeReports, keyboard]).claims.first { $0.device == "gate" }
            #expect(claim?.targets.first?.path == path)
        }
    }

    @Test("a path in the site file is opened as the driver's kind of port")
    func pathOfDriver() {
        let match = DeviceMatch(tty: "/dev/input/by-id/scanner")
        let directory = DeviceDirectory(
            configured: [.init(device: "gate", family: "keyboard-wedge", match: match)], families: families)
        #expect(directory.plan(for: []).claims.first?.targets.map(\.address) == ["evdev:/dev/input/by-id/scanner"])
    }

    @Test("readers with the same match hang on the same line", arguments: [true, false])
    func sharedLine(sharesLine: Bool) {
        let match = DeviceMatch(usb: USBPattern(vendor: 0x0403, product: 0x6001), serial: "A1")
        var reader = family("osdp")
        reader.sharesLine = sharesLine
        let configured = ["north", "south"].map {
            DeviceDirectory.Configured(device: $0, family: "osdp", match: match)
        }
        let plan = DeviceDirectory(configured: configured, families: [reader]).plan(for: [bus])
        #expect(plan.claims.map(\.device) == ["north", "south"])
        #expect(plan.claims.map { $0.targets.count } == [1, sharesLine ? 1 : 0])
        #expect(plan.unmanaged.isEmpty)
    }

    private var families: [DriverFamily] {
        var wedge = family("keyboard-wedge")
        (wedge.plug, wedge.usb) = (.evdev, [USBPattern(vendor: 0x05E0, product: 0x1200)])
        var hid = family("hid-pos")
        hid.plug = .hidraw
        return [wedge, hid, family("line-scanner")]
    }

    private func family(_ name: String) -> DriverFamily {
        DriverFamily(name: name, hasMemory: false) { _ in MuteDriver() }
    }
}
