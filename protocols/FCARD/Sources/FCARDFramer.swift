/// Cuts the line at its marks. It never reads, never waits and never throws, and looks at every byte once.
public struct FCARDFramer: Sendable {
    /// What stood between two marks.
    public enum Outcome: Hashable, Sendable {
        case frame(FCARDFrame)
        /// Bytes that are no packet: an escape, the length or the sum is wrong, or there are too many of them.
        case damaged(count: Int)
    }

    /// The longest content of a packet, every byte of it escaped.
    static let longest = 2 * (FCARDFrame.fixedSize + FCARDFrame.dataLimit)

    private var unread: [UInt8] = []
    private var position = 0
    private var content: [UInt8] = []
    /// Bytes of something too long, which are not kept.
    private var dropped = 0

    public init() {}

    /// How many bytes wait for their mark.
    public var pendingCount: Int { unread.count - position + content.count }

    /// Takes what one read gave.
    public mutating func receive(_ bytes: [UInt8]) {
        unread.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        while position < unread.count {
            let byte = unread[position]
            position += 1
            if byte == FCARDFrame.mark {
                if let outcome = ended() { return outcome }
            } else if content.count < Self.longest, dropped == 0 {
                content.append(byte)
            } else {
                dropped += 1
            }
        }
        unread.removeAll(keepingCapacity: unread.capacity <= 65_536)
        position = 0
        return nil
    }

    /// A mark ends one packet and begins the next; between two packets there is nothing.
    private mutating func ended() -> Outcome? {
        defer {
            content = []
            dropped = 0
        }
        guard !content.isEmpty else { return nil }
        guard dropped == 0, let frame = FCARDFrame(escaped: content) else {
            return .damaged(count: content.count + dropped)
        }
        return .frame(frame)
    }
}
