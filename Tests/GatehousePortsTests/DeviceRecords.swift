import GatehousePorts

/// Records as the kernel and udevd give them for common adapters.
extension DeviceRecord {
    static func ftdi(serial: String) -> DeviceRecord {
        usbSerial(
            node: "ttyUSB0", socket: "1-2", driver: "ftdi_sio",
            device: [
                "idVendor": "0403", "idProduct": "6001", "serial": serial, "manufacturer": "FTDI",
                "product": "FT232R USB UART",
            ])
    }

    static func ch340(node: String, socket: String, serial: String? = nil, udevd: Bool = false) -> DeviceRecord {
        var device = ["idVendor": "1a86", "idProduct": "7523", "product": "USB Serial"]
        device["serial"] = serial
        var record = usbSerial(node: node, socket: socket, driver: "ch341-uart", device: device)
        if udevd {
            record.properties["ID_PATH"] = "pci-0000:00:14.0-usb-0:\(socket.dropFirst(2)):1.0"
            record.properties["ID_VENDOR"] = "1a86"
            record.properties["ID_USB_DRIVER"] = "ch341"
        }
        return record
    }

    static let cdcScanner = DeviceRecord(
        subsystem: "tty", devicePath: "/dev/ttyACM0",
        systemPath: "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/tty/ttyACM0",
        ancestors: [
            Ancestor(
                subsystem: "usb", name: "1-1:1.0", kind: "usb_interface", driver: "cdc_acm",
                attributes: ["bInterfaceNumber": "00"]),
            Ancestor(
                subsystem: "usb", name: "1-1", kind: "usb_device", driver: "usb",
                attributes: ["idVendor": "05e0", "idProduct": "1701", "serial": "S12345678901"]),
            Ancestor(subsystem: "usb", name: "usb1", kind: "usb_device", driver: "usb"),
            controller,
        ])

    /// What types when it scans.
    static let wedge = DeviceRecord(
        subsystem: "input", devicePath: "/dev/input/event5",
        systemPath: "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/0003:05E0:1200.0001/input/input7/event5",
        ancestors: [
            Ancestor(
                subsystem: "input", name: "input7",
                attributes: ["capabilities/key": "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"]),
            Ancestor(subsystem: "hid", name: "0003:05E0:1200.0001", driver: "hid-generic"),
        ] + scannerSocket("1-3", interface: "00"))

    /// The same plug, or another kind of scanner, as its reports come.
    static func hid(node: String = "hidraw2", socket: String = "1-3", descriptor: [UInt8]) -> DeviceRecord {
        DeviceRecord(
            subsystem: "hidraw", devicePath: "/dev/\(node)",
            systemPath:
                "/sys/devices/pci0000:00/0000:00:14.0/usb1/\(socket)/\(socket):1.0/0003:05E0:1200.0001/hidraw/\(node)",
            ancestors: [Ancestor(subsystem: "hid", name: "0003:05E0:1200.0001", driver: "hid-generic")]
                + scannerSocket(socket, interface: "00"),
            reportDescriptor: descriptor)
    }

    private static func scannerSocket(_ socket: String, interface: String) -> [Ancestor] {
        [
            Ancestor(
                subsystem: "usb", name: "\(socket):1.0", kind: "usb_interface", driver: "usbhid",
                attributes: ["bInterfaceNumber": interface]),
            Ancestor(
                subsystem: "usb", name: socket, kind: "usb_device", driver: "usb",
                attributes: ["idVendor": "05e0", "idProduct": "1200", "serial": "S20184523021234"]),
            Ancestor(subsystem: "usb", name: "usb1", kind: "usb_device", driver: "usb"),
            controller,
        ]
    }

    static let console = DeviceRecord(
        subsystem: "tty", devicePath: "/dev/tty1", systemPath: "/sys/devices/virtual/tty/tty1")

    static let pseudoTerminal = DeviceRecord(
        subsystem: "tty", devicePath: "/dev/ptmx", systemPath: "/sys/devices/virtual/tty/ptmx")

    static let emptyPlatformPort = DeviceRecord(
        subsystem: "tty", devicePath: "/dev/ttyS3", systemPath: "/sys/devices/platform/serial8250/tty/ttyS3",
        attributes: ["type": "0"],
        ancestors: [Ancestor(subsystem: "platform", name: "serial8250", driver: "serial8250")])

    private static let controller = Ancestor(subsystem: "pci", name: "0000:00:14.0", driver: "xhci_hcd")

    private static func usbSerial(
        node: String, socket: String, driver: String, device: [String: String]
    ) -> DeviceRecord {
        DeviceRecord(
            subsystem: "tty", devicePath: "/dev/\(node)",
            systemPath: "/sys/devices/pci0000:00/0000:00:14.0/usb1/\(socket)/\(socket):1.0/\(node)/tty/\(node)",
            ancestors: [
                Ancestor(subsystem: "usb-serial", name: node, driver: driver, attributes: ["port_number": "0"]),
                Ancestor(
                    subsystem: "usb", name: "\(socket):1.0", kind: "usb_interface", driver: driver,
                    attributes: ["bInterfaceNumber": "00"]),
                Ancestor(subsystem: "usb", name: socket, kind: "usb_device", driver: "usb", attributes: device),
                Ancestor(subsystem: "usb", name: "usb1", kind: "usb_device", driver: "usb"),
                controller,
            ])
    }
}
