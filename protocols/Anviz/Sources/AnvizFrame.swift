import GatehouseWireKit

/// One frame of either direction. Codes from 0x80 on are replies and carry a result; the others carry none.
public struct AnvizFrame: Hashable, Sendable {
    /// `A5`, the first byte of every frame.
    public static let start: UInt8 = 0xA5
    /// The most data bytes a frame may hold.
    public static let dataLimit = 600
    /// The longest frame: start, id, code, result, length, data, checksum.
    public static let sizeLimit = 9 + dataLimit + 2

    /// The device's communication address; 0 in a command is every device.
    public var device: UInt32
    /// What is asked, or with bit 7 set, answered.
    public var code: AnvizCode
    /// How the device did; nil in commands.
    public var result: AnvizResult?
    /// What the code needs, big-endian.
    public var data: [UInt8]

    /// Something asked of a device, or by one (its heartbeat).
    public static func command(_ code: AnvizCode, device: UInt32, data: [UInt8] = []) -> AnvizFrame {
        precondition(!code.isReply, "a command's code has bit 7 clear")
        return AnvizFrame(device: device, code: code, result: nil, data: data)
    }

    /// The reply to a command.
    public static func reply(
        to code: AnvizCode, device: UInt32, result: AnvizResult = .ok, data: [UInt8] = []
    ) -> AnvizFrame {
        AnvizFrame(device: device, code: code.reply, result: result, data: data)
    }

    private init(device: UInt32, code: AnvizCode, result: AnvizResult?, data: [UInt8]) {
        precondition(data.count <= Self.dataLimit, "a frame holds at most 600 bytes of data")
        self.device = device
        self.code = code
        self.result = result
        self.data = data
    }

    /// The frame as it passes the wire. Everything is big-endian except the checksum.
    public var bytes: [UInt8] {
        var bytes = [Self.start]
        bytes.appendBig(device)
        bytes.append(code.rawValue)
        if let result { bytes.append(result.rawValue) }
        bytes.appendBig(UInt16(data.count))
        bytes += data
        bytes.appendLittle(AnvizChecksum.of(bytes))
        return bytes
    }

    /// What a stretch of bytes that begins with `A5` is.
    enum Reading {
        case frame(AnvizFrame, size: Int)
        /// More bytes are needed.
        case short
        case wrong
    }

    static func read(_ bytes: ArraySlice<UInt8>) -> Reading {
        var cursor = ByteCursor(bytes.prefix(sizeLimit))
        let available = cursor.count
        guard cursor.skip(1), let device = cursor.big(UInt32.self), let raw = cursor.u8() else { return .short }
        let code = AnvizCode(rawValue: raw)
        var result: AnvizResult?
        if code.isReply {
            guard let raw = cursor.u8() else { return .short }
            result = AnvizResult(rawValue: raw)
        }
        guard let length = cursor.big(UInt16.self) else { return .short }
        guard length <= dataLimit else { return .wrong }
        guard let data = cursor.bytes(Int(length)), let sum = cursor.little(UInt16.self) else { return .short }
        let size = available - cursor.count
        guard AnvizChecksum.of(bytes.prefix(size - 2)) == sum else { return .wrong }
        return .frame(AnvizFrame(device: device, code: code, result: result, data: Array(data)), size: size)
    }
}
