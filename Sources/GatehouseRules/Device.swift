public import GatehouseDriverKit
public import GatehouseModel

/// A clock, reader or scanner as the site file has it.
public struct Device: Hashable, Sendable {
    public var id: String
    /// The driver family's name, or `auto`.
    public var driver: String
    /// By what it is recognised; empty where only its id and role matter.
    public var match: Match
    /// The id of the place where it hangs.
    public var place: String?
    /// What its readings count as; `both` unless the site file says otherwise.
    public var role: Role
    /// What is done when its clock is off; unless said, it is only told.
    public var clock: DriverContext.ClockPolicy
    /// When its own memory may be cleared; never, unless said.
    public var clearLog: DriverContext.ClearPolicy
    /// Whether it keeps readings while disconnected, where the site file says so itself.
    public var memory: Bool?
    /// The name of a secret, never the secret.
    public var secret: String?
    /// The guard to whom every scan at it belongs.
    public var guardPerson: String?
    /// The serial line's settings; nil leaves them to the driver family.
    public var line: SerialLine?
    /// What only its driver understands.
    public var settings: JSONValue

    public init(
        id: String, driver: String, match: Match, place: String? = nil, role: Role, clock: DriverContext.ClockPolicy,
        clearLog: DriverContext.ClearPolicy, memory: Bool? = nil, secret: String? = nil, guardPerson: String? = nil,
        line: SerialLine? = nil, settings: JSONValue
    ) {
        self.id = id
        self.driver = driver
        self.match = match
        self.place = place
        self.role = role
        self.clock = clock
        self.clearLog = clearLog
        self.memory = memory
        self.secret = secret
        self.guardPerson = guardPerson
        self.line = line
        self.settings = settings
    }

    /// By what a device is known when it turns up.
    public struct Match: Hashable, Sendable {
        /// The adapter's or the device's USB vendor, and product where given.
        public var usb: USBPattern?
        /// The maker's serial number.
        public var serial: String?
        /// The path of the serial port, beginning with `/dev/`.
        public var tty: String?
        /// A name or address, with a port where it is not the maker's; beside `listen`, the address it calls from.
        public var host: String?
        /// Where the gateway waits for a device that calls: a host of this machine and a port.
        public var listen: String?

        public init(
            usb: USBPattern? = nil, serial: String? = nil, tty: String? = nil, host: String? = nil,
            listen: String? = nil
        ) {
            self.usb = usb
            self.serial = serial
            self.tty = tty
            self.host = host
            self.listen = listen
        }
    }

    /// What its readings are.
    public typealias Role = DriverContext.Role

    /// Whether people punch at it.
    public var takesPunches: Bool { role != .patrol }

    /// Whether codes of checkpoints are scanned at it.
    public var takesScans: Bool { role != .clock }

    /// Whether it keeps readings while disconnected: as the site file says, else as its driver family does.
    public var keepsReadings: Bool {
        memory ?? DriverNames.withMemory.contains(driver)
    }
}

/// The driver families that a site file may name, whether or not this build has them.
public enum DriverNames {
    /// Families whose devices keep readings while they are disconnected.
    public static let withMemory: Set<String> = ["zkteco", "zkteco-push", "anviz", "hanvon", "memory-scanner", "fcard"]
    /// Families whose devices forget what nobody took at once.
    public static let withoutMemory: Set<String> = ["line-scanner", "keyboard-wedge", "hid-pos", "em4100", "osdp"]
    /// Let the gateway find out.
    public static let auto = "auto"
}
