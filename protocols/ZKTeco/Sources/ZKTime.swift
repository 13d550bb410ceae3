/// What a terminal's clock shows: no zone, whole seconds, years 2000 to 2132.
public struct ZKTime: Hashable, Comparable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// Nil for a date or time that does not exist. In a record such a value means that the record is read
    /// wrongly: it is never clamped.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (2000...2132).contains(year), (1...12).contains(month) else { return nil }
        guard day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Reads the u32 code: seconds in a calendar in which every month has 31 days, from 2000 on. Nil for
    /// a date that does not exist (30 February), which the code can express.
    public init?(code: UInt32) {
        let days = Int(code / 86_400)
        let second = Int(code % 86_400)
        self.init(
            year: 2000 + days / 372, month: days / 31 % 12 + 1, day: days % 31 + 1, hour: second / 3600,
            minute: second / 60 % 60, second: second % 60)
    }

    /// Reads the six bytes of an event: year less 2000, month, day, hour, minute, second.
    public init?(six bytes: ArraySlice<UInt8>) {
        guard bytes.count == 6 else { return nil }
        let fields = bytes.map { Int($0) }
        self.init(
            year: 2000 + fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4],
            second: fields[5])
    }

    /// Reads `YYYY-MM-DD hh:mm:ss`, with `-` or `/` in the date and a space or `T` before the time.
    public init?(text: Substring) {
        let fields = text.utf8.split(omittingEmptySubsequences: false) { "-/ T:".utf8.contains($0) }
        let numbers = fields.compactMap { field in
            (1...4).contains(field.count) && field.allSatisfy { (0x30...0x39).contains($0) }
                ? Int(Substring(field)) : nil
        }
        guard fields.count == 6, numbers.count == 6 else { return nil }
        self.init(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
            second: numbers[5])
    }

    /// The u32 code of records and of the clock commands.
    public var code: UInt32 {
        UInt32((((year - 2000) * 12 + month - 1) * 31 + day - 1) * 86_400 + hour * 3600 + minute * 60 + second)
    }

    /// The six bytes of an event.
    public var six: [UInt8] {
        [year - 2000, month, day, hour, minute, second].map { UInt8($0) }
    }

    /// The code grows with time, though not evenly: it orders, but must not be subtracted.
    public static func < (left: ZKTime, right: ZKTime) -> Bool {
        left.code < right.code
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
