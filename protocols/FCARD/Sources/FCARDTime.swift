/// What the wand's clock shows: local time of the years 2000 to 2099, to the second, without a zone.
public struct FCARDTime: Hashable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// Nil for a date that does not exist, or that the wand cannot show.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (2000...2099).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard day <= Self.days(inMonth: month, of: year) else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// As a record has it: year less 2000, month, day, hour, minute, second, plain binary.
    init?(record fields: some Sequence<UInt8>) {
        let fields = fields.map { Int($0) }
        guard fields.count == 6 else { return nil }
        self.init(
            year: 2000 + fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4],
            second: fields[5])
    }

    /// As a record has it.
    public var recordBytes: [UInt8] {
        [year - 2000, month, day, hour, minute, second].map { UInt8($0) }
    }

    /// As the clock is read: second, minute, hour, day, month, year less 2000, two decimal digits a byte.
    init?(clock fields: some Sequence<UInt8>) {
        var numbers: [Int] = []
        for field in fields {
            guard field >> 4 < 10, field & 15 < 10 else { return nil }
            numbers.append(Int(field >> 4) * 10 + Int(field & 15))
        }
        guard numbers.count == 6 else { return nil }
        self.init(
            year: 2000 + numbers[5], month: numbers[4], day: numbers[3], hour: numbers[2], minute: numbers[1],
            second: numbers[0])
    }

    /// As the clock is read and set.
    public var clockBytes: [UInt8] {
        [second, minute, hour, day, month, year - 2000].map { UInt8(($0 / 10) << 4 | $0 % 10) }
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        // 2000 to 2099 holds no century that is not a leap year.
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
