public import GatehouseRules

extension ShiftPlan {
    /// What the plan says of one person; looked up once, asked for many dates.
    public struct Line: Sendable {
        enum Assigned: Hashable, Sendable {
            case shift(Int)
            case rest
        }

        let isKnown: Bool
        let rules: [Rule]
        let rows: [Row]
        let isTable: Bool
        let assigned: [Int: Assigned]
        let calendar: WorkCalendar

        /// Whether some date of the person may be flexible.
        public var mayBeFlexible: Bool {
            rules.contains { rule in
                if case .flexible = rule.plan { true } else { false }
            }
        }

        /// Whether the plan says anything of the person, on any date.
        public var hasSchedule: Bool { !rules.isEmpty || !rows.isEmpty || !assigned.isEmpty }

        /// What the date (days since 1970) brings.
        public func duty(on day: Int) -> Duty {
            guard isKnown, CalendarDay.hasNumber(day) else { return .none }
            switch assigned[day] {
            case .shift(let shift): return .shifts([shift])
            case .rest: return .none
            case nil: break
            }
            if isTable {
                let shifts = shiftsOfRows(on: day)
                return shifts.isEmpty ? .none : .shifts(shifts)
            }
            guard let rule = rule(on: day) else { return .none }
            switch rule.plan {
            case .shift(let shift):
                guard let shift, calendar.isWorkingDay(CalendarDay(number: day)) else { return .none }
                return .shifts([shift])
            case .cycle(let steps): return step(steps, of: rule, on: day).map { .shifts([$0]) } ?? .none
            case .flexible(let offers, _): return .flexible(offers)
            }
        }

        /// Whether the date is a day of rest for the person: with a cycle, a schedule table or an assignment one that
        /// gives no shift; for everybody else a day of rest of the calendar's that is not worked in exchange.
        public func isRestDay(_ day: Int) -> Bool {
            if let assigned = assigned[day] { return assigned == .rest }
            if isTable { return shiftsOfRows(on: day).isEmpty }
            if let rule = rule(on: day), case .cycle(let steps) = rule.plan {
                return step(steps, of: rule, on: day) == nil
            }
            guard CalendarDay.hasNumber(day) else { return false }
            let date = CalendarDay(number: day)
            return calendar.restDays.contains(date.weekday) && !calendar.workdays.contains(date)
        }

        /// The hours that a flexible schedule owes a week, by the schedule alone, whatever was assigned; nil where the
        /// date is not flexible.
        public func flexible(on day: Int) -> Flexible? {
            guard isKnown, let rule = rule(on: day), case .flexible(_, let hours) = rule.plan else { return nil }
            return Flexible(weeklyHours: hours)
        }

        /// The last entry that covers the date.
        private func rule(on day: Int) -> Rule? {
            rules.first { $0.from <= day && day <= $0.through }
        }

        private func step(_ steps: [Int?], of rule: Rule, on day: Int) -> Int? {
            steps.isEmpty ? nil : steps[(day - rule.from) % steps.count]
        }

        private func shiftsOfRows(on day: Int) -> [Int] {
            var (low, high) = (0, rows.count)
            while low < high {
                let middle = (low + high) / 2
                if rows[middle].day < day { low = middle + 1 } else { high = middle }
            }
            var shifts: [Int] = []
            for row in rows[low...] {
                guard row.day == day else { break }
                // The same shift twice is one.
                if shifts.last != Int(row.shift) { shifts.append(Int(row.shift)) }
            }
            return shifts
        }
    }

    /// A date on which a person chooses among shifts.
    public struct Flexible: Hashable, Sendable {
        public var weeklyHours: ExactDecimal?
    }
}

extension CalendarDay {
    /// Whether there is a date of that number, in years 1 to 9999, and one before and one after it.
    static func hasNumber(_ number: Int) -> Bool { (-719_161...2_932_895).contains(number) }
}
