import GatehouseWireKit

/// One card that the wand read.
public struct FCARDRecord: Hashable, Sendable {
    /// Bytes of a record, its serial number included.
    public static let size = 16
    /// A place in the memory that holds no record.
    static let emptyStaff: UInt16 = 0xFFFF

    /// Its place in the memory, from 1; it comes again when the memory has wrapped around.
    public var serial: UInt32
    /// The number of the member of staff who carries the wand.
    public var staff: UInt16
    /// When it was read, six bytes as they are stored.
    public var timeBytes: [UInt8]
    /// 0 for a checkpoint's card, 1 for a member of staff's.
    public var state: UInt8
    /// The card's number, 24 bits.
    public var card: UInt32

    public init(serial: UInt32, staff: UInt16, time: FCARDTime, state: UInt8, card: UInt32) {
        self.serial = serial
        self.staff = staff
        timeBytes = time.recordBytes
        self.state = state
        self.card = card & 0xFF_FFFF
    }

    /// Whether the place holds nothing.
    public var isEmpty: Bool { staff == Self.emptyStaff }

    /// Nil for a date that does not exist.
    public var time: FCARDTime? { FCARDTime(record: timeBytes) }

    /// As it is sent.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBig(serial)
        bytes.appendBig(staff)
        bytes += timeBytes + [state, UInt8(truncatingIfNeeded: card >> 16)]
        bytes.appendBig(UInt16(truncatingIfNeeded: card))
        return bytes
    }

    /// An empty place.
    public static func empty(serial: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBig(serial)
        return bytes + Array(repeating: 0xFF, count: 12)
    }

    init?(_ cursor: inout ByteCursor) {
        guard let serial = cursor.big(UInt32.self), let staff = cursor.big(UInt16.self), let time = cursor.bytes(6),
            let state = cursor.u8(), let high = cursor.u8(), let low = cursor.big(UInt16.self)
        else { return nil }
        self.serial = serial
        self.staff = staff
        timeBytes = Array(time)
        self.state = state
        card = UInt32(high) << 16 | UInt32(low)
    }
}

/// How far a wand's card records have been written and read.
public struct FCARDCounts: Hashable, Sendable {
    /// How many places there are.
    public var capacity: UInt32
    /// The place written last; 0 before the first record.
    public var write: UInt32
    /// The place read last, as the host has said.
    public var read: UInt32
    /// Records were overwritten before they were read: all places hold unread ones.
    public var isWrapped: Bool

    public init(capacity: UInt32, write: UInt32, read: UInt32, isWrapped: Bool) {
        self.capacity = capacity
        self.write = write
        self.read = read
        self.isWrapped = isWrapped
    }

    /// The place after which unread records begin. An index beyond the memory counts as 0, as the maker has it.
    public var start: UInt32 {
        let from = isWrapped ? write : read
        return from > capacity ? 0 : from
    }

    /// How many records have not been read.
    public var unread: UInt32 {
        if isWrapped { return capacity }
        let (write, read) = (write > capacity ? 0 : write, start)
        return write >= read ? write - read : capacity - read + write
    }

    init?(_ data: [UInt8]) {
        var cursor = ByteCursor(data)
        guard data.count == 20, let capacity = cursor.big(UInt32.self), let write = cursor.big(UInt32.self),
            let read = cursor.big(UInt32.self), let wrapped = cursor.u8()
        else { return nil }
        self.init(capacity: capacity, write: write, read: read, isWrapped: wrapped != 0)
    }

    /// As they are sent, with those of a wand without records of its own behind them.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for number in [capacity, write, read] { bytes.appendBig(number) }
        bytes.append(isWrapped ? 1 : 0)
        bytes.appendBig(UInt16(1000))
        return bytes + [0, 0, 0, 0, 0]
    }
}
