import GatehouseModel
import GatehouseRules

/// At which rate a minute of overtime counts: threefold where its date is a statutory holiday; else twofold where the
/// record's work date is a day of rest for the person, and one and a half times otherwise.
struct OvertimeRates {
    /// Milliseconds at each rate, cut to minutes only when they are all known.
    struct Sums {
        var atOneAndHalf: Int64 = 0
        var atTwo: Int64 = 0
        var atThree: Int64 = 0

        var minutes: AttendanceRecord.Overtime {
            AttendanceRecord.Overtime(
                atOneAndHalf: Int32(clamping: atOneAndHalf / 60_000), atTwo: Int32(clamping: atTwo / 60_000),
                atThree: Int32(clamping: atThree / 60_000))
        }
    }

    let zone: Zone
    let holidays: Set<Int>
    /// Of the record's work date.
    let isRestDay: Bool

    /// Adds a span of overtime at its rates.
    func add(_ span: Range<Moment>, to sums: inout Sums) {
        guard !span.isEmpty else { return }
        let holiday = hasHoliday(in: span) ? holidayMilliseconds(of: span) : 0
        sums.atThree += holiday
        if isRestDay {
            sums.atTwo += span.milliseconds - holiday
        } else {
            sums.atOneAndHalf += span.milliseconds - holiday
        }
    }

    /// Whether any date of the span is a holiday; years of overtime are no span of work.
    func hasHoliday(in span: Range<Moment>) -> Bool {
        guard !holidays.isEmpty else { return false }
        let days = days(of: span)
        return days.count <= holidays.count
            ? days.contains { holidays.contains($0) } : holidays.contains { days.contains($0) }
    }

    /// How much of the span falls on holidays.
    func holidayMilliseconds(of span: Range<Moment>) -> Int64 {
        let days = days(of: span)
        var sum: Int64 = 0
        for day in holidays where days.contains(day) {
            let date = CalendarDay(number: day)
            sum += (zone.startOfDay(date)..<zone.startOfDay(date.adding(1))).overlap(span)
        }
        return sum
    }

    private func days(of span: Range<Moment>) -> ClosedRange<Int> {
        let first = CalendarDay(span.lowerBound, in: zone).number
        let last = CalendarDay(Moment(milliseconds: span.upperBound.milliseconds - 1), in: zone).number
        return first...max(first, last)
    }
}
