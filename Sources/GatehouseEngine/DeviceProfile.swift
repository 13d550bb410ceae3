public import GatehouseDriverKit
public import GatehouseModel

/// What the gateway holds of a device whether or not it is there: who it is, which driver speaks to it, whose rules
/// apply.
public struct DeviceProfile: Sendable {
    /// The site's id, `default` without a site file.
    public var site: String
    /// The id by which everything refers to the device.
    public var device: String
    /// The driver family's name.
    public var driver: String
    /// Whether the device keeps readings while it is disconnected.
    public var hasMemory: Bool
    /// Whether its driver speaks only when it is given a turn.
    public var sharesLine: Bool
    public var zone: Zone
    public var clock: DriverContext.ClockPolicy
    /// Who the USB descriptors say it is; the driver's word counts more.
    public var facts: DeviceFacts

    public init(
        site: String, device: String, driver: String, hasMemory: Bool, sharesLine: Bool = false, zone: Zone,
        clock: DriverContext.ClockPolicy = .report, facts: DeviceFacts = DeviceFacts()
    ) {
        self.site = site
        self.device = device
        self.driver = driver
        self.hasMemory = hasMemory
        self.sharesLine = sharesLine
        self.zone = zone
        self.clock = clock
        self.facts = facts
    }

    /// The `source` of everything that this device says.
    public var source: String {
        "/sites/\(site)/devices/\(device)"
    }
}

/// What a code that the site file registers stands for.
public struct RegisteredCode: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case checkpoint, condition, person
    }

    public var kind: Kind
    /// The checkpoint, condition or person.
    public var value: String

    public init(kind: Kind, value: String) {
        self.kind = kind
        self.value = value
    }
}

/// What is needed to read a scan: the site's registered codes, its key for Gatehouse's own, and a decoder for the one
/// legacy encoding.
public struct ScanReader: Sendable {
    /// By the code as it is read.
    public var codes: [String: RegisteredCode]
    /// Whether one of Gatehouse's own codes carries the tag that the site's key gives it. Handed in, because no key
    /// belongs here; without it nothing can be said of such a code.
    public var verifyCode: (@Sendable (OwnCode) -> Bool)?
    /// Text of GB18030 bytes, nil where they are none. Handed in, because the tables belong to the system.
    public var decodeGB18030: @Sendable ([UInt8]) -> String?

    public init(
        codes: [String: RegisteredCode] = [:], decodeGB18030: @escaping @Sendable ([UInt8]) -> String? = { _ in nil },
        verifyCode: (@Sendable (OwnCode) -> Bool)? = nil
    ) {
        self.codes = codes
        self.verifyCode = verifyCode
        self.decodeGB18030 = decodeGB18030
    }

    /// Whether the site knows whose badge or what code it is; everything is known where the site names nothing.
    func knows(_ observation: Observation) -> Bool {
        guard !codes.isEmpty else { return true }
        switch observation {
        case .punch(let punch): return codes[punch.badge] != nil
        case .scan(let scan):
            let meaning = meaning(of: text(of: scan.payload).text)
            return meaning.authenticity == .signed || meaning.authenticity == .registered
        }
    }

    /// How far a code can be trusted.
    enum Authenticity: String {
        /// One of Gatehouse's own, with the right tag.
        case signed
        /// The site file registers it.
        case registered
        /// One of Gatehouse's own with a wrong tag: it says what it would like to be taken for.
        case forged
        case unknown
    }

    /// What a text stands for: one of Gatehouse's own codes, a registered one, or nothing known, in this order.
    func meaning(of text: String) -> (code: RegisteredCode?, authenticity: Authenticity) {
        if let verifyCode, let own = OwnCode(text) {
            return (RegisteredCode(kind: own.kind, value: own.id), verifyCode(own) ? .signed : .forged)
        }
        return codes[text].map { ($0, .registered) } ?? (nil, .unknown)
    }

    /// How a payload was turned into text.
    enum Encoding: String {
        case utf8 = "utf-8"
        case gb18030 = "gb18030"
        case hex = "hex"
    }

    /// The payload as text: strict UTF-8, else GB18030, else its bytes in hexadecimal. Text with control characters
    /// other than GS1's separators (FS, GS, RS, US) and tab is not taken for GB18030.
    func text(of payload: [UInt8]) -> (text: String, encoding: Encoding) {
        if let text = String(validating: payload, as: UTF8.self) { return (text, .utf8) }
        if let text = decodeGB18030(payload), !text.unicodeScalars.contains(where: Self.isControl) {
            return (text, .gb18030)
        }
        let digits = Array("0123456789abcdef".utf8)
        let hex = payload.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return (String(decoding: hex, as: UTF8.self), .hex)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x1C...0x1F: false
        case 0..<0x20, 0x7F...0x9F, 0xFFFD: true
        default: false
        }
    }
}
