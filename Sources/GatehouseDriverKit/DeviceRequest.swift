/// One HTTP request of a device that calls in. Its head is parsed and bounded by the gateway; its body is the driver's
/// to check.
public struct DeviceRequest: Hashable, Sendable {
    /// `GET` or `POST`, in capitals.
    public var method: String
    /// The path without the query, percent signs resolved: `/iclock/cdata`.
    public var path: String
    /// The query's fields in the order in which they came, percent signs and pluses resolved.
    public var query: [QueryField]
    public var body: [UInt8]

    public init(method: String, path: String, query: [QueryField] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// The first value of that name, upper and lower case being the same.
    public subscript(name: String) -> String? {
        query.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// One `name=value` of a query.
    public struct QueryField: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// The answer to a device's request, sent as `text/plain` with its length.
public struct DeviceResponse: Hashable, Sendable {
    /// The HTTP status: 200, 503, …
    public var status: Int
    public var body: [UInt8]
    /// Whether the answer carries a `Date`, by which some devices set their clocks.
    public var tellsTime: Bool

    public init(status: Int = 200, body: [UInt8] = [], tellsTime: Bool = false) {
        self.status = status
        self.body = body
        self.tellsTime = tellsTime
    }
}

/// Joins an answer to the request it belongs to.
public struct RequestID: Hashable, Sendable {
    public var number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }
}

/// How the devices of a family that call in over HTTP are told apart, before any of them has a driver.
public struct CallerManners: Sendable {
    /// The serial number that a request gives; nil where it gives none, or one that cannot be.
    public var serial: @Sendable (DeviceRequest) -> String?
    /// What a device hears that the site file does not know: enough that it goes on calling, and never that its
    /// records were taken.
    public var stranger: @Sendable (DeviceRequest) -> DeviceResponse
    /// Other families whose devices may call in this way too, beside being asked: they are one device then.
    public var alsoFor: Set<String>

    public init(
        alsoFor: Set<String> = [], serial: @escaping @Sendable (DeviceRequest) -> String?,
        stranger: @escaping @Sendable (DeviceRequest) -> DeviceResponse
    ) {
        self.alsoFor = alsoFor
        self.serial = serial
        self.stranger = stranger
    }
}
