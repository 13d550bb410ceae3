/// An instant together with the UTC offset it is written with: RFC 3339, to the millisecond.
public struct Timestamp: Hashable, Sendable {
    public var moment: Moment
    /// Seconds that the written local time is ahead of UTC.
    public var offsetSeconds: Int

    public init(moment: Moment, offsetSeconds: Int) {
        self.moment = moment
        self.offsetSeconds = offsetSeconds
    }

    /// The instant as the zone's wall clock shows it.
    public init(_ moment: Moment, in zone: Zone) {
        self.init(moment: moment, offsetSeconds: zone.offsetSeconds(at: moment))
    }

    /// `2026-11-22T08:30:00.000+08:00`.
    public var text: String {
        var bytes: [UInt8] = []
        bytes.appendTimestamp(self)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads RFC 3339: a date, `T` (or `t` or a space), a time with any number of decimals (cut to milliseconds), and
    /// `Z` or an offset. Nil for anything else; a leap second is read as the second before it.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].allSatisfy { (0x30...0x39).contains($0) }
                ? bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19),
            bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[13] == 0x3A, bytes[16] == 0x3A,
            [0x54, 0x74, 0x20].contains(bytes[10]),
            let local = LocalTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second == 60 ? 59 : second)
        else { return nil }
        var rest = bytes[19...]
        var milliseconds = 0
        if rest.first == 0x2E {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            for place in 0..<3 {
                milliseconds =
                    milliseconds * 10 + (place < digits.count ? Int(digits[digits.startIndex + place] - 0x30) : 0)
            }
            rest = rest[digits.endIndex...]
        }
        guard let offset = Self.offset(rest) else { return nil }
        self.init(
            moment: Moment(milliseconds: (local.secondsSince1970 - Int64(offset)) * 1000 + Int64(milliseconds)),
            offsetSeconds: offset)
    }

    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        let text = Array(bytes)
        if text == [0x5A] || text == [0x7A] { return 0 }
        guard text.count == 6, text[3] == 0x3A, text[0] == 0x2B || text[0] == 0x2D else { return nil }
        let digits = [text[1], text[2], text[4], text[5]]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let numbers = digits.map { Int($0 - 0x30) }
        let (hours, minutes) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        guard hours <= 23, minutes <= 59 else { return nil }
        return (hours * 60 + minutes) * 60 * (text[0] == 0x2D ? -1 : 1)
    }
}

extension [UInt8] {
    /// Appends `2026-11-22T08:30:00.000+08:00`, the one form in which Gatehouse writes times.
    public mutating func appendTimestamp(_ timestamp: Timestamp) {
        let shown = timestamp.moment.milliseconds + Int64(timestamp.offsetSeconds) * 1000
        let seconds = Moment(milliseconds: shown).seconds
        let local = LocalTime(secondsSince1970: seconds)
        let minutes = abs(timestamp.offsetSeconds) / 60
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 29) { text in
            text.fill(0, local.year, digits: 4, end: 0x2D)
            text.fill(5, local.month, digits: 2, end: 0x2D)
            text.fill(8, local.day, digits: 2, end: 0x54)
            text.fill(11, local.hour, digits: 2, end: 0x3A)
            text.fill(14, local.minute, digits: 2, end: 0x3A)
            text.fill(17, local.second, digits: 2, end: 0x2E)
            text.fill(20, Int(shown - seconds * 1000), digits: 3, end: timestamp.offsetSeconds < 0 ? 0x2D : 0x2B)
            text.fill(24, minutes / 60, digits: 2, end: 0x3A)
            text.fill(27, minutes % 60, digits: 2)
            append(contentsOf: UnsafeBufferPointer(text))
        }
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes the last so many digits of a number and what stands after them.
    fileprivate func fill(_ position: Int, _ number: Int, digits: Int, end: UInt8? = nil) {
        var rest = number
        for place in stride(from: position + digits - 1, through: position, by: -1) {
            self[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        if let end { self[position + digits] = end }
    }
}
