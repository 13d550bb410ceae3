public import GatehouseDriverKit

/// A port with something plugged in, as the system describes it: a serial port, a keyboard, a HID device.
public struct PluggedPort: Hashable, Sendable {
    /// `/dev/ttyUSB0`: where it is now, and nothing to know it by.
    public var path: String
    /// `.serial`, `.evdev` for what types like a keyboard, `.hidraw` for what sends reports.
    public var transport: Transport
    /// Of a HID device, whether its report descriptor says that it is a bar code scanner.
    public var isPOSScanner: Bool
    /// What it is known by: the USB serial number, else the place it is plugged into.
    public var stableName: String
    public var vendor: UInt16?
    public var product: UInt16?
    public var serial: String?
    /// The place: `usb-1-2:1.0`.
    public var place: String
    /// What its descriptors say of maker and product.
    public var facts: DeviceFacts

    public init(
        path: String, stableName: String, transport: Transport = .serial, isPOSScanner: Bool = false,
        vendor: UInt16? = nil,
        product: UInt16? = nil, serial: String? = nil, place: String, facts: DeviceFacts = DeviceFacts()
    ) {
        self.path = path
        self.transport = transport
        self.isPOSScanner = isPOSScanner
        self.stableName = stableName
        self.vendor = vendor
        self.product = product
        self.serial = serial
        self.place = place
        self.facts = facts
    }

    /// How the port is opened.
    var target: LinkTarget { LinkTarget(transport: transport, path: path) }

    /// `05e0:1701`, where the port is a USB device.
    public var usb: String? {
        guard let vendor, let product else { return nil }
        return [vendor, product].map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }.joined(separator: ":")
    }
}
