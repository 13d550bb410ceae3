import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// In which group each person is in each hour of one date, and how many there are in each.
///
/// A group is of one department: the people with the same shifts whose windows touch the hour, with or without approved
/// overtime; people without a shift by working or rest day. Whoever is on leave is in none.
struct DayGroups: Sendable {
    /// Out of every group.
    static let nobody: Int32 = -1
    let date: CalendarDay
    /// Which pattern a person follows.
    private var patternOf: [String: Int] = [:]
    /// The group of each hour, 24 a pattern.
    private var patterns: [[Int32]] = []
    /// By hour and group.
    private(set) var heads: [[Int32: Int]] = Array(repeating: [:], count: 24)

    /// What the date before, the date itself and the date after bring, and whether the date is a day of rest for the
    /// person: who works through the calendar rests when there is no shift, whatever the calendar says.
    private struct Days: Hashable {
        var duties: [ShiftPlan.Duty] = [.none, .none, .none]
        var isRest: Bool
    }

    /// Days that look alike give one pattern.
    private struct Likeness: Hashable {
        var department: String
        var days: Days
    }

    init(_ date: CalendarDay, roster: Roster, site: SiteIndex, names: inout Interner) {
        self.date = date
        var known: [Likeness: Int] = [:]
        for person in site.site.people {
            let days = Self.days(of: person.id, around: date, roster, site)
            let likeness = Likeness(department: person.department ?? "", days: days)
            let pattern =
                known[likeness] ?? add(Self.hours(likeness.department, days, roster.shifts, names: &names))
            known[likeness] = pattern
            patternOf[person.id] = pattern
        }
        var sizes: [Int: Int] = [:]
        for pattern in patternOf.values { sizes[pattern, default: 0] += 1 }
        for (pattern, size) in sizes { count(pattern, by: size) }
        for person in site.site.people { update(person.id, roster: roster, site: site, names: &names) }
    }

    /// Something has changed for one person: leave, overtime, another shift.
    mutating func change(_ person: String, roster: Roster, site: SiteIndex, names: inout Interner) {
        guard let old = patternOf[person], let entry = site.people[person] else { return }
        let days = Self.days(of: person, around: date, roster, site)
        count(old, by: -1)
        let pattern = add(Self.hours(entry.department ?? "", days, roster.shifts, names: &names))
        patternOf[person] = pattern
        count(pattern, by: 1)
        update(person, roster: roster, site: site, names: &names)
    }

    /// The group of a person in an hour; nil for people whom the site did not have, or who are on leave.
    func group(of person: String, hour: Int) -> Int32? {
        guard let pattern = patternOf[person] else { return nil }
        let group = patterns[pattern][hour]
        return group == Self.nobody ? nil : group
    }

    /// Leave and overtime, which few people have on one date.
    private mutating func update(_ person: String, roster: Roster, site: SiteIndex, names: inout Interner) {
        let zone = site.site.zone
        let day = zone.startOfDay(date)..<zone.startOfDay(date.adding(1))
        let (leave, overtime) = (roster.leave(of: person, in: day), roster.overtime(of: person, in: day))
        guard !leave.isEmpty || !overtime.isEmpty, let old = patternOf[person] else { return }
        var hours = patterns[old]
        for hour in 0..<24 {
            let start = day.lowerBound + .seconds(hour * 3600)
            let range = start..<start + .seconds(3600)
            if leave.contains(where: { $0.overlaps(range) }) {
                hours[hour] = Self.nobody
            } else if overtime.contains(where: { $0.overlaps(range) }) {
                hours[hour] = names.number(names.name(hours[hour]) + "|+")
            }
        }
        count(old, by: -1)
        let pattern = add(hours)
        patternOf[person] = pattern
        count(pattern, by: 1)
    }

    private mutating func add(_ hours: [Int32]) -> Int {
        patterns.append(hours)
        return patterns.count - 1
    }

    private mutating func count(_ pattern: Int, by step: Int) {
        for (hour, group) in patterns[pattern].enumerated() where group != Self.nobody {
            let now = heads[hour][group, default: 0] + step
            heads[hour][group] = now > 0 ? now : nil
        }
    }

    private static func days(of person: String, around date: CalendarDay, _ roster: Roster, _ site: SiteIndex) -> Days {
        let isFree = !site.site.calendar.isWorkingDay(date)
        guard let line = roster.line(of: person) else { return Days(isRest: isFree) }
        let isRest = isFree || line.hasSchedule && line.isRestDay(date.number)
        return Days(duties: (-1...1).map { line.duty(on: date.number + $0) }, isRest: isRest)
    }

    /// The group of each hour.
    private static func hours(
        _ department: String, _ days: Days, _ shifts: [Shift], names: inout Interner
    ) -> [Int32] {
        var touching: [Set<String>] = Array(repeating: [], count: 24)
        for (offset, duty) in zip([-1, 0, 1], days.duties) {
            guard case .shifts(let places) = duty else { continue }
            for shift in places.map({ shifts[$0] }) {
                for hour in shift.touchedHours(daysBefore: -offset) { touching[hour].insert(shift.id) }
            }
        }
        let isFlexible = if case .flexible = days.duties[1] { true } else { false }
        let idle = (isFlexible ? "~" : "-") + (days.isRest ? "rest" : "working")
        return touching.map { ids in
            names.number("\(department)|" + (ids.isEmpty ? idle : ids.sorted().joined(separator: "+")))
        }
    }
}

extension Shift {
    /// The hours of a date that the window of this shift touches, where the shift began so many days before.
    fileprivate func touchedHours(daysBefore: Int) -> Range<Int> {
        let length = end > start ? end.minutes - start.minutes : end.minutes + 1440 - start.minutes
        let begin = start.minutes - daysBefore * 1440
        let opens = begin - Int(opensBefore.wholeMilliseconds / 60_000)
        let closes = begin + length + Int(closesAfter.wholeMilliseconds / 60_000)
        let first = min(max(opens, 0) / 60, 24)
        let last = min(max(closes + 59, 0) / 60, 24)
        return first..<max(first, last)
    }
}
