import GatehouseWireKit

/// The six counts of command 3C, three bytes each.
public struct AnvizCounts: Hashable, Sendable {
    /// People enrolled.
    public var users: Int
    /// Fingerprints enrolled.
    public var fingerprints: Int
    /// People with a password.
    public var passwords: Int
    /// People with a card.
    public var cards: Int
    /// Records in the memory.
    public var records: Int
    /// Those of them that still carry the mark "new".
    public var newRecords: Int

    public init(
        users: Int = 0, fingerprints: Int = 0, passwords: Int = 0, cards: Int = 0, records: Int, newRecords: Int
    ) {
        self.users = users
        self.fingerprints = fingerprints
        self.passwords = passwords
        self.cards = cards
        self.records = records
        self.newRecords = newRecords
    }

    /// Nil when the data is not 18 bytes.
    public init?(_ data: [UInt8]) {
        guard data.count == 18 else { return nil }
        let counts = stride(from: 0, to: 18, by: 3).compactMap { AnvizNumber.read(data[$0..<$0 + 3]) }
        self.init(
            users: counts[0], fingerprints: counts[1], passwords: counts[2], cards: counts[3], records: counts[4],
            newRecords: counts[5])
    }

    /// The counts as they pass the wire; what does not fit into three bytes is cut to the largest that does.
    public var data: [UInt8] {
        [users, fingerprints, passwords, cards, records, newRecords].flatMap { AnvizNumber.data($0) }
    }
}

/// A number of three bytes.
public enum AnvizNumber {
    /// The largest.
    public static let limit = 0xFF_FFFF

    /// The number as it passes the wire; one that does not fit is cut to the nearest that does.
    public static func data(_ number: Int) -> [UInt8] {
        let number = min(max(number, 0), limit)
        return [16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Nil when the bytes are not three.
    public static func read(_ data: some Collection<UInt8>) -> Int? {
        data.count == 3 ? data.reduce(0) { $0 << 8 | Int($1) } : nil
    }
}

/// The device's clock, six plain numbers: year after 2000, month, day, hour, minute, second. Whether the date exists is
/// for the reader to find out.
public struct AnvizTime: Hashable, Sendable {
    /// From 2000 to 2255.
    public var year: Int
    /// 1 to 12, if the clock is right; not checked, like the rest.
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    /// Nil when the data is not six bytes.
    public init?(_ data: [UInt8]) {
        guard data.count == 6 else { return nil }
        (year, month, day) = (2000 + Int(data[0]), Int(data[1]), Int(data[2]))
        (hour, minute, second) = (Int(data[3]), Int(data[4]), Int(data[5]))
    }

    /// The data that shows this time; nil outside the years 2000 to 2255.
    public static func data(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) -> [UInt8]? {
        guard let year = UInt8(exactly: year - 2000) else { return nil }
        return [year] + [month, day, hour, minute, second].map { UInt8(truncatingIfNeeded: $0) }
    }
}

/// Command 40: some records of the memory.
public struct AnvizDownload: Hashable, Sendable {
    /// Where to begin.
    public enum Mode: UInt8, Hashable, Sendable {
        /// After the last packet.
        case next = 0x00
        /// At the oldest record.
        case all = 0x01
        /// At the oldest record that is marked as new.
        case new = 0x02
        /// The last packet once more.
        case again = 0x10
    }

    /// The most records in a packet.
    public static let packetLimit = 25

    /// Where to begin.
    public var mode: Mode
    /// How many are wanted.
    public var count: Int

    public init(_ mode: Mode, count: Int = packetLimit) {
        self.mode = mode
        self.count = count
    }

    /// What a command asks for; nil where it makes no sense.
    public init?(_ data: [UInt8]) {
        guard data.count == 2, let mode = Mode(rawValue: data[0]) else { return nil }
        self.init(mode, count: min(Int(data[1]), Self.packetLimit))
    }

    /// The command's data.
    public var data: [UInt8] { [mode.rawValue, UInt8(clamping: count)] }

    /// The reply's data.
    public static func packet(_ records: some Collection<AnvizRecord>) -> [UInt8] {
        precondition(records.count <= packetLimit, "a packet holds at most 25 records")
        return [UInt8(records.count)] + records.flatMap(\.bytes)
    }

    /// The records of a reply; nil when the count does not agree with the bytes.
    public static func records(_ data: [UInt8]) -> [AnvizRecord]? {
        guard let count = data.first, Int(count) <= packetLimit, data.count == 1 + Int(count) * AnvizRecord.size else {
            return nil
        }
        return (0..<Int(count)).compactMap { index in
            AnvizRecord(data[(1 + index * AnvizRecord.size)..<(1 + (index + 1) * AnvizRecord.size)])
        }
    }
}

/// Command 4E: what is taken from the memory.
public enum AnvizClearing: Hashable, Sendable {
    /// Every record is erased.
    case everyRecord
    /// Every record loses its mark "new".
    case everyMark
    /// The oldest so many that are marked as new lose the mark.
    case oldestMarks(Int)

    /// The command's data: the kind, and a number of three bytes that counts for the last kind only.
    public var data: [UInt8] {
        switch self {
        case .everyRecord: [0] + AnvizNumber.data(0)
        case .everyMark: [1] + AnvizNumber.data(0)
        case .oldestMarks(let count): [2] + AnvizNumber.data(count)
        }
    }

    /// What a command asks for; nil where it makes no sense.
    public init?(_ data: [UInt8]) {
        guard let kind = data.first, let count = AnvizNumber.read(data.dropFirst()) else { return nil }
        switch kind {
        case 0: self = .everyRecord
        case 1: self = .everyMark
        case 2: self = .oldestMarks(count)
        default: return nil
        }
    }
}

/// Command 04: user and password, each 12 bytes padded with zeros.
public enum AnvizLogin {
    /// The longest of either.
    public static let limit = 12

    /// The command's data; what is longer than 12 bytes is cut.
    public static func data(user: String, password: String) -> [UInt8] {
        padded(user) + padded(password)
    }

    private static func padded(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(limit))
        return bytes + [UInt8](repeating: 0, count: limit - bytes.count)
    }
}
