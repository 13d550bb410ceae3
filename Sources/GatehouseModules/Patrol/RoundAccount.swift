import GatehouseModel
import GatehouseModuleKit

/// What is said of a round, apart from its place in the book: two of them show what has become different.
struct RoundAccount: Equatable, Sendable {
    let plan: RoutePlan
    private let marks: [Round.Marks]
    private let guards: [Int32]
    /// Nil while it is open.
    let status: RoundStatus?
    let sums: PatrolFigures.Sums
    /// The month in which its window ends.
    let month: Int32

    init(_ round: Round, in book: RoundBook) {
        plan = book.plans[Int(round.plan)]
        marks = round.slots.map { $0.marks.subtracting(.excused) }
        guards = round.guards
        status = round.isClosed ? round.status : nil
        sums = round.sums
        month = round.month
    }

    /// The checkpoints with a mark, in the route's order.
    func places(_ mark: Round.Marks) -> [Int32] {
        zip(plan.checkpoints, marks).filter { $1.contains(mark) }.map(\.0)
    }

    func has(_ mark: Round.Marks, _ checkpoint: Int32) -> Bool {
        plan.checkpoints.firstIndex(of: checkpoint).map { marks[$0].contains(mark) } ?? false
    }
}
