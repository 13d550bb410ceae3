import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// For how long each post had enough people, date by date.
struct PostDays: Sendable {
    /// A post's shift on one date.
    struct Span: Hashable, Sendable {
        var day: PostDay
        var department: String
        var shift: Range<Moment>
        /// The window of the shift, as it is for somebody who has no other.
        var opens: Moment
        var closes: Moment

        /// All of it, in whole minutes.
        var minutes: Int { Int((shift.upperBound.milliseconds - shift.lowerBound.milliseconds) / 60_000) }
    }

    /// Whole minutes with enough people, of the dates on which anybody was counted.
    private var covered: [PostDay: Int] = [:]
    /// The dates of which a record has closed since.
    private var stale: Set<PostDay> = []
    /// Follows from the site: by month, made when it is needed.
    private var spans: [Month: [Span]] = [:]

    init() {}

    /// Somebody's record of that date and shift has closed, or is another.
    mutating func touch(_ date: CalendarDay, shift: String, department: String?, posts: [String: Post]) {
        for (id, post) in posts where post.shift == shift && post.department == department {
            stale.insert(PostDay(post: id, date: date))
        }
    }

    /// Other rules hold: what follows from the old ones is forgotten.
    mutating func forget() { self = PostDays() }

    /// Makes everything known of the posts in these months.
    mutating func prepare(_ months: some Sequence<Month>, site: SiteIndex, book: AttendanceBook) {
        for day in stale { covered[day] = Self.covered(day, site: site, book: book) }
        stale = []
        for month in months where spans[month] == nil { spans[month] = Self.spans(of: month, site: site) }
    }

    /// Every date of a month that a post needs, whether it has been or not; of the months that have been prepared.
    func spans(of month: Month) -> [Span] { spans[month] ?? [] }

    /// The minutes with enough people on a date; 0 where nobody has been counted.
    func coveredMinutes(_ day: PostDay) -> Int { covered[day] ?? 0 }

    private static func spans(of month: Month, site: SiteIndex) -> [Span] {
        site.site.posts.flatMap { post -> [Span] in
            guard let shift = site.shifts[post.shift] else { return [] }
            return month.days.filter { post.days.contains($0.weekday) }.map { date in
                let span = shift.span(on: date, in: site.site.zone)
                return Span(
                    day: PostDay(post: post.id, date: date), department: post.department, shift: span,
                    opens: span.lowerBound - shift.opensBefore, closes: span.upperBound + shift.closesAfter)
            }
        }
    }

    /// In which at least `required` people of the post's department and shift were between their `in` and `out`.
    private static func covered(_ day: PostDay, site: SiteIndex, book: AttendanceBook) -> Int? {
        guard let post = site.site.posts.first(where: { $0.id == day.post }), let shift = site.shifts[post.shift]
        else { return nil }
        let date = Int32(day.date.number)
        let ranges = site.people(of: post.department).compactMap { person -> Range<Moment>? in
            guard let number = book.number(ofPerson: person),
                let record = book.records(of: number, from: date, through: date).first(where: { $0.shift == post.shift }
                ),
                record.isCounted, let arrival = record.in?.time, let departure = record.out?.time, arrival < departure
            else { return nil }
            return arrival..<departure
        }
        guard !ranges.isEmpty else { return nil }
        let span = shift.span(on: day.date, in: site.site.zone)
        return Coverage(of: ranges, atLeast: post.required, in: span).minutes
    }
}

extension PostDays: Packed {
    func pack(into packer: inout Packer) {
        packer.add(covered, stale)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (covered, stale) = try unpacker.values()
    }
}
