public import GatehouseModel

extension CalendarDay {
    /// Days since 1970-01-01, which is 0.
    public var number: Int {
        // Every date that can be made exists.
        let local = LocalTime(year: year, month: month, day: day)
        return Int((local?.secondsSince1970 ?? 0) / 86_400)
    }

    /// The date so many days after 1970-01-01, in years 1 to 9999.
    public init(number: Int) {
        let local = LocalTime(secondsSince1970: Int64(number) * 86_400)
        self.init(local)
    }

    /// The date that a clock shows.
    public init(_ local: LocalTime) {
        self.init(validYear: local.year, month: local.month, day: local.day)
    }

    /// The date on the zone's wall clock.
    public init(_ moment: Moment, in zone: Zone) {
        self.init(zone.local(at: moment))
    }

    /// So many days later, earlier where negative.
    public func adding(_ days: Int) -> CalendarDay {
        CalendarDay(number: number + days)
    }

    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = (number + 3) % 7
        return Weekday.allCases[index < 0 ? index + 7 : index]
    }

    /// `2026-11`.
    public var monthText: String { String(text.prefix(7)) }

    /// The ISO 8601 week: its year and its number, Monday first; `2026-W45` as text.
    public var isoWeek: (year: Int, week: Int) {
        // The week belongs to the year of its Thursday.
        let thursday = adding(3 - Weekday.index(of: weekday))
        let first = CalendarDay(validYear: thursday.year, month: 1, day: 1)
        return (thursday.year, (thursday.number - first.number) / 7 + 1)
    }

    /// `2026-W45`.
    public var weekText: String {
        let week = isoWeek
        return "\(week.year)-W\(week.week < 10 ? "0" : "")\(week.week)"
    }

    /// The Monday of its week.
    public var monday: CalendarDay { adding(-Weekday.index(of: weekday)) }

    /// The first day of its month.
    public var firstOfMonth: CalendarDay { CalendarDay(validYear: year, month: month, day: 1) }

    /// The first day of the month so many months later, earlier where negative.
    public func firstOfMonth(adding months: Int) -> CalendarDay {
        let index = year * 12 + month - 1 + months
        return CalendarDay(validYear: index / 12, month: index % 12 + 1, day: 1)
    }
}

extension Weekday {
    /// Monday is 0.
    public static func index(of day: Weekday) -> Int {
        switch day {
        case .mon: 0
        case .tue: 1
        case .wed: 2
        case .thu: 3
        case .fri: 4
        case .sat: 5
        case .sun: 6
        }
    }
}

extension Zone {
    /// The instant at which the wall clock shows that time of that date; 24:00 is 00:00 of the next. A time that
    /// daylight saving skips is moved on by the length of the gap; of one that comes twice it is the first.
    public func moment(of day: CalendarDay, _ time: TimeOfDay) -> Moment {
        let seconds = Int64(day.number) * 86_400 + Int64(time.minutes) * 60
        return moment(of: LocalTime(secondsSince1970: seconds)).moment
    }

    /// The beginning of a date.
    public func startOfDay(_ day: CalendarDay) -> Moment {
        moment(of: LocalTime(secondsSince1970: Int64(day.number) * 86_400)).moment
    }
}

extension WorkCalendar {
    /// Whether a date is worked: no holiday, and no day of rest unless it is worked in exchange. A date in both lists
    /// is a holiday.
    public func isWorkingDay(_ day: CalendarDay) -> Bool {
        !holidays.contains(day) && (workdays.contains(day) || !restDays.contains(day.weekday))
    }
}
