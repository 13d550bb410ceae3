import GatehouseModel
import GatehouseRules

/// Which hazards matter to the figures of which month, from the first hazard's to the current one, and which months
/// have changed since they were told.
struct HazardPages: Sendable {
    /// Figures reach back ten years: a report with an absurd time must not make thousands of months.
    static let limit = 120

    private(set) var current: HazardPeriod?
    /// The first month that has figures.
    private(set) var first: HazardPeriod?
    private var pages: [HazardPeriod: [Int]] = [:]
    /// Months whose figures are to be told.
    var changed: Set<HazardPeriod> = []

    init() {}

    /// The pages themselves are made again, once the site is known.
    init(current: HazardPeriod?, changed: Set<HazardPeriod>) {
        self.current = current
        self.changed = changed
    }

    /// The places of the hazards that may count in a period; more than do, never fewer.
    func places(in period: HazardPeriod) -> [Int] {
        guard period.span != .month else { return pages[period] ?? [] }
        return Set(period.months.flatMap { pages[$0] ?? [] }).sorted()
    }

    /// Every month that has figures.
    var months: [HazardPeriod] {
        guard let first, let current else { return [] }
        return Array(sequence(first: first) { $0 < current ? $0.next : nil })
    }

    /// A hazard was put in, which was opened in that month.
    mutating func add(_ place: Int, opened: HazardPeriod) {
        guard let current, opened <= current else { return }
        let from = max(opened, current.earlier(by: Self.limit - 1))
        first = min(first ?? from, from)
        for month in months where month >= from { pages[month, default: []].append(place) }
    }

    /// Something that counts from that month on has changed.
    mutating func touch(from month: HazardPeriod) {
        for later in months where later >= month { changed.insert(later) }
    }

    /// A month has begun: what is open, or has its deadline yet to come, matters to it too.
    mutating func turn(to month: HazardPeriod, _ book: HazardBook, zone: Zone) {
        let start = month.start(in: zone)
        let end = month.next.start(in: zone)
        current = month
        let places = book.all.indices.filter { place in
            let hazard = book[place]
            guard hazard.origin.opened < end else { return false }
            return (hazard.closing.map { $0.moment >= start } ?? true) || hazard.deadline >= start
        }
        let limit = month.earlier(by: Self.limit - 1)
        first = first.map { max($0, limit) } ?? (places.isEmpty ? nil : month)
        pages[month] = places
        pages = pages.filter { $0.key >= limit }
        changed = changed.filter { $0 >= limit }
        if first != nil { changed.insert(month) }
    }

    /// The pages as they would be had they been kept from the first hazard on.
    mutating func rebuild(at month: HazardPeriod, _ book: HazardBook, zone: Zone) {
        self = HazardPages()
        let opened = book.all.map { HazardPeriod(.month, holding: CalendarDay($0.origin.opened, in: zone)) }.min()
        guard let opened, opened <= month else {
            current = month
            return
        }
        let from = max(opened, month.earlier(by: Self.limit - 1))
        first = from
        for earlier in sequence(first: from, next: { $0 < month ? $0.next : nil }) {
            turn(to: earlier, book, zone: zone)
        }
    }
}
