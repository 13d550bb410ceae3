import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// What changes the figures.
extension AttendanceModule {
    /// A record has changed: where it counts, the sums follow.
    mutating func count(_ change: RecordChange, at clock: Moment) {
        // What has not closed is in no figure.
        guard let site, let record = change.new ?? change.old,
            change.old?.isClosed == true || change.new?.isClosed == true
        else { return }
        let department = site.people[record.person]?.department
        guard ledger.hear(change.old, change.new, department: department) else { return }
        if let shift = record.shift { postDays.touch(record.date, shift: shift, department: department, posts: posts) }
        desk.touch(at: clock)
    }

    /// Other rules, people or departments: everything is counted again.
    mutating func recount(at clock: Moment) {
        guard let site else { return }
        ledger.forget()
        flexibles = [:]
        postDays.forget()
        let (first, last) = (Moment(milliseconds: .min), Moment(milliseconds: .max))
        for record in book.records(openedBy: last, closingIn: first...last) where record.isClosed {
            let department = site.people[record.person]?.department
            _ = ledger.hear(nil, record, department: department)
            if let shift = record.shift {
                postDays.touch(record.date, shift: shift, department: department, posts: posts)
            }
        }
        if !ledger.months.isEmpty { desk.touch(at: clock) }
    }

    /// An assignment on a month's last day says who is flexible then.
    mutating func touchFigures(of person: String, on date: CalendarDay, _ clock: Moment) {
        let month = Month(date)
        guard month.days.last == date else { return }
        flexibles = flexibles.filter { $0.key.month != month }
        guard ledger.months[month] != nil else { return }
        ledger.touch(month, departments: [nil, site?.people[person]?.department])
        desk.touch(at: clock)
    }

    /// The shift of a post has been: its minutes count from now on.
    mutating func touchFigures(of day: PostDay, _ clock: Moment) {
        let month = Month(day.date)
        guard ledger.months[month] != nil else { return }
        ledger.touch(month, departments: [nil, posts[day.post]?.department])
        desk.touch(at: clock)
    }
}
