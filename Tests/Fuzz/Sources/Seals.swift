import AnvizWire
import OPN2001Wire
import OSDPWire
import ZKTecoWire

/// Lengths and checksums put right again after a piece was spoilt, so that it gets past the first gate. Bytes too few
/// for a frame stay as they are.
enum Seals {
    @Sendable static func anviz(_ bytes: inout [UInt8]) {
        guard bytes.count >= 11 else { return }
        let head = bytes[5] & 0x80 == 0 ? 8 : 9
        let length = bytes.count - head - 2
        bytes[0] = AnvizFrame.start
        bytes[head - 2] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[head - 1] = UInt8(truncatingIfNeeded: length)
        close(&bytes, with: AnvizChecksum.of(bytes.dropLast(2)))
    }

    @Sendable static func em4100(_ bytes: inout [UInt8]) {
        guard bytes.count >= 14 else { return }
        let digits = Array<UInt8>("0123456789ABCDEF".utf8)
        for place in 1...10 { bytes[place] = digits[Int(bytes[place] & 15)] }
        let values = bytes[1...10].map { UInt8($0 < 0x3A ? $0 - 0x30 : $0 - 0x37) }
        let check = stride(from: 0, to: 10, by: 2).reduce(UInt8(0)) { $0 ^ (values[$1] << 4 | values[$1 + 1]) }
        bytes[11] = digits[Int(check >> 4)]
        bytes[12] = digits[Int(check & 15)]
    }

    /// Escapes are undone and done again around it.
    @Sendable static func fcard(_ bytes: inout [UInt8]) {
        var content: [UInt8] = []
        var isEscaped = false
        for byte in bytes where byte != 0x7E {
            if isEscaped { content.append(byte == 1 ? 0x7E : 0x7F) } else if byte != 0x7F { content.append(byte) }
            isEscaped = !isEscaped && byte == 0x7F
        }
        guard content.count >= 7 else { return }
        content[5] = UInt8(truncatingIfNeeded: content.count - 7)
        content[content.count - 1] = content.dropLast().reduce(0, &+)
        let escaped = content.flatMap { byte -> [UInt8] in
            byte == 0x7E ? [0x7F, 1] : byte == 0x7F ? [0x7F, 2] : [byte]
        }
        bytes = [0x7E] + escaped + [0x7E]
    }

    @Sendable static func opn2001(_ bytes: inout [UInt8]) {
        guard bytes.count > 3 else { return }
        bytes = OPNCheck.closed(Array(bytes.dropLast(2)))
    }

    @Sendable static func osdp(_ bytes: inout [UInt8]) {
        guard bytes.count >= 7 else { return }
        bytes[0] = OSDPFrame.startByte
        bytes[2] = UInt8(truncatingIfNeeded: bytes.count)
        bytes[3] = UInt8(truncatingIfNeeded: bytes.count >> 8)
        let check: OSDPCheck = bytes[4] & 4 == 0 ? .checksum : .crc16
        let size = check == .crc16 ? 2 : 1
        bytes = bytes.dropLast(size) + check.bytes(over: bytes.dropLast(size))
    }

    @Sendable static func zkteco(_ bytes: inout [UInt8]) {
        let start = bytes.starts(with: ZKFramer.magic) ? 8 : 0
        guard bytes.count >= start + 8 else { return }
        if start == 8 {
            let length = UInt32(bytes.count - 8)
            for index in 0..<4 { bytes[4 + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
        }
        bytes[start + 2] = 0
        bytes[start + 3] = 0
        let sum = ZKPacket.checksum(bytes[start...])
        bytes[start + 2] = UInt8(truncatingIfNeeded: sum)
        bytes[start + 3] = UInt8(truncatingIfNeeded: sum >> 8)
    }

    /// Puts a sum into the last two bytes, its low byte first.
    private static func close(_ bytes: inout [UInt8], with sum: UInt16) {
        bytes[bytes.count - 2] = UInt8(truncatingIfNeeded: sum)
        bytes[bytes.count - 1] = UInt8(truncatingIfNeeded: sum >> 8)
    }
}
