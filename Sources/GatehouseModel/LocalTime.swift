/// A wall-clock reading without a zone, as a device shows it: 2026-11-22 08:30:00.
public struct LocalTime: Hashable, Comparable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// Nil for a date or time of day that does not exist (30 February, 24:00): such a value in a record means that the
    /// record is read wrongly, and is never clamped. Years 1 to 9999.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month) else { return nil }
        guard day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The reading of a clock that shows `seconds` since its own 1970-01-01 00:00:00, in years 1 to 9999.
    public init(secondsSince1970 seconds: Int64) {
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let days = clamped >= 0 ? clamped / 86_400 : (clamped - 86_399) / 86_400
        let secondOfDay = Int(clamped - days * 86_400)
        (year, month, day) = Self.civil(daysSince1970: days)
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
    }

    /// Seconds on this clock since its own 1970-01-01 00:00:00.
    public var secondsSince1970: Int64 {
        Self.daysSince1970(year: year, month: month, day: day) * 86_400
            + Int64(hour * 3600 + minute * 60 + second)
    }

    public static func < (left: LocalTime, right: LocalTime) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// `YYYY-MM-DDThh:mm:ss`.
    public var text: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(19)
        digits.appendDecimal(year, width: 4)
        digits.append(UInt8(ascii: "-"))
        digits.appendDecimal(month, width: 2)
        digits.append(UInt8(ascii: "-"))
        digits.appendDecimal(day, width: 2)
        digits.append(UInt8(ascii: "T"))
        digits.appendDecimal(hour, width: 2)
        digits.append(UInt8(ascii: ":"))
        digits.appendDecimal(minute, width: 2)
        digits.append(UInt8(ascii: ":"))
        digits.appendDecimal(second, width: 2)
        return String(decoding: digits, as: UTF8.self)
    }

    /// Reads `YYYY-MM-DD hh:mm[:ss]`, with `-` or `/` in the date and a space or `T` before the time; nil for
    /// anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "T" })
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: parts[0].contains("/") ? "/" : "-", omittingEmptySubsequences: false)
        let time = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard date.count == 3, time.count == 2 || time.count == 3 else { return nil }
        let numbers = (date + time).map { field in
            field.utf8.allSatisfy { (0x30...0x39).contains($0) } && field.utf8.count <= 4 ? Int(field) : nil
        }
        guard let year = numbers[0], let month = numbers[1], let day = numbers[2], let hour = numbers[3],
            let minute = numbers[4], let second = numbers.count > 5 ? numbers[5] : 0
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar, counted in 400-year eras that begin in March.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    private static func civil(daysSince1970: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(daysSince1970) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

extension [UInt8] {
    /// Appends a number in decimal, zero-padded to `width`. A number that needs more digits keeps them all.
    public mutating func appendDecimal(_ number: Int, width: Int = 1) {
        precondition(number >= 0, "a padded decimal has no sign")
        // Every event writes some of these: built on the stack, the array grows once for each.
        let width = Swift.max(width, 1)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Swift.max(width, 20)) { digits in
            var (rest, place) = (number, digits.count)
            while rest > 0 || digits.count - place < width {
                place -= 1
                digits[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[place...]))
        }
    }
}
