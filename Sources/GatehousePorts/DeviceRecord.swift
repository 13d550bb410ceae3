/// What the kernel and udev say of one device, as plain values: read through libudev, or written down in a
/// test.
public struct DeviceRecord: Hashable, Sendable {
    /// One device on the way from the device up to the root of `/sys/devices`.
    public struct Ancestor: Hashable, Sendable {
        /// `usb`, `usb-serial`, `pci`, `platform`, …; empty where it has none.
        public var subsystem: String
        /// The last part of its path: `1-2:1.0`, `0000:00:14.0`.
        public var name: String
        /// `usb_device`, `usb_interface`; nil outside USB.
        public var kind: String?
        /// The kernel driver that has it.
        public var driver: String?
        /// The sysfs attributes that `FoundPort` reads, where they exist.
        public var attributes: [String: String]

        public init(
            subsystem: String, name: String, kind: String? = nil, driver: String? = nil,
            attributes: [String: String] = [:]
        ) {
            self.subsystem = subsystem
            self.name = name
            self.kind = kind
            self.driver = driver
            self.attributes = attributes
        }
    }

    /// `tty`, `hidraw`, `input`.
    public var subsystem: String
    /// The node in `/dev`; nil for a device without one.
    public var devicePath: String?
    /// The path within `/sys`.
    public var systemPath: String
    /// udev's properties, `ID_PATH` and the like; only `DEVNAME` and few others where udevd does not run.
    public var properties: [String: String]
    public var attributes: [String: String]
    /// Nearest first.
    public var ancestors: [Ancestor]
    /// Of a `hidraw` device: what its reports mean, as the kernel has it from the device; else empty.
    public var reportDescriptor: [UInt8]

    public init(
        subsystem: String, devicePath: String?, systemPath: String, properties: [String: String] = [:],
        attributes: [String: String] = [:], ancestors: [Ancestor] = [], reportDescriptor: [UInt8] = []
    ) {
        self.subsystem = subsystem
        self.devicePath = devicePath
        self.systemPath = systemPath
        self.properties = properties
        self.attributes = attributes
        self.ancestors = ancestors
        self.reportDescriptor = reportDescriptor
    }

    /// The attributes of a device or ancestor that are worth reading; others may be slow or have effects.
    static let attributeNames = [
        "idVendor", "idProduct", "serial", "manufacturer", "product", "bInterfaceNumber", "port_number", "type",
        "capabilities/key",
    ]
}
