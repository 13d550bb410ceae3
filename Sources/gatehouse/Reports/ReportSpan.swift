import GatehouseModel
import GatehouseRules

/// The stretch of the calendar that a report is about.
struct ReportSpan: Hashable {
    enum Kind: String, CaseIterable {
        case day, week, month
    }

    let kind: Kind
    /// The first day, and the one after the last.
    let first: CalendarDay
    let end: CalendarDay

    /// The day, the ISO week or the month that holds a date.
    init(_ kind: Kind, holding date: CalendarDay) {
        self.kind = kind
        switch kind {
        case .day: (first, end) = (date, date.adding(1))
        case .week: (first, end) = (date.monday, date.monday.adding(7))
        case .month: (first, end) = (date.firstOfMonth, date.firstOfMonth(adding: 1))
        }
    }

    /// Reads `2026-11-24`, and for a month also `2026-11`, for a week also `2026-W48`.
    init?(_ kind: Kind, _ text: String) {
        if let day = CalendarDay(text) {
            self.init(kind, holding: day)
            return
        }
        switch kind {
        case .day: return nil
        case .month:
            guard let day = CalendarDay("\(text)-01") else { return nil }
            self.init(kind, holding: day)
        case .week:
            let parts = text.split(separator: "-W")
            guard parts.count == 2, let year = Int(parts[0]), let week = Int(parts[1]),
                // The fourth of January always lies in the first week.
                let fourth = CalendarDay(year: year, month: 1, day: 4),
                case let monday = fourth.monday.adding((week - 1) * 7), monday.weekText == text
            else { return nil }
            self.init(kind, holding: monday)
        }
    }

    func contains(_ day: CalendarDay) -> Bool { day >= first && day < end }

    /// `2026-11-24`, `2026-W48` or `2026-11`.
    var text: String {
        switch kind {
        case .day: first.text
        case .week: first.weekText
        case .month: first.monthText
        }
    }
}
