/// One code as the scanner read it.
public struct HIDPOSScan: Hashable, Sendable {
    /// The content; which characters it means is not decided here.
    public var payload: [UInt8]
    /// The AIM identifier's three bytes, `]Q1`; nil where the scanner gives none.
    public var identifier: [UInt8]?
    /// The maker's own fields of the last report, lowest byte of each; empty where there are none or all are zero.
    public var makers: [UInt8]

    public init(payload: [UInt8], identifier: [UInt8]? = nil, makers: [UInt8] = []) {
        self.payload = payload
        self.identifier = identifier
        self.makers = makers
    }

    /// The AIM identifier without its `]`, `Q1`; nil where the three bytes are none (ISO/IEC 15424).
    public var symbology: String? {
        guard let identifier, identifier.count == 3, identifier[0] == UInt8(ascii: "]"),
            (0x41...0x5A).contains(identifier[1] & 0xDF),
            (0x30...0x39).contains(identifier[2]) || (0x41...0x5A).contains(identifier[2] & 0xDF)
        else { return nil }
        return String(decoding: identifier[1...], as: UTF8.self)
    }
}

/// Joins reports into scans. It never reads, waits or throws: a report that is none is an outcome like any other.
public struct HIDPOSFramer: Sendable {
    /// What the reports turned out to be.
    public enum Outcome: Hashable, Sendable {
        case scan(HIDPOSScan)
        /// A scan whose reports together hold more than the longest; its first bytes. The rest of it is thrown away.
        case overlong(beginning: [UInt8])
        /// A scan whose last report did not come.
        case unfinished([UInt8])
        /// A report too short for its layout, or with a count larger than its data; its first bytes.
        case malformed([UInt8])
        /// A report that carries no scan, by its number.
        case other(id: UInt8)
    }

    /// How much of something bad is kept to show what it was, in bytes.
    public static let beginningLimit = 64
    /// The largest `longest`, so that a scan and its hexadecimal form fit in one event.
    public static let longestLimit = 8192

    public let layout: ScanLayout
    public let longest: Int
    private var outcomes: [Outcome] = []
    private var payload: [UInt8] = []
    private var identifier: [UInt8]?
    private var isJoining = false
    /// What comes up to a last report belongs to a scan that has been reported as bad.
    private var isDiscarding = false

    public init(layout: ScanLayout, longest: Int = 4096) {
        precondition((1...Self.longestLimit).contains(longest), "a scan holds 1 to \(Self.longestLimit) bytes")
        self.layout = layout
        self.longest = longest
    }

    /// How many bytes of a scan wait for its last report.
    public var pendingCount: Int { payload.count }

    /// Whether a last report is awaited: whether to ask for `expire`.
    public var isUnfinished: Bool { isJoining || isDiscarding }

    /// Takes one report, as one read of `/dev/hidraw*` gives it.
    public mutating func receive(_ report: [UInt8]) {
        let id = layout.usesReportIDs ? report.first ?? 0 : 0
        guard let shape = layout.reports[id] else {
            outcomes.append(.other(id: id))
            return
        }
        let bytes = report.dropFirst(layout.usesReportIDs ? 1 : 0)
        guard let part = shape.part(of: bytes) else { return refuse(report, continues: shape.continues(bytes)) }
        take(part)
    }

    /// The next outcome, or nil when more reports are needed.
    public mutating func next() -> Outcome? {
        outcomes.isEmpty ? nil : outcomes.removeFirst()
    }

    /// Says that the last report of the scan under way does not come; nil when there is nothing to tell of it.
    public mutating func expire() -> Outcome? {
        defer { startAnew() }
        return isJoining ? .unfinished(Array(payload.prefix(Self.beginningLimit))) : nil
    }

    private mutating func refuse(_ report: [UInt8], continues: Bool?) {
        outcomes.append(.malformed(Array(report.prefix(Self.beginningLimit))))
        startAnew()
        isDiscarding = continues ?? true
    }

    private mutating func take(_ part: ScanPart) {
        guard !isDiscarding else {
            isDiscarding = part.continues
            return
        }
        // All reports of a scan have the same identifier, or only the first has one.
        if isJoining, let other = part.identifier, other != identifier {
            outcomes.append(.unfinished(Array(payload.prefix(Self.beginningLimit))))
            startAnew()
        }
        if !isJoining { identifier = part.identifier }
        isJoining = true
        payload += part.data
        guard payload.count <= longest else {
            outcomes.append(.overlong(beginning: Array(payload.prefix(min(Self.beginningLimit, longest)))))
            startAnew()
            isDiscarding = part.continues
            return
        }
        guard !part.continues else { return }
        if !payload.isEmpty {
            outcomes.append(.scan(HIDPOSScan(payload: payload, identifier: identifier, makers: part.makers)))
        }
        startAnew()
    }

    private mutating func startAnew() {
        payload = []
        identifier = nil
        isJoining = false
        isDiscarding = false
    }
}
