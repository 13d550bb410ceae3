/// What the scanner's clock shows: local time of the years 2000 to 2063, to the second, without a zone.
public struct OPNTime: Hashable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// Nil for a date that does not exist, or that the scanner cannot show.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (2000...2063).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard day <= Self.days(inMonth: month, of: year) else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// As a scan carries it: from the lowest bit year less 2000 (6 bits), month (4), day (5), hour (5), minute (6),
    /// second (6). So the numbers do not sort.
    public init?(stamp: UInt32) {
        self.init(
            year: 2000 + Int(stamp & 0x3F), month: Int(stamp >> 6 & 0xF), day: Int(stamp >> 10 & 0x1F),
            hour: Int(stamp >> 15 & 0x1F), minute: Int(stamp >> 20 & 0x3F), second: Int(stamp >> 26))
    }

    /// As a scan carries it.
    public var stamp: UInt32 {
        UInt32(year - 2000) | UInt32(month) << 6 | UInt32(day) << 10 | UInt32(hour) << 15 | UInt32(minute) << 20
            | UInt32(second) << 26
    }

    /// As the clock is read and set: second, minute, hour, day, month, year less 2000, plain binary.
    init?(fields: ArraySlice<UInt8>) {
        let fields = fields.map { Int($0) }
        guard fields.count == 6 else { return nil }
        self.init(
            year: 2000 + fields[5], month: fields[4], day: fields[3], hour: fields[2], minute: fields[1],
            second: fields[0])
    }

    /// As the clock is read and set.
    public var fields: [UInt8] {
        [UInt8(second), UInt8(minute), UInt8(hour), UInt8(day), UInt8(month), UInt8(year - 2000)]
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        // 2000 to 2063 holds no century that is not a leap year.
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
