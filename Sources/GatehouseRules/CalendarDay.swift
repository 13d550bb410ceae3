import GatehouseModel

/// A date without a time: `2026-11-22`.
public struct CalendarDay: Hashable, Comparable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nil for a date that does not exist. Years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard LocalTime(year: year, month: month, day: day) != nil else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// A date that is known to exist.
    init(validYear year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2026-11-22` and nothing else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].allSatisfy { (0x30...0x39).contains($0) }
                ? bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// `2026-11-22`.
    public var text: String {
        var bytes: [UInt8] = []
        bytes.appendDecimal(year, width: 4)
        bytes.append(0x2D)
        bytes.appendDecimal(month, width: 2)
        bytes.append(0x2D)
        bytes.appendDecimal(day, width: 2)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A day of the week as the site file writes it; the raw value is that word.
public enum Weekday: String, Hashable, Sendable, CaseIterable {
    case mon, tue, wed, thu, fri, sat, sun
}

/// A time on the wall clock to the minute, from `00:00` to `24:00`, the end of the day.
public struct TimeOfDay: Hashable, Comparable, Sendable {
    /// Minutes on the clock since 00:00: 0 to 1440.
    public let minutes: Int

    /// Nil where there is no such time.
    public init?(hour: Int, minute: Int) {
        guard (0...24).contains(hour), (0...59).contains(minute), hour * 60 + minute <= 1440 else { return nil }
        minutes = hour * 60 + minute
    }

    /// Reads `08:00`, two digits each.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == 0x3A,
            [bytes[0], bytes[1], bytes[3], bytes[4]].allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let digits = bytes.map { Int($0) - 0x30 }
        self.init(hour: digits[0] * 10 + digits[1], minute: digits[3] * 10 + digits[4])
    }

    public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool {
        left.minutes < right.minutes
    }

    /// `08:00`.
    public var text: String {
        var bytes: [UInt8] = []
        bytes.appendDecimal(minutes / 60, width: 2)
        bytes.append(0x3A)
        bytes.appendDecimal(minutes % 60, width: 2)
        return String(decoding: bytes, as: UTF8.self)
    }
}
