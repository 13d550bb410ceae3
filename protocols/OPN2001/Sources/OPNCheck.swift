/// The check of every frame: CRC-16 with the polynomial 8005 reflected, beginning with FFFF, inverted at the end.
public enum OPNCheck {
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
    }

    /// The check of some bytes; it is sent high byte first.
    public static func value(of bytes: some Sequence<UInt8>) -> UInt16 {
        var crc: UInt16 = 0xFFFF
        for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
        return ~crc
    }

    /// The bytes with their check behind them.
    public static func closed(_ bytes: [UInt8]) -> [UInt8] {
        let check = value(of: bytes)
        return bytes + [UInt8(check >> 8), UInt8(truncatingIfNeeded: check)]
    }

    /// Whether the last two bytes are the check of those before.
    static func holds(_ frame: ArraySlice<UInt8>) -> Bool {
        guard frame.count > 2 else { return false }
        let check = value(of: frame.dropLast(2))
        return Array(frame.suffix(2)) == [UInt8(check >> 8), UInt8(truncatingIfNeeded: check)]
    }
}
