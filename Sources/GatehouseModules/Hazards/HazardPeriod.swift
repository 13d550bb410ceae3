import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A month, quarter or year of the site's calendar.
struct HazardPeriod: Hashable, Comparable, Sendable {
    var span: Period
    /// The months from year 0 on to its first one.
    private(set) var month: Int

    init(_ span: Period, holding day: CalendarDay) {
        self.init(span, month: day.year * 12 + day.month - 1)
    }

    private init(_ span: Period, month: Int) {
        self.span = span
        self.month = month / span.months * span.months
    }

    /// `2026-11`, `2026-Q4` or `2026`.
    var text: String {
        switch span {
        case .month: first.monthText
        case .quarter: "\(first.text.prefix(4))-Q\(month % 12 / 3 + 1)"
        case .year: String(first.text.prefix(4))
        }
    }

    /// The period of that span in which it begins.
    func widened(to span: Period) -> HazardPeriod { HazardPeriod(span, month: month) }

    var next: HazardPeriod { HazardPeriod(span, month: month + span.months) }

    /// The period so many before it.
    func earlier(by count: Int) -> HazardPeriod { HazardPeriod(span, month: max(month - count * span.months, 12)) }

    /// The months that it consists of.
    var months: [HazardPeriod] { (month..<month + span.months).map { HazardPeriod(.month, month: $0) } }

    /// When it begins; the end of time for what comes after the year 9999.
    func start(in zone: Zone) -> Moment {
        month / 12 > 9999 ? Moment(milliseconds: .max) : zone.startOfDay(first)
    }

    private var first: CalendarDay { CalendarDay(number: 0).firstOfMonth(adding: month - 1970 * 12) }

    static func < (left: HazardPeriod, right: HazardPeriod) -> Bool {
        (left.month, left.span.months) < (right.month, right.span.months)
    }
}

extension Period {
    fileprivate var months: Int {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year: 12
        }
    }
}

extension HazardPeriod: Packed {
    func pack(into packer: inout Packer) {
        packer.add(span.rawValue, month)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        let word: String = try unpacker.next()
        let month: Int = try unpacker.next()
        guard let span = Period(rawValue: word), (0...120_000).contains(month) else { throw .unreadable("a period") }
        self.init(span, month: month)
    }
}
