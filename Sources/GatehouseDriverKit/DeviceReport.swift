public import GatehouseModel

/// Who the device says it is. Nil is what it has not said.
public struct DeviceFacts: Hashable, Sendable {
    public var vendor: String?
    public var model: String?
    /// The maker's serial number: how a device is known when its address changes.
    public var serial: String?
    public var firmware: String?

    public init(vendor: String? = nil, model: String? = nil, serial: String? = nil, firmware: String? = nil) {
        self.vendor = vendor
        self.model = model
        self.serial = serial
        self.firmware = firmware
    }
}

/// One comparison of the device's clock with the gateway's.
public struct DeviceClock: Hashable, Sendable {
    /// Device minus gateway.
    public var offset: Duration
    /// Whether the device's clock was set right after this comparison.
    public var corrected: Bool

    public init(offset: Duration, corrected: Bool) {
        self.offset = offset
        self.corrected = corrected
    }
}

/// How full the device's memory is, in records.
public struct DeviceStatus: Hashable, Sendable {
    public var logUsed: Int
    public var logCapacity: Int?

    public init(logUsed: Int, logCapacity: Int?) {
        self.logUsed = logUsed
        self.logCapacity = logCapacity
    }
}

/// What is wrong with a device or its line, and what the gateway does about it.
public struct DeviceFault: Hashable, Sendable {
    /// For programs: lower-case words joined by hyphens, for example `wrong-key`, `log-unreadable`, `scan-overlong`.
    public var code: String
    /// For the operator: what happened, and what the gateway or the operator does next.
    public var message: String
    /// The bytes that explain it, kept raw; may be cut.
    public var raw: [UInt8]

    public init(code: String, message: String, raw: [UInt8] = []) {
        self.code = code
        self.message = message
        self.raw = raw
    }
}

/// What can be asked of a device. One that cannot do it says so.
public enum DeviceCommand: Hashable, Sendable {
    /// Set the device's clock to the site's time.
    case syncClock
    /// Read the device's whole log now.
    case readLog
    /// Blink or beep, so that a person finds the device.
    case identify
    /// Show a text.
    case message(String)
}

/// Joins an answer to the command it belongs to.
public struct CommandID: Hashable, Sendable {
    public var number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }
}

/// How a command ended.
public enum CommandAnswer: Hashable, Sendable {
    /// Done; a JSON object says what came of it.
    case done(JSONValue)
    /// Not done, and why: unsupported by the device, not connected, refused by it.
    case refused(String)
}
