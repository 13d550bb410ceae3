public import GatehouseModel

/// The 24 bytes between topic and body: three unsigned integers of 64 bits, big-endian.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 8 | `sequence` |
/// | 8 | 8 | `previous`: the sequence of the event before it with the same topic, 0 for the first |
/// | 16 | 8 | `recorded`: milliseconds since 1970 |
public struct EventHeader: Hashable, Sendable {
    /// How many bytes a header takes.
    public static let size = 24
    /// The topic of the message that goes out every second: its `sequence` is the journal's head, its body is
    /// empty.
    public static let heartbeatTopic = "heartbeat"

    public var sequence: Int64
    public var previous: Int64
    public var recorded: Moment

    public init(sequence: Int64, previous: Int64, recorded: Moment) {
        self.sequence = sequence
        self.previous = previous
        self.recorded = recorded
    }

    /// Reads a header; nil when the length is wrong or a number does not fit into 63 bits.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, let sequence = Int64(wire: bytes, at: 0),
            let previous = Int64(wire: bytes, at: 8), let recorded = Int64(wire: bytes, at: 16)
        else { return nil }
        self.init(sequence: sequence, previous: previous, recorded: Moment(milliseconds: recorded))
    }

    /// Calls `body` with the header as it goes over the wire, without allocating.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let words = (
            UInt64(bitPattern: sequence).bigEndian, UInt64(bitPattern: previous).bigEndian,
            UInt64(bitPattern: recorded.milliseconds).bigEndian
        )
        return withUnsafeBytes(of: words, body)
    }

    /// The header as it goes over the wire.
    public var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}

extension Int64 {
    /// Reads the unsigned big-endian integer of eight bytes that a frame consists of; nil for another length or
    /// a number over 63 bits.
    package init?(wire bytes: [UInt8]) {
        guard bytes.count == 8 else { return nil }
        self.init(wire: bytes, at: 0)
    }

    fileprivate init?(wire bytes: [UInt8], at offset: Int) {
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        self.init(exactly: UInt64(bigEndian: value))
    }

    /// The number as eight bytes, big-endian.
    package var wireBytes: [UInt8] {
        precondition(self >= 0, "the bus knows no negative number")
        return Swift.withUnsafeBytes(of: bigEndian) { [UInt8]($0) }
    }
}

extension UInt32 {
    /// Reads the unsigned big-endian integer of four bytes that a frame consists of; nil for another length.
    package init?(wire bytes: [UInt8]) {
        guard bytes.count == 4 else { return nil }
        self = UInt32(bigEndian: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
    }

    /// The number as four bytes, big-endian.
    package var wireBytes: [UInt8] {
        Swift.withUnsafeBytes(of: bigEndian) { [UInt8]($0) }
    }
}
