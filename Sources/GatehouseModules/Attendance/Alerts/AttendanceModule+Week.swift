import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// Those who choose their shifts and owe a week's hours.
extension AttendanceModule {
    /// Sees to it that the end of this week is not missed, where there is anybody to whom it matters.
    mutating func watchWeek(from clock: Moment) {
        guard let site else { return }
        let monday = CalendarDay(clock, in: site.site.zone).monday.adding(7)
        for entry in duties.entries {
            if case .week = entry.key { duties.cancel(entry.key) }
        }
        let stands = alarms.all.contains { $0.code == "attendance.weekly_hours" }
        guard site.site.schedule.isFlexibleForSome || stands else { return }
        duties.set(.week(monday), at: Deadline(site.site.zone.startOfDay(monday)))
    }

    /// At Monday 00:00 the week is over. What stands of the week before that one ends with it.
    mutating func judgeWeek(endingBefore monday: CalendarDay, into findings: inout Findings) {
        guard let site else { return }
        let week = monday.adding(-7).weekText
        for alert in alarms.all where alert.code == "attendance.weekly_hours" && !alert.key.hasSuffix("+\(week)") {
            let about = String(alert.key.dropFirst("attendance.weekly_hours:".count))
            alarms.clear("attendance.weekly_hours", about: about, reason: "week-end", into: &findings)
        }
        let days = (1...7).map { monday.adding(-$0) }
        for person in site.site.people.map(\.id).sorted() { judgeWeek(of: person, days: days, into: &findings) }
        watchWeek(from: site.site.zone.startOfDay(monday))
    }

    /// `days` are the week's, the Sunday first.
    private mutating func judgeWeek(of person: String, days: [CalendarDay], into findings: inout Findings) {
        guard let site, let sunday = days.first, let monday = days.last,
            let number = book.number(ofPerson: person), let line = book.line(of: number),
            let hours = line.flexible(on: sunday.number)?.weeklyHours,
            days.allSatisfy({ line.isFlexible(on: $0) })
        else { return }
        let worked = book.records(of: number, from: Int32(monday.number), through: Int32(sunday.number))
            .reduce(0) { $0 + Int($1.workedMinutes) }
        let leave = days.filter { isWorkingDayOnLeave($0, number) }.count
        let owed = Fraction(hours) * Fraction(60) * Fraction(5 - leave, over: 5)
        guard Fraction(worked) < owed else { return }
        let (who, week) = (site.wording(of: person), sunday.weekText)
        alarms.raise(
            Alarm(
                code: "attendance.weekly_hours", about: "\(person)+\(week)", subject: person,
                rule: [
                    "measured": .integer(worked), "limit": .number(owed.text), "unit": "min",
                    "from": .string(
                        "weekly_hours \(hours.text)" + (leave > 0 ? ", \(leave) of 5 days on leave" : "")),
                ]
            ) { language in
                let (done, due) = (Fraction(worked, over: 60).rounded(to: 1), (owed / Fraction(60)).rounded(to: 1))
                return switch language {
                case .chinese: "\(who) \(week)工作\(done)小时，少于应有的\(due)小时"
                case .english: "\(who) worked \(done) hours in \(week), of \(due) owed"
                }
            }, into: &findings)
    }

    /// Whether it is one of the calendar's working days and wholly on leave, from 00:00 to 24:00.
    private func isWorkingDayOnLeave(_ day: CalendarDay, _ person: Int32) -> Bool {
        guard let site = site?.site, site.calendar.isWorkingDay(day) else { return false }
        let (from, to) = (site.zone.startOfDay(day), site.zone.startOfDay(day.adding(1)))
        return book.leave(of: person).contains { $0.lowerBound <= from && to <= $0.upperBound }
    }
}

extension Schedule {
    /// Whether anybody chooses shifts.
    fileprivate var isFlexibleForSome: Bool {
        guard case .entries(let entries) = self else { return false }
        return entries.contains { if case .flexible = $0.plan { true } else { false } }
    }
}
