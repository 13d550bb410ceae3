import GatehouseWireKit

/// One request, reply or event: eight bytes of header and its data, little-endian throughout.
///
/// On UDP a datagram is one packet; on TCP each is preceded by a prefix (`ZKFramer`).
public struct ZKPacket: Hashable, Sendable {
    /// Bytes before the data.
    public static let headerSize = 8

    public var command: ZKCommand
    /// The session that the device gave out on connecting. Events carry their code here, `ZKEventMask`;
    /// replies of bulk reads may carry anything.
    public var session: UInt16
    /// Joins a reply to its request; 0 for events.
    public var replyID: UInt16
    public var data: [UInt8]

    public init(_ command: ZKCommand, session: UInt16, replyID: UInt16, data: [UInt8] = []) {
        self.command = command
        self.session = session
        self.replyID = replyID
        self.data = data
    }

    /// What the checksum of a received packet turned out to be.
    public enum Check: Hashable, Sendable {
        case right
        /// One less than the true sum, as some devices send it: taken, and counted.
        case offByOne
        case wrong
    }

    /// The packet as it travels in a datagram.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + data.count)
        append(to: &bytes)
        return bytes
    }

    /// The packet as it travels on TCP, prefix and all.
    public var frame: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ZKFramer.prefixSize + Self.headerSize + data.count)
        bytes.append(contentsOf: ZKFramer.magic)
        bytes.appendLittle(UInt32(Self.headerSize + data.count))
        append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.appendLittle(command.rawValue)
        bytes.appendLittle(UInt16(0))
        bytes.appendLittle(session)
        bytes.appendLittle(replyID)
        bytes.append(contentsOf: data)
        let sum = Self.checksum(bytes[start...])
        bytes[start + 2] = UInt8(truncatingIfNeeded: sum)
        bytes[start + 3] = UInt8(truncatingIfNeeded: sum >> 8)
    }

    /// Reads one packet; nil for fewer bytes than a header.
    public static func read(_ bytes: ArraySlice<UInt8>) -> (packet: ZKPacket, check: Check)? {
        var cursor = ByteCursor(bytes)
        guard let command = cursor.little(UInt16.self), let sum = cursor.little(UInt16.self),
            let session = cursor.little(UInt16.self), let replyID = cursor.little(UInt16.self)
        else { return nil }
        let packet = ZKPacket(
            ZKCommand(rawValue: command), session: session, replyID: replyID, data: Array(cursor.rest))
        return (packet, check(sum, against: checksum(bytes)))
    }

    /// The Internet's one's-complement checksum over the packet as it is sent, the checksum field taken
    /// as 0: little-endian words added, carries folded back, inverted. A last odd byte counts as a word
    /// whose high byte is 0.
    ///
    /// Public libraries seem to sum an older reply id and invert with modulus 65535; the two quirks
    /// cancel out.
    public static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var sum: UInt64 = 0
        bytes.withUnsafeBufferPointer { bytes in
            for index in stride(from: 0, to: bytes.count - 1, by: 2) where index != 2 {
                sum += UInt64(bytes[index]) | UInt64(bytes[index + 1]) << 8
            }
            if bytes.count % 2 == 1, let last = bytes.last { sum += UInt64(last) }
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }

    private static func check(_ sum: UInt16, against expected: UInt16) -> Check {
        if sum == expected { return .right }
        return sum == expected &- 1 ? .offByOne : .wrong
    }
}
