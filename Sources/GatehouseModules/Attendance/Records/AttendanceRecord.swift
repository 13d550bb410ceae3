import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Which record: a person's scheduled shift on a work date, or a person's approved overtime interval.
///
/// The numbers are the book's own; the record has the names.
struct RecordKey: Hashable, Comparable, Sendable {
    var person: Int32
    /// The work date, as days since 1970.
    var day: Int32
    /// The shift; -1 for an overtime record.
    var shift: Int32
    /// Of an overtime record the approved interval, else 0, in milliseconds.
    var from: Int64 = 0
    var to: Int64 = 0

    var isOvertime: Bool { shift < 0 }

    static func < (left: RecordKey, right: RecordKey) -> Bool {
        if left.person != right.person { return left.person < right.person }
        if left.day != right.day { return left.day < right.day }
        if left.shift != right.shift { return left.shift < right.shift }
        return left.from != right.from ? left.from < right.from : left.to < right.to
    }
}

/// One person's scheduled shift on a work date, or one person's approved overtime, as far as it is known.
struct AttendanceRecord: Hashable, Sendable {
    /// When somebody punched, and the event that says so: of a punch that a correction added, the correction.
    struct Mark: Hashable, Sendable {
        var time: Moment
        var sequence: Int64
    }

    /// Minutes of overtime at each rate.
    struct Overtime: Hashable, Sendable {
        var atOneAndHalf: Int32 = 0
        var atTwo: Int32 = 0
        var atThree: Int32 = 0

        var total: Int { Int(atOneAndHalf) + Int(atTwo) + Int(atThree) }

        /// `1.5`, `2`, `3`.
        var byRate: [String: Int] { ["1.5": Int(atOneAndHalf), "2": Int(atTwo), "3": Int(atThree)] }
    }

    var key: RecordKey
    var person: String
    /// Nil for an overtime record.
    var shift: String?
    /// `[S, E)`; of an overtime record the approved interval.
    var start: Moment
    var end: Moment
    /// A punch from `opens` to `closes`, both included, belongs to it; a shared moment is the next one's.
    var opens: Moment
    var closes: Moment
    /// `S'` and `E'`: leave has moved them; `S` and `E` where the whole day is leave.
    var expectedStart: Moment
    var expectedEnd: Moment
    var `in`: Mark?
    var out: Mark?
    /// The first counted punch, whether it is the `in` or the `out`.
    var firstCounted: Mark?
    var counted: Int32 = 0
    var lateMinutes: Int32 = 0
    var earlyMinutes: Int32 = 0
    var workedMinutes: Int32 = 0
    var leaveMinutes: Int32 = 0
    /// The shift less its unpaid breaks.
    var scheduledMinutes: Int32 = 0
    var overtime = Overtime()
    var status: RecordStatus = []
    /// The sequences of all its punches that were not voided, repeats too, in the order of their times.
    var punches: [Int64] = []
    /// The sequences of the corrections that added or voided a punch of its window.
    var corrections: [Int64] = []
    var isWhollyOnLeave = false
    var isFlexible = false
    /// Closed: its window has ended and nothing is pending.
    var isClosed = false
    /// How often it has been closed again.
    var revision: Int32 = 0
    /// It has been closed before, though it may be open again.
    var hasClosed = false
    /// By which of the sites so far it was worked out: what has closed keeps to that until something late touches it.
    var rules: Int32 = 0

    var date: CalendarDay { CalendarDay(number: Int(key.day)) }

    var isOvertime: Bool { key.isOvertime }

    /// Whether it is a record at all: neither an approval nor a flexible person's choice is one without a punch.
    var isShown: Bool { counted > 0 || !(isOvertime || isFlexible) }

    /// Whether a key figure counts it.
    var isCounted: Bool { isClosed && !status.contains(.unproven) }
}

extension RecordKey: Packed {
    func pack(into packer: inout Packer) {
        packer.add(person, day, shift, from, to)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (person, day, shift, from, to) = try unpacker.values()
    }
}
