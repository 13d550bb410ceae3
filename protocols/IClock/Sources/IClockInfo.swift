/// How a device is, from the INFO of a question for commands:
/// `firmware,users,fingerprints,punches,address,finger algorithm,face algorithm,faces to enrol,faces,features[,…]`.
public struct IClockInfo: Hashable, Sendable {
    public var firmware: String
    public var users: Int?
    public var fingerprints: Int?
    /// Punches in the device's memory.
    public var punches: Int?
    public var address: String?

    /// Reads the value of the query's field, resolved. Nil where it has fewer than four parts.
    public init?(_ text: String) {
        guard text.utf8.count <= 512 else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(IClockText.trimmed)
        guard parts.count >= 4 else { return nil }
        firmware = IClockText.shown(Array(parts[0].utf8))
        users = Self.count(parts[1])
        fingerprints = Self.count(parts[2])
        punches = Self.count(parts[3])
        address = parts.count > 4 && !parts[4].isEmpty ? IClockText.shown(Array(parts[4].utf8)) : nil
    }

    private static func count(_ text: String) -> Int? {
        IClockText.number(text).flatMap { (0...100_000_000).contains($0) ? $0 : nil }
    }
}

/// The head of a photo's body: lines up to a NUL, the JPEG after it. The bytes are never read as text.
public struct IClockPhoto: Hashable, Sendable {
    /// `20150731103012-123.jpg`: when, and whose; without a pin for an attempt that failed.
    public var name: String
    /// Bytes of the JPEG, as the head claims.
    public var size: Int?

    /// Reads the head; nil where there is none within 512 bytes.
    public init?(_ body: some Collection<UInt8>) {
        let head = body.prefix(512).prefix { $0 != 0 }
        let fields = IClockFields(Array(head), separators: [0x0A, 0x0D])
        guard let name = fields["PIN"] else { return nil }
        self.name = name
        size = fields["size"].flatMap(IClockText.number)
    }
}
