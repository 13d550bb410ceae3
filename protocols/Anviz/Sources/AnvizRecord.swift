import GatehouseWireKit

/// One record of the memory: who, when, and with what. 14 bytes.
public struct AnvizRecord: Hashable, Sendable {
    /// How many bytes a record takes.
    public static let size = 14

    /// The user's number, 40 bits.
    public var user: UInt64
    /// Seconds on the device's own clock since the epoch that the device counts from, see `AnvizEpoch`.
    public var seconds: UInt32
    /// How the user was recognised, one bit each.
    public var backup: UInt8
    /// Bit 7: the door could have opened. Bits 0 to 3: the attendance state, whose meaning the device's menu gives.
    public var type: UInt8
    /// 24 bits.
    public var workCode: UInt32

    public init(user: UInt64, seconds: UInt32, backup: UInt8, type: UInt8, workCode: UInt32 = 0) {
        self.user = user & 0xFF_FFFF_FFFF
        self.seconds = seconds
        self.backup = backup
        self.type = type
        self.workCode = workCode & 0xFF_FFFF
    }

    /// Nil when the bytes are not exactly one record.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        var cursor = ByteCursor(bytes)
        guard let high = cursor.u8(), let low = cursor.big(UInt32.self), let seconds = cursor.big(UInt32.self),
            let backup = cursor.u8(), let type = cursor.u8(), let top = cursor.u8(), let rest = cursor.big(UInt16.self)
        else { return nil }
        self.init(
            user: UInt64(high) << 32 | UInt64(low), seconds: seconds, backup: backup, type: type,
            workCode: UInt32(top) << 16 | UInt32(rest))
    }

    /// The record as it passes the wire.
    public var bytes: [UInt8] {
        var bytes = [UInt8(truncatingIfNeeded: user >> 32)]
        bytes.appendBig(UInt32(truncatingIfNeeded: user))
        bytes.appendBig(seconds)
        bytes += [backup, type, UInt8(truncatingIfNeeded: workCode >> 16)]
        bytes.appendBig(UInt16(truncatingIfNeeded: workCode))
        return bytes
    }

    /// The attendance state, 0 to 15.
    public var state: UInt8 { type & 0x0F }

    /// Either of two fingers.
    public var isFinger: Bool { backup & 0b0011 != 0 }
    /// A password was typed.
    public var isPassword: Bool { backup & 0b0100 != 0 }
    /// A card was shown, perhaps beside something else.
    public var isCard: Bool { backup & 0b1000 != 0 }
}

/// The instant from which a device counts seconds. The maker's document has the first, real devices mostly the second.
public enum AnvizEpoch: String, Hashable, Sendable, CaseIterable {
    case january1 = "2000-01-01"
    case january2 = "2000-01-02"

    /// Seconds from 1970-01-01 00:00 to the epoch, both on the same clock.
    public var secondsSince1970: Int64 {
        switch self {
        case .january1: 946_684_800
        case .january2: 946_771_200
        }
    }
}
