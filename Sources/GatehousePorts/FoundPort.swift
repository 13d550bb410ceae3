public import GatehouseDriverKit

/// A port that the machine has, with what is known of the device behind it before a byte is exchanged.
public struct FoundPort: Hashable, Sendable {
    /// What USB tells of a device.
    public struct USB: Hashable, Sendable {
        public var vendor: UInt16
        public var product: UInt16
        /// Cleaned of unprintable characters; nil where the device has none or a placeholder (`0001`,
        /// `0123456789`).
        public var serial: String?
        public var manufacturer: String?
        public var productName: String?
        /// Which of the device's interfaces this port is.
        public var interface: Int

        public init(
            vendor: UInt16, product: UInt16, serial: String? = nil, manufacturer: String? = nil,
            productName: String? = nil, interface: Int = 0
        ) {
            self.vendor = vendor
            self.product = product
            self.serial = serial
            self.manufacturer = manufacturer
            self.productName = productName
            self.interface = interface
        }
    }

    /// `tty`, `input` (of which only keyboards are ports), `hidraw`.
    public var subsystem: String
    /// What to open: `/dev/ttyUSB0`, `/dev/input/event5`, `/dev/hidraw2`. Changes with the order of plugging in, so
    /// it is no identity.
    public var devicePath: String
    /// The path within `/sys`.
    public var systemPath: String
    /// Which socket of the machine it is plugged into, in udev's words:
    /// `pci-0000:00:14.0-usb-0:2:1.0-port0`. The same with and without udevd running, and the name under
    /// `/dev/serial/by-path` where udevd makes one. A keyboard's ends in `-event`, a HID device's in `-hidraw`, since
    /// one plug may be both.
    public var portPath: String
    /// Which of an adapter's several ports it is, where the adapter's driver numbers them.
    public var portNumber: Int?
    /// Nil for a port that is not on USB.
    public var usb: USB?
    /// The kernel driver: `cdc_acm`, `ch341-uart`, `ftdi_sio`, `hid-generic`.
    public var driver: String?
    /// What the HID device's top-level collections are, as usage pages in the descriptor's order; empty for all
    /// else.
    public var usagePages: [UInt16]

    public init(
        subsystem: String = "tty", devicePath: String, systemPath: String, portPath: String, portNumber: Int? = nil,
        usb: USB? = nil, driver: String? = nil, usagePages: [UInt16] = []
    ) {
        self.subsystem = subsystem
        self.devicePath = devicePath
        self.systemPath = systemPath
        self.portPath = portPath
        self.portNumber = portNumber
        self.usb = usb
        self.driver = driver
        self.usagePages = usagePages
    }

    /// How a port of this kind is opened: `.serial`, `.evdev` or `.hidraw`.
    public var transport: Transport {
        switch subsystem {
        case "input": .evdev
        case "hidraw": .hidraw
        default: .serial
        }
    }

    /// What to hand to `Ports.open`.
    public var address: PortAddress {
        switch transport {
        case .evdev: .evdev(path: devicePath)
        case .hidraw: .hidraw(path: devicePath)
        default: .tty(path: devicePath)
        }
    }

    /// Whether it types: a keyboard, or a scanner or card reader that passes for one. Nothing tells them apart but
    /// vendor and product.
    public var isKeyboard: Bool { transport == .evdev }

    /// The usage page of a HID device's first top-level collection.
    public var usagePage: UInt16? { usagePages.first }

    /// Whether the device says itself that it is a bar code scanner: one of its top-level collections has the usage
    /// page for those (HID Point of Sale Usage Tables, page 0x8C).
    public var isPOSScanner: Bool { usagePages.contains(0x8C) }
}
