import GatehouseWireKit

/// Cuts what a reader sends into tags. It never reads, never waits and never throws, and looks at every byte once.
///
/// A reader that is switched on while a tag lies on it may begin in the middle of a frame: everything before an STX is
/// noise.
public struct EM4100Framer: Sendable {
    /// What the bytes turned out to be.
    public enum Outcome: Hashable, Sendable {
        case tag(EM4100Tag)
        /// A frame whose checksum is wrong, or that broke off; its bytes without STX and ETX.
        case damaged([UInt8])
        /// Bytes outside any frame, line ends not counted.
        case noise(count: Int)
    }

    /// Digits in a frame: ten of the tag and two of the checksum.
    static let digitCount = 12

    private var unread: [UInt8] = []
    private var position = 0
    private var isInside = false
    private var content: [UInt8] = []
    private var noise = 0

    public init() {}

    /// How many bytes wait for more of their frame.
    public var pendingCount: Int { unread.count - position + content.count }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        unread.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        while position < unread.count {
            let byte = unread[position]
            // Noise is told before the frame that ends it, so the STX is looked at again.
            if byte == 0x02, noise > 0 { return toldNoise() }
            position += 1
            if let outcome = isInside ? inside(byte) : outside(byte) { return outcome }
        }
        unread.removeAll(keepingCapacity: unread.capacity <= 65_536)
        position = 0
        return noise > 0 ? toldNoise() : nil
    }

    private mutating func toldNoise() -> Outcome {
        defer { noise = 0 }
        return .noise(count: noise)
    }

    private mutating func outside(_ byte: UInt8) -> Outcome? {
        switch byte {
        case 0x02: isInside = true
        case 0x0D, 0x0A: break
        default: noise += 1
        }
        return nil
    }

    private mutating func inside(_ byte: UInt8) -> Outcome? {
        if byte == 0x03 { return ended() }
        if byte == 0x02 {
            // The frame before broke off without an end; this one begins.
            defer { content = [] }
            return content.isEmpty ? nil : .damaged(content)
        }
        content.append(byte)
        // Twelve digits and a line end are the longest content that can be right.
        guard content.count > Self.digitCount + 2 else { return nil }
        return dropped()
    }

    private mutating func ended() -> Outcome? {
        var digits = content[...]
        while let last = digits.last, last == 0x0D || last == 0x0A { digits.removeLast() }
        guard digits.count == Self.digitCount, let bytes = Hex.bytes(String(decoding: digits, as: UTF8.self)),
            let tag = EM4100Tag(bytes.prefix(5)), bytes.last == tag.checksum
        else { return content.isEmpty ? left() : dropped() }
        content = []
        isInside = false
        return .tag(tag)
    }

    private mutating func dropped() -> Outcome {
        defer { _ = left() }
        return .damaged(content)
    }

    private mutating func left() -> Outcome? {
        content = []
        isInside = false
        return nil
    }
}
