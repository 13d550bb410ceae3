import GatehouseModel
import GatehouseRules

/// A month, quarter or year, or an ISO week, as figures name it.
struct FigurePeriod {
    let text: String
    /// Its first date, and the one after its last.
    let first: CalendarDay
    let end: CalendarDay

    /// Reads `2026-11`, `2026-Q4`, `2026` and `2026-W45`.
    init?(_ text: String) {
        self.text = text
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let year = Int(parts[0]), (1...9998).contains(year),
            let first = CalendarDay(year: year, month: 1, day: 1)
        else { return nil }
        guard parts.count == 2 else {
            (self.first, end) = (first, first.firstOfMonth(adding: 12))
            return
        }
        let number = Int(parts[1].drop { !$0.isNumber })
        guard let number else { return nil }
        switch parts[1].first {
        case "Q" where (1...4).contains(number):
            (self.first, end) = (first.firstOfMonth(adding: number * 3 - 3), first.firstOfMonth(adding: number * 3))
        case "W" where (1...53).contains(number):
            // The fourth of January is always in the first week.
            let monday = first.adding(3).monday.adding(7 * (number - 1))
            (self.first, end) = (monday, monday.adding(7))
        case let digit? where digit.isNumber && (1...12).contains(number):
            (self.first, end) = (first.firstOfMonth(adding: number - 1), first.firstOfMonth(adding: number))
        default: return nil
        }
    }

    /// The period of that kind that holds at a moment.
    init?(_ span: Period, holding moment: Moment, in zone: Zone) {
        let day = CalendarDay(moment, in: zone)
        switch span {
        case .month: self.init(day.monthText)
        case .quarter: self.init("\(day.text.prefix(4))-Q\((day.month - 1) / 3 + 1)")
        case .year: self.init(String(day.text.prefix(4)))
        }
    }

    func holds(_ day: CalendarDay) -> Bool { day >= first && day < end }

    func holds(_ moment: Moment, in zone: Zone) -> Bool { holds(CalendarDay(moment, in: zone)) }

    /// Whether another lies within it, or is it.
    func contains(_ other: FigurePeriod) -> Bool { first <= other.first && other.end <= end }

    func start(in zone: Zone) -> Moment { zone.startOfDay(first) }
}
