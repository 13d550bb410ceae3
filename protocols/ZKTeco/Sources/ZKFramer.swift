import GatehouseWireKit

/// Cuts a TCP stream into packets, however reads have split or glued them.
///
/// There is no way to find the next frame after a broken one: data may hold the magic. So anything that
/// does not begin as a frame ends the stream, and the connection with it.
public struct ZKFramer: Sendable {
    /// What each frame begins with.
    public static let magic: [UInt8] = [0x50, 0x50, 0x82, 0x7D]
    /// What frames of the vendor's encrypted dialect are said to begin with.
    public static let encryptedMagic: [UInt8] = [0x50, 0x50, 0x83, 0x7C]
    /// The magic and a u32 length.
    public static let prefixSize = 8
    /// The largest packet believed, header included. Known devices stay below 64 KiB.
    public static let packetLimit = 1 << 20

    public enum Outcome: Hashable, Sendable {
        case packet(ZKPacket, ZKPacket.Check)
        /// The device speaks the vendor's encrypted dialect. Nothing more comes out of this framer.
        case encryptedDialect
        /// No frame begins here: close the connection. Nothing more comes out of this framer. At most 16
        /// bytes are shown.
        case garbled([UInt8])
    }

    private var pending: [UInt8] = []
    /// Where in `pending` the next frame begins; what lies before is dropped in one go, so that long
    /// reads stay linear.
    private var start = 0
    private var ended = false

    public init() {}

    /// Bytes held back because their frame is not complete.
    public var pendingCount: Int { pending.count - start }

    /// Takes what one read gave. Bytes after the end of the stream are thrown away.
    public mutating func receive(_ bytes: some Sequence<UInt8>) {
        guard !ended else { return }
        precondition(start <= pending.count, "a frame is taken only when it is whole")
        if start > 0, start >= pending.count / 2 {
            pending.removeSubrange(..<start)
            start = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// The next outcome, or nil when more bytes are needed.
    public mutating func next() -> Outcome? {
        guard !ended else { return nil }
        let available = pending[start...]
        let seen = available.prefix(4)
        if !Self.magic.starts(with: seen) {
            if !Self.encryptedMagic.starts(with: seen) { return end(.garbled(Array(available.prefix(16)))) }
            // The two differ in the third byte: with two or fewer the first test has already passed.
            return seen.count == 4 ? end(.encryptedDialect) : nil
        }
        var cursor = ByteCursor(available)
        guard cursor.skip(4), let length = cursor.little(UInt32.self) else { return nil }
        guard (UInt32(ZKPacket.headerSize)...UInt32(Self.packetLimit)).contains(length) else {
            return end(.garbled(Array(available.prefix(16))))
        }
        guard let body = cursor.bytes(Int(length)) else { return nil }
        guard let (packet, check) = ZKPacket.read(body) else {
            preconditionFailure("a body of eight bytes or more holds a header")
        }
        start = body.endIndex
        return .packet(packet, check)
    }

    private mutating func end(_ outcome: Outcome) -> Outcome {
        ended = true
        pending = []
        start = 0
        return outcome
    }
}
