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

    /// `tty`; others are for drivers to come.
    public var subsystem: String
    /// What to open: `/dev/ttyUSB0`. Changes with the order of plugging in, so it is no identity.
    public var devicePath: String
    /// The path within `/sys`.
    public var systemPath: String
    /// Which socket of the machine it is plugged into, in udev's words:
    /// `pci-0000:00:14.0-usb-0:2:1.0-port0`. The same with and without udevd running, and the name under
    /// `/dev/serial/by-path` where udevd makes one.
    public var portPath: String
    /// Which of an adapter's several ports it is, where the adapter's driver numbers them.
    public var portNumber: Int?
    /// Nil for a port that is not on USB.
    public var usb: USB?
    /// The kernel driver: `cdc_acm`, `ch341-uart`, `ftdi_sio`.
    public var driver: String?

    public init(
        subsystem: String = "tty", devicePath: String, systemPath: String, portPath: String, portNumber: Int? = nil,
        usb: USB? = nil, driver: String? = nil
    ) {
        self.subsystem = subsystem
        self.devicePath = devicePath
        self.systemPath = systemPath
        self.portPath = portPath
        self.portNumber = portNumber
        self.usb = usb
        self.driver = driver
    }
}
