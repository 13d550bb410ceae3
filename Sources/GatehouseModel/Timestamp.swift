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
    public init?(_ text: String) {
        var text = text
        guard let read = text.withUTF8({ Timestamp(utf8: $0) }) else { return nil }
        self = read
    }

    /// Reads part of a text.
    public init?(_ text: some StringProtocol) {
        self.init(String(text))
    }

    /// Reads the bytes of a text.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count >= 20, text.count <= 40 else { return nil }
        guard let year = text.number(at: 0, digits: 4), let month = text.number(at: 5, digits: 2),
            let day = text.number(at: 8, digits: 2), let hour = text.number(at: 11, digits: 2),
            let minute = text.number(at: 14, digits: 2), let second = text.number(at: 17, digits: 2),
            text[4] == 0x2D, text[7] == 0x2D, text[13] == 0x3A, text[16] == 0x3A,
            text[10] == 0x54 || text[10] == 0x74 || text[10] == 0x20,
            let local = LocalTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second == 60 ? 59 : second)
        else { return nil }
        var (place, milliseconds) = (19, 0)
        if text[place] == 0x2E {
            place += 1
            var weight = 100
            while place < text.count, let digit = text.number(at: place, digits: 1) {
                milliseconds += digit * weight
                weight /= 10
                place += 1
            }
            guard place > 20 else { return nil }
        }
        guard let offset = Self.offset(text, from: place) else { return nil }
        self.init(
            moment: Moment(milliseconds: (local.secondsSince1970 - Int64(offset)) * 1000 + Int64(milliseconds)),
            offsetSeconds: offset)
    }

    /// `Z` or `+08:00`, and nothing after it.
    private static func offset(_ text: UnsafeBufferPointer<UInt8>, from place: Int) -> Int? {
        switch text.count - place {
        case 1: return text[place] == 0x5A || text[place] == 0x7A ? 0 : nil
        case 6:
            let sign = text[place]
            guard sign == 0x2B || sign == 0x2D, text[place + 3] == 0x3A,
                let hours = text.number(at: place + 1, digits: 2), let minutes = text.number(at: place + 4, digits: 2),
                hours <= 23, minutes <= 59
            else { return nil }
            return (hours * 60 + minutes) * 60 * (sign == 0x2D ? -1 : 1)
        default: return nil
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The number that so many digits make; nil where one of them is none.
    fileprivate func number(at place: Int, digits: Int) -> Int? {
        var number = 0
        for index in place..<place + digits {
            guard (0x30...0x39).contains(self[index]) else { return nil }
            number = number * 10 + Int(self[index] - 0x30)
        }
        return number
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
