import GatehouseModel
import GatehouseModuleKit

/// One round of a route: window `[start, end]`, open until `close`.
struct Round: Sendable {
    /// What is said of a checkpoint in a round.
    struct Marks: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let visited = Marks(rawValue: 1)
        static let late = Marks(rawValue: 2)
        static let missed = Marks(rawValue: 4)
        static let waived = Marks(rawValue: 8)
        static let unproven = Marks(rawValue: 16)
        static let outOfOrder = Marks(rawValue: 32)
        static let suspect = Marks(rawValue: 64)
        /// Somebody said that the visit need not be made; `waived` where it was not made.
        static let excused = Marks(rawValue: 128)
    }

    /// A checkpoint of the route.
    struct Slot: Hashable, Sendable {
        /// The scan that counts, by its number in the ledger; -1: none.
        var visit: Int32 = -1
        var marks: Marks = []
    }

    /// The number of its rules.
    var plan: Int32
    var start: Moment
    var end: Moment
    var close: Moment
    /// A scan or a device's word that is received after this is too late for it.
    var limit: Moment
    /// The month in which the window ends, for the figures.
    var month: Int32
    /// In the route's order.
    var slots: [Slot]
    /// Scans that came too fast, by their numbers in the ledger, in no order.
    var suspects: [Int32] = []
    /// Of counting visits, by their ids.
    var guards: [Int32] = []
    /// Whether the tolerance has passed.
    var isOver = false
    /// Whether the devices could have told, by what they had said until the limit.
    var isProven = true
    /// How often it was told again; -1: it has not closed yet.
    var revision: Int32 = -1
    /// Told as closed, and then not everything was visited after all, with the tolerance still running.
    var isReopened = false
    /// Nothing but a waiver can change it, and its scans are forgotten: the marks say everything.
    var isSettled = false
    /// The rules have changed since it was computed.
    var isStale = false

    init(plan number: Int32, _ plan: RoutePlan, start: Moment, in zone: Zone) {
        self.plan = number
        self.start = start
        end = start + plan.duration
        close = start + plan.span
        limit = close + plan.allowedLateness
        month = PatrolFigures.month(of: end, in: zone)
        slots = Array(repeating: Slot(), count: plan.checkpoints.count)
    }

    /// Whether what is received now is in time for it.
    func canChange(at now: Moment) -> Bool { now <= limit && !isSettled }

    /// Whether nothing but a waiver will change it, if no scan of a time before the horizon can change anything: its
    /// own limit has passed, and so has that of every round whose visits could still move one of its own.
    func canSettle(before horizon: Moment) -> Bool { !isSettled && close < horizon && isClosed }

    /// Whether it has been told as closed, and that still holds.
    var isClosed: Bool { revision >= 0 && !isReopened }

    func count(_ mark: Marks) -> Int {
        slots.reduce(0) { $1.marks.contains(mark) ? $0 + 1 : $0 }
    }

    /// Checkpoints less waived and unproven; what is not decided yet is required.
    var required: Int { slots.count - count(.waived) - count(.unproven) }

    var status: RoundStatus {
        let visited = count(.visited)
        if visited == 0 {
            guard required == 0 else { return .missed }
            return count(.waived) == slots.count ? .waived : .unproven
        }
        guard visited == required else { return .incomplete }
        return count(.late) == 0 ? .complete : .late
    }
}

/// How a round came out; the raw value is the word in the event.
public enum RoundStatus: String, Hashable, Sendable, CaseIterable {
    /// All required were visited, none late.
    case complete
    /// All required were visited, some late.
    case late
    /// Some were visited.
    case incomplete
    /// None was visited, and some were required.
    case missed
    /// Nothing was visited, and all were waived.
    case waived
    /// Nothing was visited, and nothing left was required.
    case unproven
}

extension Round: Packed {
    func pack(into packer: inout Packer) {
        packer.add(plan, start, end, close, limit, month, slots, suspects, guards, revision)
        packer.add(isOver, isReopened, isSettled, isStale, isProven)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (plan, start, end, close, limit, month, slots, suspects, guards, revision) = try unpacker.values()
        (isOver, isReopened, isSettled, isStale, isProven) = try unpacker.values()
    }
}

extension Round.Slot: Packed {
    func pack(into packer: inout Packer) {
        packer.add(visit, marks)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (visit, marks) = try unpacker.values()
    }
}

extension Round.Marks: Packed {}
