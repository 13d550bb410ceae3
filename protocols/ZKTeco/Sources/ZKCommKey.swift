import GatehouseWireKit

/// The comm key of the device's menu, 0 to 999999, as `authenticate` wants it: scrambled with the
/// session, no secret to anybody who listens.
public enum ZKCommKey {
    /// The largest key that the menus take.
    public static let maximum: UInt32 = 999_999
    /// Any byte will do as the ticks; this is the one that public libraries send.
    public static let usualTicks: UInt8 = 50

    /// The four bytes of data of an `authenticate` request.
    public static func scrambled(_ key: UInt32, session: UInt16, ticks: UInt8 = usualTicks) -> [UInt8] {
        var reversed: UInt32 = 0
        for bit in 0..<32 where key & (1 << bit) != 0 { reversed |= 1 << (31 - bit) }
        let sum = reversed &+ UInt32(session)
        let mixed = zip([0, 8, 16, 24], Array("ZKSO".utf8)).map { UInt8(truncatingIfNeeded: sum >> $0) ^ $1 }
        // The halves change places, and the third byte of the result is the ticks themselves.
        return [mixed[2] ^ ticks, mixed[3] ^ ticks, ticks, mixed[1] ^ ticks]
    }
}
