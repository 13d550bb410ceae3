import GatehouseModel
import GatehouseRules

/// When the rounds of a route begin, in order.
///
/// `every` steps the wall clock from `from` to `to`, both ends included, through midnight where `to` is not after
/// `from`. `days` are tested against the date of `from`, or of the start itself where the times are listed. A time that
/// daylight saving skips is moved on, one that comes twice is the first of the two, and starts that fall on one instant
/// are one.
struct RouteStarts: Sendable {
    private let starts: Starts
    private let zone: Zone
    /// Every start after `origin` for about a week, in order; only to save work.
    private var ahead: [Moment] = []
    private var origin = Moment(milliseconds: .max)
    private var place = 0

    /// So many days are looked through at once: every day of the week is among them.
    private static let stretch = 8

    init(_ starts: Starts, in zone: Zone) {
        self.starts = starts
        self.zone = zone
    }

    /// The first start after a moment; nil where no day has any.
    mutating func next(after moment: Moment) -> Moment? {
        if moment < origin || place > 0 && ahead[place - 1] > moment {
            (ahead, origin, place) = (starts(after: moment), moment, 0)
        }
        while place < ahead.count, ahead[place] <= moment { place += 1 }
        if place == ahead.count { (ahead, origin, place) = (starts(after: moment), moment, 0) }
        return place < ahead.count ? ahead[place] : nil
    }

    /// The starts after a moment: those of about a week, all of them up to the last.
    private func starts(after moment: Moment) -> [Moment] {
        let today = CalendarDay(moment, in: zone)
        // A night that began the day before yesterday may reach into today, and past a gap of daylight saving.
        let days = (-2...Self.stretch).map { today.adding($0) }
        // Whatever a later date has begins after this.
        let end = zone.startOfDay(today.adding(Self.stretch + 1))
        return Self.unique(days.flatMap(starts(on:)).filter { $0 > moment && $0 < end })
    }

    /// The starts that belong to a date, in no order.
    private func starts(on day: CalendarDay) -> [Moment] {
        guard starts.days.contains(day.weekday) else { return [] }
        switch starts.times {
        case .at(let times): return times.map { zone.moment(of: day, $0) }
        case .every(let step, let from, let to):
            let last = to > from ? to.minutes : to.minutes + 1440
            let minutes = max(1, Int(step.wholeMilliseconds / 60_000))
            let midnight = Int64(day.number) * 86_400
            return stride(from: from.minutes, through: last, by: minutes).map { minute in
                zone.moment(of: LocalTime(secondsSince1970: midnight + Int64(minute) * 60)).moment
            }
        }
    }

    private static func unique(_ moments: [Moment]) -> [Moment] {
        moments.sorted().reduce(into: []) { kept, moment in
            if kept.last != moment { kept.append(moment) }
        }
    }
}
