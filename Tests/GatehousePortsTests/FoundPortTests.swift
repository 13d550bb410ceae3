import GatehouseDriverKit
import GatehousePorts
import Testing

@Suite("Found port")
struct FoundPortTests {
    @Test("an FTDI cable is known by its serial number, whichever socket it is in")
    func ftdi() throws {
        let port = try #require(FoundPort(.ftdi(serial: "A50285BI")))
        #expect(port.devicePath == "/dev/ttyUSB0")
        #expect(port.portPath == "pci-0000:00:14.0-usb-0:2:1.0-port0")
        #expect(port.driver == "ftdi_sio")
        #expect(
            port.usb
                == .init(
                    vendor: 0x0403, product: 0x6001, serial: "A50285BI", manufacturer: "FTDI",
                    productName: "FT232R USB UART"))
        #expect(port.stableName == "usb-0403:6001-A50285BI")
    }

    @Test("a CH340 cable, which has no serial number, is known by its socket")
    func ch340() throws {
        let port = try #require(FoundPort(.ch340(node: "ttyUSB1", socket: "1-4.3")))
        #expect(port.usb?.serial == nil)
        #expect(port.stableName == "pci-0000:00:14.0-usb-0:4.3:1.0-port0")
    }

    @Test("the socket is called the same with and without udevd")
    func sameWithoutUdevd() throws {
        let with = try #require(FoundPort(.ch340(node: "ttyUSB1", socket: "1-4.3", udevd: true)))
        let without = try #require(FoundPort(.ch340(node: "ttyUSB1", socket: "1-4.3", udevd: false)))
        #expect(with.portPath == without.portPath)
    }

    @Test("a CDC scanner needs no usb-serial driver, and its interface is part of its name")
    func cdc() throws {
        var record = DeviceRecord.cdcScanner
        #expect(try #require(FoundPort(record)).stableName == "usb-05e0:1701-S12345678901")
        #expect(try #require(FoundPort(record)).portPath == "pci-0000:00:14.0-usb-0:1:1.0")
        record.ancestors[0].attributes["bInterfaceNumber"] = "02"
        #expect(try #require(FoundPort(record)).stableName == "usb-05e0:1701-S12345678901-if2")
    }

    @Test("two ports of one adapter have two names, in the serial number and in the socket")
    func multiport() throws {
        var record = DeviceRecord.ftdi(serial: "FT4711AB")
        record.ancestors[0].attributes["port_number"] = "1"
        let port = try #require(FoundPort(record))
        #expect(port.stableName == "usb-0403:6001-FT4711AB-port1")
        #expect(port.portPath.hasSuffix("-port1"))
    }

    @Test(
        "what is no port to a device is left out",
        arguments: [DeviceRecord.console, .pseudoTerminal, .emptyPlatformPort])
    func leftOut(record: DeviceRecord) {
        #expect(FoundPort(record) == nil)
    }

    @Test("a platform port with a chip behind it is one")
    func platformPort() throws {
        var record = DeviceRecord.emptyPlatformPort
        record.attributes["type"] = "4"
        let port = try #require(FoundPort(record))
        #expect(port.usb == nil)
        #expect(port.stableName == "platform-serial8250")
    }

    @Test("a keyboard's event device is a port, whoever says that it is one: its keys or udev")
    func keyboard() throws {
        var record = DeviceRecord.wedge
        let port = try #require(FoundPort(record))
        #expect(port.isKeyboard)
        #expect(port.address == .evdev(path: "/dev/input/event5"))
        #expect(port.stableName == "usb-05e0:1200-S20184523021234-event")
        #expect(port.portPath == "pci-0000:00:14.0-usb-0:3:1.0-event")
        #expect(port.driver == "hid-generic")
        record.ancestors[0].attributes = [:]
        #expect(FoundPort(record) == nil)
        record.properties["ID_INPUT_KEYBOARD"] = "1"
        #expect(FoundPort(record) == port)
    }

    @Test("a mouse is no port, nor is the other node of a keyboard")
    func mouse() {
        var record = DeviceRecord.wedge
        record.devicePath = "/dev/input/mouse0"
        #expect(FoundPort(record) == nil)
        record = .wedge
        record.ancestors[0].attributes["capabilities/key"] = "1f0000 0 0 0 0"
        #expect(FoundPort(record) == nil)
    }

    @Test("a HID scanner is known by what it says of itself, wherever it says it")
    func hidScanner() throws {
        let port = try #require(FoundPort(.hid(descriptor: .posScanner)))
        #expect(port.isPOSScanner)
        #expect(port.usagePage == 0x8C)
        #expect(port.address == .hidraw(path: "/dev/hidraw2"))
        #expect(port.transport == .hidraw)
        #expect(port.stableName == "usb-05e0:1200-S20184523021234-hidraw")
        let behind = try #require(FoundPort(.hid(descriptor: .bootKeyboard + .posScanner)))
        #expect(behind.isPOSScanner)
        #expect(behind.usagePage == 0x01)
        #expect(try #require(FoundPort(.hid(descriptor: .bootKeyboard))).isPOSScanner == false)
    }

    @Test("one plug that is a keyboard and a HID device has a name for each")
    func bothKinds() throws {
        let both = try [DeviceRecord.wedge, .hid(descriptor: .bootKeyboard)].map { try #require(FoundPort($0)) }
        #expect(
            FoundPort.stableNames(both) == [
                "/dev/input/event5": "usb-05e0:1200-S20184523021234-event",
                "/dev/hidraw2": "usb-05e0:1200-S20184523021234-hidraw",
            ])
    }

    @Test(
        "a placeholder is no serial number",
        arguments: [
            "", "0", "0000", "0001", "1", "0123456789", "0123456789ABCDEF", "12345678", "1234567890", "FFFFFFFF", "   ",
        ])
    func placeholder(serial: String) throws {
        #expect(try #require(FoundPort(.ftdi(serial: serial))).usb?.serial == nil)
    }

    @Test(
        "a serial number is cleaned of what could break a line or a path",
        arguments: [("  AB/12\n", "AB_12"), ("AB\u{1B}[31m9", "AB__31m9"), ("序列A1", "A1")])
    func cleaned(raw: String, expected: String) throws {
        #expect(try #require(FoundPort(.ftdi(serial: raw))).usb?.serial == expected)
    }

    @Test("a descriptor of any length makes a name that fits a message")
    func endless() throws {
        let port = try #require(FoundPort(.ftdi(serial: String(repeating: "A7", count: 10_000))))
        #expect(port.stableName.count < 200)
    }
}

@Suite("Stable names")
struct StableNamesTests {
    @Test("devices with the same serial number all go by their sockets, and the others are left alone")
    func collision() throws {
        let twins = try ["1-1", "1-2"].enumerated().map { number, socket in
            try #require(FoundPort(.ch340(node: "ttyUSB\(number)", socket: socket, serial: "BA98")))
        }
        let other = try #require(FoundPort(.cdcScanner))
        #expect(
            FoundPort.stableNames(twins + [other]) == [
                "/dev/ttyUSB0": "pci-0000:00:14.0-usb-0:1:1.0-port0",
                "/dev/ttyUSB1": "pci-0000:00:14.0-usb-0:2:1.0-port0",
                "/dev/ttyACM0": "usb-05e0:1701-S12345678901",
            ])
        #expect(FoundPort.stableNames(twins.prefix(1)) == ["/dev/ttyUSB0": "usb-1a86:7523-BA98"])
    }

    @Test("the name does not follow the order of plugging in")
    func renumbered() throws {
        let before = try #require(FoundPort(.ch340(node: "ttyUSB0", socket: "1-1")))
        let after = try #require(FoundPort(.ch340(node: "ttyUSB7", socket: "1-1")))
        #expect(before.stableName == after.stableName)
    }
}

@Suite("Changes between two scans")
struct HotPlugChangesTests {
    @Test("what went is told before what came")
    func both() throws {
        let stays = try #require(FoundPort(.cdcScanner))
        let goes = try #require(FoundPort(.ch340(node: "ttyUSB0", socket: "1-1")))
        let comes = try #require(FoundPort(.ch340(node: "ttyUSB1", socket: "1-1")))
        #expect(
            HotPlugEvent.changes(from: [stays, goes], to: [comes, stays])
                == [.vanished(devicePath: "/dev/ttyUSB0"), .appeared(comes)])
    }

    @Test("another device at the same path is a going and a coming")
    func exchanged() throws {
        let old = try #require(FoundPort(.ftdi(serial: "A1B2")))
        let new = try #require(FoundPort(.ftdi(serial: "C3D4")))
        #expect(
            HotPlugEvent.changes(from: [old], to: [new]) == [.vanished(devicePath: "/dev/ttyUSB0"), .appeared(new)])
    }

    @Test("nothing new is no change")
    func same() throws {
        let port = try #require(FoundPort(.cdcScanner))
        #expect(HotPlugEvent.changes(from: [port], to: [port]).isEmpty)
    }
}
