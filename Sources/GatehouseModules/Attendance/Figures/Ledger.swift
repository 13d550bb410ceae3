import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The sums of all closed records, kept as they close and are closed again.
struct Ledger: Sendable {
    /// Of a month: a department's, or with nil the site's.
    struct Account: Hashable, Comparable, Sendable {
        var month: Month
        var department: String?

        static func < (left: Account, right: Account) -> Bool {
            // No department comes first; no id is empty.
            (left.month, left.department ?? "") < (right.month, right.department ?? "")
        }
    }

    /// Somebody's ISO week, by its Monday.
    struct Week: Hashable, Comparable, Sendable {
        var monday: CalendarDay
        var person: String

        static func < (left: Week, right: Week) -> Bool {
            (left.monday, left.person) < (right.monday, right.person)
        }
    }

    private(set) var accounts: [Account: MonthSums] = [:]
    private(set) var weeks: [Week: WeekSums] = [:]
    /// How many closed records there are of each month's work dates.
    private(set) var months: [Month: Int] = [:]
    /// The months of which figures have been told, for all departments.
    private(set) var toldMonths: Set<Month> = []
    /// What has changed since the figures were told.
    private(set) var touchedAccounts: Set<Account> = []
    private(set) var touchedWeeks: Set<Week> = []

    init() {}

    /// Another record takes the place of what was known; one that is not closed is in no figure yet. True where any
    /// figure may be different.
    mutating func hear(_ old: AttendanceRecord?, _ new: AttendanceRecord?, department: String?) -> Bool {
        let (before, after) = (old?.inFigures, new?.inFigures)
        guard before != after else { return false }
        if let before { add(before, -1, department) }
        if let after { add(after, 1, department) }
        return true
    }

    private mutating func add(_ record: AttendanceRecord, _ sign: Int, _ department: String?) {
        let month = Month(record.date)
        months[month, default: 0] += sign
        if months[month] == 0 { months[month] = nil }
        add(record, sign, to: Account(month: month))
        if department != nil { add(record, sign, to: Account(month: month, department: department)) }
        guard record.shift != nil, !record.status.contains(.unproven) else { return }
        let week = Week(monday: record.date.monday, person: record.person)
        weeks[week, default: WeekSums()].add(record, sign)
        if weeks[week]?.instances == 0 { weeks[week] = nil }
        touchedWeeks.insert(week)
    }

    private mutating func add(_ record: AttendanceRecord, _ sign: Int, to account: Account) {
        accounts[account, default: MonthSums()].add(record, sign)
        touchedAccounts.insert(account)
    }

    /// The figures of a month may be different for another reason: for all departments, or some.
    mutating func touch(_ month: Month, departments: some Sequence<String?>) {
        guard months[month] != nil else { return }
        for department in departments { touchedAccounts.insert(Account(month: month, department: department)) }
    }

    /// Everything is to be counted again; what was told of it stays told.
    mutating func forget() {
        let told = toldMonths
        self = Ledger()
        toldMonths = told
    }

    /// The figures have been told.
    mutating func settle() {
        toldMonths.formUnion(touchedAccounts.map(\.month))
        touchedAccounts = []
        touchedWeeks = []
    }
}

extension AttendanceRecord {
    /// The record where it counts in the figures: once it has closed.
    fileprivate var inFigures: AttendanceRecord? { isClosed ? self : nil }
}

extension Ledger: Packed {
    func pack(into packer: inout Packer) {
        packer.add(accounts, weeks, months, toldMonths, touchedAccounts, touchedWeeks)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (accounts, weeks, months, toldMonths, touchedAccounts, touchedWeeks) = try unpacker.values()
    }
}

extension Ledger.Account: Packed {
    func pack(into packer: inout Packer) {
        packer.add(month, department)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (month, department) = try unpacker.values()
    }
}

extension Ledger.Week: Packed {
    func pack(into packer: inout Packer) {
        packer.add(monday, person)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (monday, person) = try unpacker.values()
    }
}
