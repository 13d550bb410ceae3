public import GatehouseModel
import GatehouseModuleKit

/// A round as it stands: what `patrol.closed` says, and until when it was open.
public struct RoundReport: Hashable, Sendable {
    /// `<route>@<start>`.
    public var round: String
    public var route: String
    /// The window.
    public var start: Moment
    public var end: Moment
    /// The end of the tolerance.
    public var close: Moment
    /// Whether it has closed; until then the lists say what is known, and nothing is missed.
    public var isClosed: Bool
    public var status: RoundStatus
    /// Checkpoints less waived and unproven.
    public var required: Int
    /// Late ones too. All lists of checkpoints are in the route's order.
    public var visited: [String]
    public var late: [String]
    public var missed: [String]
    public var waived: [String]
    public var unproven: [String]
    public var outOfOrder: [String]
    public var suspect: [String]
    /// Of counting visits, by id.
    public var guards: [String]

    /// The data of `patrol.closed`.
    func members(in zone: Zone) -> [JSONValue.Member] {
        func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        return [
            .init("round", .string(round)), .init("route", .string(route)), .init("start", .time(start, in: zone)),
            .init("end", .time(end, in: zone)), .init("required", .integer(required)),
            .init("visited", list(visited)), .init("late", list(late)), .init("missed", list(missed)),
            .init("waived", list(waived)), .init("unproven", list(unproven)), .init("outOfOrder", list(outOfOrder)),
            .init("suspect", list(suspect)), .init("guards", list(guards)), .init("status", .string(status.rawValue)),
        ]
    }
}

extension PatrolModule {
    /// The rounds whose tolerance ended from one moment to another, both included, by start and route.
    public func rounds(closing span: ClosedRange<Moment>) -> [RoundReport] {
        book.numbers.filter { span.contains(book[$0].close) }
            .sorted { (book[$0].start, book.plan($0).route) < (book[$1].start, book.plan($1).route) }
            .map(report)
    }

    /// The latest end of the tolerance of the rounds that had begun by a moment; nil where none had.
    public func lastEnd(openedBy moment: Moment) -> Moment? {
        book.numbers.lazy.filter { book[$0].start <= moment }.map { book[$0].close }.max()
    }

    func report(_ number: Int32) -> RoundReport {
        let (round, plan) = (book[number], book.plan(number))
        func list(_ mark: Round.Marks) -> [String] {
            zip(plan.checkpoints, round.slots).filter { $1.marks.contains(mark) }.map { book.names[$0.0] }
        }
        return RoundReport(
            round: book.name(number), route: plan.route, start: round.start, end: round.end, close: round.close,
            isClosed: round.isClosed, status: round.status, required: round.required, visited: list(.visited),
            late: list(.late), missed: list(.missed), waived: list(.waived), unproven: list(.unproven),
            outOfOrder: list(.outOfOrder), suspect: list(.suspect), guards: round.guards.map { book.names[$0] })
    }
}
