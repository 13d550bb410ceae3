/// How a frame is guarded. Each frame says so itself, and a reader may answer with the other one.
public enum OSDPCheck: Hashable, Sendable {
    /// One byte: the frame's bytes and it add up to 0.
    case checksum
    /// Two bytes, the low one first: polynomial 1021, initial value 1D0F, not reflected, nothing added at the end.
    case crc16

    /// How many bytes it takes at the end of a frame.
    public var size: Int { self == .crc16 ? 2 : 1 }

    /// The check's bytes as they stand on the wire after these.
    public func bytes(over bytes: some Sequence<UInt8>) -> [UInt8] {
        switch self {
        case .checksum: return [0 &- bytes.reduce(0, &+)]
        case .crc16:
            let crc = Self.crc16(bytes)
            return [UInt8(truncatingIfNeeded: crc), UInt8(truncatingIfNeeded: crc >> 8)]
        }
    }

    /// The CRC as a number; that of "123456789" is E5CC.
    public static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
        table.withUnsafeBufferPointer { table in
            bytes.reduce(0x1D0F) { $0 << 8 ^ table[Int($0 >> 8) ^ Int($1)] }
        }
    }

    private static let table: [UInt16] = (0..<256).map { index in
        (0..<8).reduce(UInt16(index) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
    }
}
