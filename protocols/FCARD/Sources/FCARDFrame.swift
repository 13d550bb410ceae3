import GatehouseWireKit

/// One packet, either way.
public struct FCARDFrame: Hashable, Sendable {
    /// Stands at both ends of a packet, and nowhere within.
    static let mark: UInt8 = 0x7E
    static let escape: UInt8 = 0x7F
    /// Address, information code, type, index, length and sum.
    static let fixedSize = 7
    /// The most data of one packet.
    public static let dataLimit = 255

    /// The number of the wand.
    public var address: UInt8
    /// Chosen by the host, repeated by the wand: which request a reply belongs to.
    public var infoCode: UInt16
    public var type: UInt8
    public var index: UInt8
    public var data: [UInt8]

    public init(address: UInt8, infoCode: UInt16, type: UInt8, index: UInt8, data: [UInt8] = []) {
        precondition(data.count <= Self.dataLimit, "a packet holds at most \(Self.dataLimit) bytes of data")
        self.address = address
        self.infoCode = infoCode
        self.type = type
        self.index = index
        self.data = data
    }

    /// As it passes the line: marks, escapes and sum.
    public var bytes: [UInt8] {
        var content = [address]
        content.appendBig(infoCode)
        content += [type, index, UInt8(data.count)] + data
        content.append(Self.sum(of: content[...]))
        var bytes = [Self.mark]
        for byte in content {
            switch byte {
            case Self.mark: bytes += [Self.escape, 0x01]
            case Self.escape: bytes += [Self.escape, 0x02]
            default: bytes.append(byte)
            }
        }
        return bytes + [Self.mark]
    }

    /// What stands between two marks; nil where an escape, the length or the sum is wrong.
    init?(escaped: [UInt8]) {
        var content: [UInt8] = []
        var isEscaped = false
        for byte in escaped {
            switch (isEscaped, byte) {
            case (true, 0x01): content.append(Self.mark)
            case (true, 0x02): content.append(Self.escape)
            case (true, _): return nil
            case (false, Self.escape): break
            case (false, _): content.append(byte)
            }
            isEscaped = !isEscaped && byte == Self.escape
        }
        guard !isEscaped, content.count >= Self.fixedSize, content.last == Self.sum(of: content.dropLast()) else {
            return nil
        }
        var cursor = ByteCursor(content)
        guard let address = cursor.u8(), let infoCode = cursor.big(UInt16.self), let type = cursor.u8(),
            let index = cursor.u8(), let length = cursor.u8(), cursor.count == Int(length) + 1,
            let data = cursor.bytes(Int(length))
        else { return nil }
        self.init(address: address, infoCode: infoCode, type: type, index: index, data: Array(data))
    }

    /// The low byte of the sum of all bytes.
    static func sum(of bytes: ArraySlice<UInt8>) -> UInt8 {
        bytes.reduce(0, &+)
    }
}
