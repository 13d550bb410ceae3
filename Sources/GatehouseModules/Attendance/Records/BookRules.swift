import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What the site in force says about attendance, ready for use. It is not packed: the site is handed in again.
///
/// It never changes, and is shared, because every punch asks for it.
final class BookRules: Sendable {
    /// A shift's limits, in whole milliseconds.
    struct Terms: Sendable {
        var graceIn: Int64
        var graceOut: Int64
        var noShowAfter: Duration
        var takesPairs: Bool
    }

    /// A device at which people punch.
    struct Clock: Sendable {
        var device: String
        var hasMemory: Bool
    }

    /// Windows longer than this are not looked for; the site file's own limit is ten years.
    private static let longestReach = 62

    let index: SiteIndex
    let shifts: [Shift]
    let zone: Zone
    let clocks: [Clock]
    let debounce: Int64
    let allowedLateness: Int64
    let terms: [Terms]
    /// Statutory holidays, as days since 1970.
    let holidays: Set<Int>
    /// On how many dates before and after a date instances may have to do with its own.
    let reach: Int
    /// How long before a date begins a window of it may open.
    let lead: Int64

    init(_ index: SiteIndex) {
        let site = index.site
        self.index = index
        (shifts, zone) = (site.shifts, site.zone)
        clocks = index.clocks.map { Clock(device: $0.id, hasMemory: $0.keepsReadings) }
        debounce = site.attendance.debounce.wholeMilliseconds
        allowedLateness = site.attendance.allowedLateness.wholeMilliseconds
        terms = site.shifts.map {
            Terms(
                graceIn: $0.graceIn.wholeMilliseconds, graceOut: $0.graceOut.wholeMilliseconds,
                noShowAfter: $0.noShowAfter, takesPairs: $0.punches == .pairs)
        }
        holidays = Set(site.calendar.holidays.map(\.number))
        let day: Int64 = 86_400_000
        let opens = site.shifts.map(\.opensBefore.wholeMilliseconds).max() ?? 0
        let closes = site.shifts.map(\.closesAfter.wholeMilliseconds).max() ?? 0
        let end = site.shifts.map { Int64($0.end > $0.start ? $0.end.minutes : $0.end.minutes + 1440) }.max() ?? 0
        // Of two instances that overlap by their windows the second starts so long after the first's date at most;
        // daylight saving may add an hour.
        let longest = end * 60_000 + opens + closes + 3_600_000
        reach = max(1, Int(min(longest / day, Int64(Self.longestReach))))
        // A cut window begins in the middle between two shifts, which may be before its own beginning.
        lead = min(opens + closes, Int64(Self.longestReach) * day) + 3_600_000
    }

    /// The local date of a moment, as days since 1970.
    func day(of moment: Moment) -> Int {
        let seconds = moment.seconds + Int64(zone.offsetSeconds(at: moment))
        return Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }

    /// When a date begins.
    func start(of day: Int) -> Moment { zone.startOfDay(CalendarDay(number: day)) }

    /// The first moment at which a window of the date may be open.
    func earliestOpening(of day: Int) -> Moment {
        Moment(milliseconds: start(of: day).milliseconds - lead)
    }
}

/// The shifts of the dates that are asked for again and again, worked out once for everybody.
struct ShiftTable: Sendable {
    private var dates: [Int: [ShiftInstance]] = [:]

    /// The shift on that date, its window not cut.
    func instance(_ shift: Int, on day: Int, by rules: BookRules) -> ShiftInstance {
        if let known = dates[day] { return known[shift] }
        return ShiftInstance(rules.shifts[shift], place: shift, on: CalendarDay(number: day), in: rules.zone)
    }

    mutating func prepare(_ day: Int, by rules: BookRules) {
        guard dates[day] == nil else { return }
        dates[day] = rules.shifts.indices.map { instance($0, on: day, by: rules) }
    }
}
