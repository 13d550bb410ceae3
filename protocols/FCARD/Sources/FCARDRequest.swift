import GatehouseWireKit

/// What the host asks of a wand.
public enum FCARDRequest: Hashable, Sendable {
    /// The wand's number, one byte.
    case number
    case version
    case status
    /// Sends each card as it is read (`true`), or no more.
    case live(Bool)
    case time
    case setTime(FCARDTime)
    /// How many records there are, and how far they have been read.
    case counts
    /// Card records from that serial number on. Nothing is changed by reading.
    case records(first: UInt32, count: UInt32)
    /// Says up to which serial number card records have been read.
    case setReadIndex(UInt32)
    case beep

    /// The packet.
    public func frame(address: UInt8, infoCode: UInt16) -> FCARDFrame {
        FCARDFrame(address: address, infoCode: infoCode, type: code.type, index: code.index, data: data)
    }

    /// Type and index of the request; a reply has the type and 30 hexadecimal, and the same index.
    public var code: (type: UInt8, index: UInt8) {
        switch self {
        case .number: (0x01, 0x01)
        case .version: (0x01, 0x04)
        case .status: (0x01, 0x05)
        case .live(true): (0x01, 0x0E)
        case .live(false): (0x01, 0x0F)
        case .time: (0x02, 0x01)
        case .setTime: (0x02, 0x02)
        case .counts: (0x04, 0x01)
        case .setReadIndex: (0x04, 0x04)
        case .records: (0x04, 0x06)
        case .beep: (0x05, 0x01)
        }
    }

    private var data: [UInt8] {
        // 1 means card records; 2 would be the wand's own.
        var data: [UInt8] = []
        switch self {
        case .number, .version, .status, .live, .time, .counts, .beep: break
        case .setTime(let time): data = time.clockBytes
        case .records(let first, let count):
            data = [1]
            data.appendBig(first)
            data.appendBig(count)
        case .setReadIndex(let index):
            data = [1]
            data.appendBig(index)
            data.append(0)
        }
        return data
    }
}
