public import GatehouseModel
public import GatehouseModuleKit
import GatehouseRules

// The key figures: each for every calendar month of whose work dates a record has closed, for each department and once
// for the site; and everybody's weeks.
extension AttendanceModule {
    /// Which of the posts' dates count: those whose shift has been.
    struct Horizon {
        /// When the fold began: windows that closed before it are none of its business.
        var from: Moment
        /// No later than this the window opened, and no later than that it closed.
        var opened: Moment
        var closed: Moment

        func holds(_ span: PostDays.Span) -> Bool {
            span.opens <= opened && span.closes <= closed && span.closes >= from
        }
    }

    /// The key figures at a moment, of posts whose shift's window had opened by another, in the order of evaluate's
    /// output.
    public func figures(asOf moment: Moment, openedBy opened: Moment) -> [KPIFigure] {
        guard let site, let beginning else { return [] }
        var desks = postDays
        desks.prepare(ledger.months.keys, site: site, book: book)
        let horizon = Horizon(from: beginning, opened: opened, closed: moment)
        let departments: [String?] = [nil] + site.site.departments.map(\.id)
        let accounts = ledger.months.keys.flatMap { month in
            departments.map { Ledger.Account(month: month, department: $0) }
        }
        let figures = accounts.flatMap { self.figures(of: $0, posts: desks, horizon: horizon, site: site) }
        let weeks = ledger.weeks.map { figure(of: $0.key, $0.value, site: site) }
        return (figures + weeks).sorted { $0.key < $1.key }
    }

    /// Tells the figures that have changed.
    mutating func tellFigures(into findings: inout Findings) {
        guard let site, let beginning else { return }
        let departments: [String?] = [nil] + site.site.departments.map(\.id)
        var accounts = ledger.touchedAccounts
        for month in Set(accounts.map(\.month)) where !ledger.toldMonths.contains(month) {
            accounts.formUnion(departments.map { Ledger.Account(month: month, department: $0) })
        }
        for account in accounts where flexibles[account] == nil { flexibles[account] = countFlexible(account) }
        postDays.prepare(Set(accounts.map(\.month)), site: site, book: book)
        let horizon = Horizon(from: beginning, opened: findings.clock, closed: findings.clock)
        let isThere = Set(departments)
        var figures = accounts.sorted().filter { ledger.months[$0.month] != nil && isThere.contains($0.department) }
            .flatMap { self.figures(of: $0, posts: postDays, horizon: horizon, site: site) }
        figures += ledger.touchedWeeks.sorted().compactMap { week in
            ledger.weeks[week].map { figure(of: week, $0, site: site) }
        }
        ledger.settle()
        desk.tell(figures.sorted { $0.key < $1.key }, into: &findings)
    }

    /// All figures of a month and a department, or of the site.
    private func figures(
        of account: Ledger.Account, posts: PostDays, horizon: Horizon, site: SiteIndex
    ) -> [KPIFigure] {
        let sums = ledger.accounts[account] ?? MonthSums()
        let period = account.month.text
        let people = account.department.map { site.people(of: $0).count } ?? site.site.people.count
        let lastDay = account.month.days.last
        let flexible = flexibles[account] ?? countFlexible(account)
        let spans = posts.spans(of: account.month).filter {
            (account.department == nil || $0.department == account.department) && horizon.holds($0)
        }
        let covered = spans.reduce(0) { $0 + posts.coveredMinutes($1.day) }
        let needed = spans.reduce(0) { $0 + $1.minutes }

        func figure(
            _ kpi: String, _ numerator: Int, _ denominator: Int, _ formula: String, byRate: [String: Int]? = nil,
            inputs: KPIFigure.Inputs?
        ) -> KPIFigure {
            KPIFigure(
                kpi: kpi, department: account.department, period: period, numerator: Fraction(numerator),
                denominator: Fraction(denominator), byRate: byRate, formula: formula, inputs: inputs)
        }
        let overtime = sums.overtime
        return [
            figure(
                "attendance.rate", sums.attended, sums.due,
                "\(sums.attended) shifts attended / \(sums.due) shifts not wholly on leave", inputs: sums.inputs),
            figure(
                "flexible.coverage", flexible, people,
                "\(flexible) people with a flexible schedule on \(lastDay?.text ?? "") / \(people) people",
                inputs: nil),
            figure(
                "late.rate", sums.late, sums.due,
                "\(sums.late) shifts late / \(sums.due) shifts not wholly on leave", inputs: sums.inputs),
            figure(
                "leave.rate", sums.leaveMinutes, sums.scheduledMinutes,
                "\(sums.leaveMinutes) minutes of leave / \(sums.scheduledMinutes) scheduled minutes",
                inputs: sums.inputs),
            figure(
                "overtime.hours", overtime.total, 60,
                "(\(overtime.atOneAndHalf) at 1.5 + \(overtime.atTwo) at 2 + \(overtime.atThree) at 3) minutes / 60",
                byRate: ["1.5": overtime.atOneAndHalf, "2": overtime.atTwo, "3": overtime.atThree],
                inputs: sums.inputs),
            figure(
                "post.coverage", covered, needed,
                "\(covered) minutes with enough people / \(needed) minutes of the posts' shifts on "
                    + "\(spans.count) dates", inputs: sums.inputs),
        ]
    }

    /// How many people have a flexible schedule on the month's last day.
    private func countFlexible(_ account: Ledger.Account) -> Int {
        guard let site, let lastDay = account.month.days.last else { return 0 }
        let people = account.department.map { site.people(of: $0) } ?? site.site.people.map(\.id)
        return people.count { person in
            book.number(ofPerson: person).flatMap { book.line(of: $0) }?.isFlexible(on: lastDay) == true
        }
    }

    private func figure(of week: Ledger.Week, _ sums: WeekSums, site: SiteIndex) -> KPIFigure {
        KPIFigure(
            kpi: "weekly.hours", department: site.people[week.person]?.department, period: week.monday.weekText,
            person: week.person, numerator: Fraction(sums.workedMinutes), denominator: Fraction(60),
            formula: "\(sums.workedMinutes) minutes worked in \(sums.instances) shifts / 60", inputs: sums.inputs)
    }
}

extension ShiftPlan.Line {
    /// Whether the person chooses a shift on that date.
    func isFlexible(on date: CalendarDay) -> Bool {
        if case .flexible = duty(on: date.number) { true } else { false }
    }
}
