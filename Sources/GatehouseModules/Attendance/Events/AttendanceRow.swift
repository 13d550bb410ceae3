public import GatehouseModel
import GatehouseModuleKit
public import GatehouseRules

/// One line of a report: a person's shift on a date, or a person's approved overtime.
public struct AttendanceRow: Hashable, Sendable {
    public var person: String
    /// The work date.
    public var date: CalendarDay
    /// Nil for an overtime record.
    public var shift: String?
    /// `S` and `E`; of an overtime record the approved interval.
    public var start: Moment
    public var end: Moment
    /// The window, as those of the person's other shifts have cut it.
    public var opens: Moment
    public var closes: Moment
    /// In the order of the page: `present` first.
    public var status: [String]
    public var arrival: Moment?
    public var departure: Moment?
    public var lateMinutes: Int
    public var earlyMinutes: Int
    public var workedMinutes: Int
    public var leaveMinutes: Int
    public var scheduledMinutes: Int
    /// Overtime minutes at `1.5`, `2` and `3` times.
    public var overtime: [String: Int]
    /// The sequences of its punches, in the order of their times; repeats too.
    public var punches: [Int64]
    /// The sequences of the corrections that changed them.
    public var corrections: [Int64]
    /// Its window has ended and nothing is pending.
    public var isClosed: Bool

    init(_ record: AttendanceRecord) {
        person = record.person
        date = record.date
        shift = record.shift
        (start, end) = (record.start, record.end)
        (opens, closes) = (record.opens, record.closes)
        status = record.status.words
        (arrival, departure) = (record.in?.time, record.out?.time)
        lateMinutes = Int(record.lateMinutes)
        earlyMinutes = Int(record.earlyMinutes)
        workedMinutes = Int(record.workedMinutes)
        leaveMinutes = Int(record.leaveMinutes)
        scheduledMinutes = Int(record.scheduledMinutes)
        overtime = record.overtime.byRate
        punches = record.punches
        corrections = record.corrections
        isClosed = record.isClosed
    }
}

/// A punch that belongs to no shift and to no approved overtime.
public struct UnscheduledPunch: Hashable, Sendable {
    public var person: String
    public var time: Moment
    /// The sequence of its event.
    public var sequence: Int64
}

// What a report is made of.
extension AttendanceModule {
    /// The records whose window opened by a moment and closed within others, by date, person and start.
    public func rows(openedBy opened: Moment, closingIn range: ClosedRange<Moment>) -> [AttendanceRow] {
        book.records(openedBy: opened, closingIn: range).map(AttendanceRow.init)
    }

    /// All unscheduled punches, by time and person.
    public var unscheduled: [UnscheduledPunch] {
        book.unscheduled().map {
            UnscheduledPunch(person: $0.person, time: $0.punch.time, sequence: $0.punch.sequence)
        }
    }

    /// When the last of the windows that had opened by a moment ends, those of overtime records with them; nil where
    /// none had.
    public func lastWindowEnd(openedBy moment: Moment) -> Moment? { book.lastWindowEnd(openedBy: moment) }
}
