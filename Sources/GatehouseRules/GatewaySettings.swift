/// What the site file says about the box rather than the place.
public struct GatewaySettings: Hashable, Sendable {
    /// The folder of journal, keys and secrets; nil leaves it to the system's own rules.
    public var data: String?
    /// ZeroMQ addresses.
    public var events: String
    /// Where the bus answers requests.
    public var requests: String
    /// `host:port`; nil is off.
    public var http: String?
    /// Where ZKTeco devices push to, `host:port`; nil is off.
    public var adms: String?
    /// Whether only clients with a listed key get in. Always so where others can reach the bus.
    public var curve: Bool
    /// What is kept of the past.
    public var retention: Retention
    /// Whether a USB serial port that appears, and that no driver claims, is listened to once. Nothing is ever sent
    /// unasked.
    public var identify: Bool
    /// What is done with a time clock's file on a USB stick.
    public var usbStick: USBStick
    /// Where sticks are mounted: at one of these folders or below.
    public var stickFolders: [String]

    public init(
        data: String? = nil, events: String, requests: String, http: String? = nil, adms: String? = nil, curve: Bool,
        retention: Retention, identify: Bool, usbStick: USBStick, stickFolders: [String]
    ) {
        self.data = data
        self.events = events
        self.requests = requests
        self.http = http
        self.adms = adms
        self.curve = curve
        self.retention = retention
        self.identify = identify
        self.usbStick = usbStick
        self.stickFolders = stickFolders
    }

    /// What becomes of punches on a USB stick that is put in.
    public enum USBStick: String, Hashable, Sendable, CaseIterable {
        /// `gatehouse devices` shows them, with the command that takes them.
        case offer
        /// They are taken at once.
        case take
        /// Sticks are not looked at.
        case off
    }

    /// How long and how much is kept; nil is without bound.
    public struct Retention: Hashable, Sendable {
        /// What is older may go.
        public var age: Duration?
        /// In bytes.
        public var size: Int64?

        public init(age: Duration? = nil, size: Int64? = nil) {
            self.age = age
            self.size = size
        }
    }

    /// What holds without a `gateway:` section.
    public static let standard = GatewaySettings(
        data: nil, events: "tcp://127.0.0.1:7780", requests: "tcp://127.0.0.1:7781", http: "127.0.0.1:8080", adms: nil,
        curve: false, retention: Retention(), identify: true, usbStick: .offer,
        stickFolders: ["/media", "/run/media", "/mnt"])
}
