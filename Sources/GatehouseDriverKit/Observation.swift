public import GatehouseModel

/// One reading, as the device claims it.
public enum Observation: Hashable, Sendable {
    case punch(PunchReading)
    case scan(ScanReading)
}

/// One reading of a person at a time clock.
public struct PunchReading: Hashable, Sendable {
    /// What the person meant by it, where the device can say.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        case `in`
        case out
        case breakOut = "break_out"
        case breakIn = "break_in"
        case overtimeIn = "overtime_in"
        case overtimeOut = "overtime_out"
        case unknown
    }

    /// How the person was recognised.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        case card, fingerprint, face, palm, pin, qr, unknown
    }

    /// The event's id: made from the record's own fields, so that the same record by whatever road has the same one;
    /// nil where the device gives nothing to make it from, and the gateway must make one.
    public var identity: String?
    /// The number of the badge or user exactly as the device gives it, leading zeros kept.
    public var badge: String
    public var direction: Direction
    public var method: Method
    /// What the device's clock showed; nil for a device without one.
    public var deviceTime: LocalTime?
    /// The device's own record number and fields, a JSON object.
    public var native: JSONValue

    public init(
        identity: String?, badge: String, direction: Direction, method: Method, deviceTime: LocalTime?,
        native: JSONValue
    ) {
        self.identity = identity
        self.badge = badge
        self.direction = direction
        self.method = method
        self.deviceTime = deviceTime
        self.native = native
    }
}

/// One code read by a scanner.
public struct ScanReading: Hashable, Sendable {
    /// The event's id where the device numbers or stamps its scans; nil where the gateway must make one.
    public var identity: String?
    /// The code's bytes as they came, without terminator and configured prefix. Which text they are is decided later:
    /// UTF-8, else GB18030, else hexadecimal digits.
    public var payload: [UInt8]
    /// The AIM identifier without its `]` (`Q1`), where the scanner is configured to send one.
    public var symbology: String?
    /// When the scanner says it was scanned; nil where only the time of receipt is known.
    public var deviceTime: LocalTime?
    /// The device's own record number and fields, a JSON object; null where there is nothing to say.
    public var native: JSONValue

    public init(
        identity: String? = nil, payload: [UInt8], symbology: String? = nil, deviceTime: LocalTime? = nil,
        native: JSONValue = .null
    ) {
        self.identity = identity
        self.payload = payload
        self.symbology = symbology
        self.deviceTime = deviceTime
        self.native = native
    }
}
