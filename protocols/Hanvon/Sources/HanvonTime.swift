/// A time as the device writes it, `2009-1-10 15:40:13`: zeros may be missing in front. Whether the date exists is for
/// the reader to find out.
public struct HanvonTime: Hashable, Sendable {
    /// As written, up to four digits; not checked, like the rest.
    public var year: Int
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    /// Reads a date, one or more spaces, and a time; nil for anything else. The seconds may be left out.
    public init?(_ value: some Collection<UInt8>) {
        let parts = value.split(separator: UInt8(ascii: " "))
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let time = parts[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard date.count == 3, time.count == 3 || time.count == 2 else { return nil }
        let numbers = (date.map { Array($0) } + time.map { Array($0) }).map(Self.number)
        guard let year = numbers[0], let month = numbers[1], let day = numbers[2], let hour = numbers[3],
            let minute = numbers[4], let second = numbers.count > 5 ? numbers[5] : 0
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    private static func number(_ digits: [UInt8]) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
