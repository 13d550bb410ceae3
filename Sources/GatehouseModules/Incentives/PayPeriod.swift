import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// One month, quarter or year: `2026-11`, `2026-Q4`, `2026`.
struct PayPeriod: Hashable, Comparable, Sendable {
    let span: Period
    /// Months since January of the year 0.
    let firstMonth: Int

    init(_ span: Period, holding month: Int) {
        self.span = span
        let length = span.months
        firstMonth = month >= 0 ? month / length * length : -((-month + length - 1) / length * length)
    }

    /// The one in which a date lies.
    init(_ span: Period, holding day: CalendarDay) {
        self.init(span, holding: day.monthIndex)
    }

    /// The one that the zone's wall clock shows.
    init(_ span: Period, holding moment: Moment, in zone: Zone) {
        self.init(span, holding: CalendarDay(moment, in: zone))
    }

    /// Reads the three forms. Of an ISO week (`2026-W45`) it is the month of its Thursday, as its year is.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count == 4, let year = Self.number(parts[0]), year >= 1
        else {
            return nil
        }
        guard parts.count == 2 else {
            self.init(.year, holding: year * 12)
            return
        }
        switch (parts[1].first, parts[1].utf8.count) {
        case ("Q", 2):
            guard let quarter = Self.number(parts[1].dropFirst()), (1...4).contains(quarter) else { return nil }
            self.init(.quarter, holding: year * 12 + (quarter - 1) * 3)
        case ("W", 3):
            guard let week = Self.number(parts[1].dropFirst()), (1...53).contains(week),
                // 4 January is always in the first week.
                let fourth = CalendarDay(year: year, month: 1, day: 4)
            else { return nil }
            self.init(.month, holding: CalendarDay(number: fourth.monday.number + week * 7 - 4))
        case (_, 2):
            guard let month = Self.number(parts[1]), (1...12).contains(month) else { return nil }
            self.init(.month, holding: year * 12 + month - 1)
        default: return nil
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }

    static func < (left: PayPeriod, right: PayPeriod) -> Bool {
        (left.firstMonth, left.span.months) < (right.firstMonth, right.span.months)
    }

    var text: String {
        let year = String(firstMonth / 12)
        let padded = String(repeating: "0", count: max(0, 4 - year.utf8.count)) + year
        let month = firstMonth % 12
        switch span {
        case .month: return "\(padded)-\(month < 9 ? "0" : "")\(month + 1)"
        case .quarter: return "\(padded)-Q\(month / 3 + 1)"
        case .year: return padded
        }
    }

    /// The month after the last.
    var endMonth: Int { firstMonth + span.months }

    var months: Range<Int> { firstMonth..<endMonth }

    /// The period of that kind of which this is a part, or which it is; nil where it is longer.
    func widened(to span: Period) -> PayPeriod? {
        span.months < self.span.months ? nil : PayPeriod(span, holding: firstMonth)
    }

    /// The period so many later, or earlier.
    func adding(_ count: Int) -> PayPeriod {
        PayPeriod(span, holding: firstMonth + count * span.months)
    }

    /// It and every shorter period of which it is made.
    var parts: [PayPeriod] {
        var parts = [self]
        if span == .year {
            parts += stride(from: 0, to: 12, by: 3).map { PayPeriod(.quarter, holding: firstMonth + $0) }
        }
        if span != .month { parts += months.map { PayPeriod(.month, holding: $0) } }
        return parts
    }

    /// 00:00 of its first day.
    func start(in zone: Zone) -> Moment { Self.start(ofMonth: firstMonth, in: zone) }

    /// 00:00 of the first day after it.
    func end(in zone: Zone) -> Moment { Self.start(ofMonth: endMonth, in: zone) }

    private static func start(ofMonth month: Int, in zone: Zone) -> Moment {
        guard month >= 12 else { return Moment(milliseconds: .min) }
        guard let day = CalendarDay(year: month / 12, month: month % 12 + 1, day: 1) else {
            return Moment(milliseconds: .max)
        }
        return zone.startOfDay(day)
    }
}

extension Period {
    var months: Int {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year: 12
        }
    }
}

extension CalendarDay {
    /// Months since January of the year 0.
    var monthIndex: Int { year * 12 + month - 1 }
}

extension PayPeriod: Packed {
    func pack(into packer: inout Packer) {
        packer.add(firstMonth, span.months)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        let (month, length): (Int, Int) = (try unpacker.next(), try unpacker.next())
        guard let span = Period.allCases.first(where: { $0.months == length }) else { throw .unreadable("a period") }
        self.init(span, holding: month)
    }
}
