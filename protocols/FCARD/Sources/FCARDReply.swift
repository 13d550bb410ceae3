import GatehouseWireKit

/// What a wand answers.
public enum FCARDReply: Hashable, Sendable {
    case number(UInt8)
    /// Four characters.
    case version(String)
    case status(FCARDStatus)
    /// What the clock shows; nil for a date that does not exist.
    case time(FCARDTime?)
    case counts(FCARDCounts)
    /// Some of the records asked for; more packets follow.
    case records([FCARDRecord])
    /// The last of the records has been sent; how many there were.
    case recordsEnd(UInt32)
    case done
    /// The request came damaged: send it again.
    case checksumError
    /// Refused for another reason, which the maker's pages do not name.
    case refused(UInt8)

    /// What a packet means as the answer to a request; nil where it is none.
    public init?(_ frame: FCARDFrame, to request: FCARDRequest) {
        let code = request.code
        switch (frame.type, frame.index) {
        case (0x21, 0x01): self = .done
        case (0x21, 0x03): self = .checksumError
        case (0x21, let reason): self = .refused(reason)
        case (code.type &+ 0xF0, code.index) where code.type == 0x04 && code.index == 0x06:
            var cursor = ByteCursor(frame.data)
            guard let total = cursor.big(UInt32.self) else { return nil }
            self = .recordsEnd(total)
        case (code.type &+ 0x30, code.index):
            guard let reply = Self.read(frame.data, of: request) else { return nil }
            self = reply
        default: return nil
        }
    }

    private static func read(_ data: [UInt8], of request: FCARDRequest) -> FCARDReply? {
        switch request {
        case .number: data.count == 1 ? .number(data[0]) : nil
        case .version: data.count == 4 ? .version(text(data)) : nil
        case .status: FCARDStatus(data).map { .status($0) }
        case .time: data.count == 6 ? .time(FCARDTime(clock: data)) : nil
        case .counts: FCARDCounts(data).map { .counts($0) }
        case .records: records(data).map { .records($0) }
        case .live, .setTime, .setReadIndex, .beep: .done
        }
    }

    /// The count, then that many records.
    private static func records(_ data: [UInt8]) -> [FCARDRecord]? {
        var cursor = ByteCursor(data)
        guard let count = cursor.big(UInt32.self), cursor.count == Int(count) * FCARDRecord.size else { return nil }
        var records: [FCARDRecord] = []
        while let record = FCARDRecord(&cursor) { records.append(record) }
        return records
    }

    private static func text(_ data: [UInt8]) -> String {
        String(decoding: data.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
    }
}

/// A card that the wand sends unasked while live mode is on.
public struct FCARDLiveCard: Hashable, Sendable {
    /// The card's number, 24 bits. There is no time and no serial number.
    public var card: UInt32

    /// Nil where the packet is something else.
    public init?(_ frame: FCARDFrame) {
        guard frame.type == 0x31, frame.index == 0x0E, frame.data.count == 3 else { return nil }
        card = frame.data.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// What the wand says of itself: 22 bytes, of which these are used.
public struct FCARDStatus: Hashable, Sendable {
    /// How full the battery is, in per cent.
    public var battery: UInt8
    /// Card records that have not been read.
    public var unread: UInt32

    public init(battery: UInt8, unread: UInt32) {
        self.battery = battery
        self.unread = unread
    }

    init?(_ data: [UInt8]) {
        var cursor = ByteCursor(data)
        // Date of manufacture 3, formattings 2, starts 2, volts 2.
        guard data.count == 22, cursor.skip(9), let battery = cursor.u8(), cursor.skip(4),
            let unread = cursor.big(UInt32.self)
        else { return nil }
        self.init(battery: battery, unread: unread)
    }

    /// As it is sent.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [0x20, 0x01, 0x15, 0, 1, 0, 9, 0x03, 0x90, battery, 0, 7, 0, 3]
        bytes.appendBig(unread)
        return bytes + [0, 0, 0, 0]
    }
}
