/// The checksum at the end of every frame: CRC-16 with the polynomial 0x1021 reflected, beginning with 0xFFFF, nothing
/// added at the end; the set that catalogues call MCRF4XX.
public enum AnvizChecksum {
    /// The checksum of `bytes`; 0x6F91 for the nine digits `123456789`.
    public static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(0xFFFF) { sum, byte in
            var sum = sum ^ UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x8408 : sum >> 1 }
            return sum
        }
    }
}
