public import GatehouseModel

/// What the gateway knows of a device family before any device is there: an entry of the catalogue.
public struct DriverFamily: Sendable {
    /// The name used in the site file: `zkteco`, `line-scanner`.
    public var name: String
    /// Whether devices of this family keep readings while they are disconnected.
    public var hasMemory: Bool
    /// Where to reach a device of which only a host is given, in the order to try.
    public var network: [NetworkDoor]
    /// How its devices appear when they are plugged into this machine: `.serial`, `.evdev` or `.hidraw`.
    public var plug: Transport
    /// USB devices that are certainly of this family; `auto` claims these and nothing else. For `.hidraw` without a
    /// pattern, every device whose descriptor has the usage page of bar code scanners.
    public var usb: [USBPattern]
    /// Whether several devices may hang on one line, each speaking when it is asked: the gateway then gives the
    /// drivers turns (`lineGranted`), also where there is only one.
    public var sharesLine: Bool
    /// For families whose devices call in over HTTP: how they are told apart.
    public var callers: CallerManners?
    /// Questions by which a device of the family is found at an unknown port.
    public var probes: [Probe]
    /// The serial settings that devices of this family leave the factory with.
    public var line: SerialLine
    /// Keys that a device's `settings:` may hold, each with a line of explanation.
    public var settings: [String: String]
    /// Makes the driver of one device.
    public var make: @Sendable (DriverContext) throws(SettingsProblem) -> any DeviceDriver

    public init(
        name: String, hasMemory: Bool, network: [NetworkDoor] = [], plug: Transport = .serial,
        usb: [USBPattern] = [], sharesLine: Bool = false, callers: CallerManners? = nil, probes: [Probe] = [],
        line: SerialLine = SerialLine(), settings: [String: String] = [:],
        make: @escaping @Sendable (DriverContext) throws(SettingsProblem) -> any DeviceDriver
    ) {
        self.name = name
        self.hasMemory = hasMemory
        self.network = network
        self.plug = plug
        self.usb = usb
        self.sharesLine = sharesLine
        self.callers = callers
        self.probes = probes
        self.line = line
        self.settings = settings
        self.make = make
    }
}

/// A transport and the port that the maker gives it.
public struct NetworkDoor: Hashable, Sendable {
    public var transport: Transport
    public var port: UInt16

    public init(_ transport: Transport, port: UInt16) {
        self.transport = transport
        self.port = port
    }
}

/// A USB vendor, and a product or all of them.
public struct USBPattern: Hashable, Sendable {
    public var vendor: UInt16
    public var product: UInt16?

    public init(vendor: UInt16, product: UInt16? = nil) {
        self.vendor = vendor
        self.product = product
    }

    /// Whether a device with these ids is meant.
    public func matches(vendor: UInt16, product: UInt16) -> Bool {
        self.vendor == vendor && (self.product == nil || self.product == product)
    }
}

/// Rate and framing of a serial line.
public struct SerialLine: Hashable, Sendable {
    public enum Parity: String, Hashable, Sendable {
        case none, even, odd
    }

    /// Bits a second; any rate that the adapter can make.
    public var rate: Int
    /// 5 to 8.
    public var dataBits: Int
    public var parity: Parity
    /// 1 or 2.
    public var stopBits: Int
    /// Let the adapter's driver switch the direction of an RS-485 line.
    public var rs485: Bool

    public init(rate: Int = 9600, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1, rs485: Bool = false) {
        self.rate = rate
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
        self.rs485 = rs485
    }
}

/// What a driver is told about its device when it is made.
public struct DriverContext: Sendable {
    /// What to do about a device clock that is off.
    public enum ClockPolicy: String, Hashable, Sendable, CaseIterable {
        /// Set the device's time.
        case sync
        /// Leave it, and correct the events' times by the measured offset. (The gateway does that, not the driver.)
        case correct
        /// Only tell.
        case report
    }

    /// When the device's own memory may be cleared, and then only of what is on disk here.
    public enum ClearPolicy: String, Hashable, Sendable, CaseIterable {
        case never
        case whenFull = "when_full"
    }

    /// What a device's readings count as.
    public enum Role: String, Hashable, Sendable, CaseIterable {
        /// Punches, scans, or whichever the reading turns out to be.
        case clock, patrol, both
    }

    /// The site's time zone, for devices whose clocks show local time.
    public var zone: Zone
    public var role: Role
    public var clock: ClockPolicy
    public var clearLog: ClearPolicy
    /// The device's key or password; never to be published or logged.
    public var secret: String?
    /// The maker's serial number that the site file expects, if it says one.
    public var expectedSerial: String?
    /// The device's `settings:` in the site file; an empty object where there are none.
    public var settings: JSONValue
    /// The `data` of the newest punch or scan of this device in the journal when the driver is made: where to go on
    /// reading. Null when there is none.
    public var lastReading: JSONValue

    public init(
        zone: Zone, role: Role = .both, clock: ClockPolicy = .report, clearLog: ClearPolicy = .never,
        secret: String? = nil, expectedSerial: String? = nil, settings: JSONValue = .object([]),
        lastReading: JSONValue = .null
    ) {
        self.zone = zone
        self.role = role
        self.lastReading = lastReading
        self.clock = clock
        self.clearLog = clearLog
        self.secret = secret
        self.expectedSerial = expectedSerial
        self.settings = settings
    }
}

/// A driver setting that cannot be used.
public struct SettingsProblem: Error, Hashable, Sendable {
    /// The key within `settings:`, or `secret`.
    public var key: String
    /// What is wrong and what would be right.
    public var reason: String

    public init(key: String, reason: String) {
        self.key = key
        self.reason = reason
    }
}
