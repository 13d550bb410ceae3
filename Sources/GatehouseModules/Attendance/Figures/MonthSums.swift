import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A calendar month, as the months since the year 0.
struct Month: Hashable, Comparable, Sendable {
    var index: Int

    init(_ day: CalendarDay) { index = day.year * 12 + day.month - 1 }

    static func < (left: Month, right: Month) -> Bool { left.index < right.index }

    var first: CalendarDay? { CalendarDay(year: index / 12, month: index % 12 + 1, day: 1) }

    /// Every date of it.
    var days: [CalendarDay] {
        guard let first else { return [] }
        return (0..<max(28, first.firstOfMonth(adding: 1).number - first.number)).map { first.adding($0) }
    }

    /// `2026-11`.
    var text: String { first?.monthText ?? "" }
}

/// What the closed records of one month and department add up to.
struct MonthSums: Hashable, Sendable {
    /// Instances that are not wholly on leave, and in how many of them somebody punched or was late.
    var due = 0
    var attended = 0
    var late = 0
    var leaveMinutes = 0
    var scheduledMinutes = 0
    /// Minutes at 1.5, 2 and 3 times.
    var overtime = Overtime()
    /// The punches that all this comes from.
    var punches = 0
    var firstPunch = Int64.max
    var lastPunch = Int64.min

    /// Overtime minutes by rate.
    struct Overtime: Hashable, Sendable {
        var atOneAndHalf = 0
        var atTwo = 0
        var atThree = 0

        var total: Int { atOneAndHalf + atTwo + atThree }

        mutating func add(_ minutes: AttendanceRecord.Overtime, _ sign: Int) {
            atOneAndHalf += sign * Int(minutes.atOneAndHalf)
            atTwo += sign * Int(minutes.atTwo)
            atThree += sign * Int(minutes.atThree)
        }
    }

    /// Adds what a closed record says, or takes it away again.
    mutating func add(_ record: AttendanceRecord, _ sign: Int) {
        // What no clock could tell is in no figure.
        guard !record.status.contains(.unproven) else { return }
        overtime.add(record.overtime, sign)
        punches += sign * record.punches.count
        for punch in record.punches {
            firstPunch = min(firstPunch, punch)
            lastPunch = max(lastPunch, punch)
        }
        guard record.shift != nil else { return }
        leaveMinutes += sign * Int(record.leaveMinutes)
        scheduledMinutes += sign * Int(record.scheduledMinutes)
        guard !record.isWhollyOnLeave else { return }
        due += sign
        if record.counted > 0 { attended += sign }
        if record.status.contains(.late) { late += sign }
    }

    /// The events that the sums come from: how many, the first and the last of them.
    var inputs: KPIFigure.Inputs? {
        punches > 0
            ? KPIFigure.Inputs(topic: "punch.recorded", count: punches, first: firstPunch, last: lastPunch) : nil
    }
}

/// What somebody's closed instances of one ISO week add up to.
struct WeekSums: Hashable, Sendable {
    var instances = 0
    var workedMinutes = 0
    var punches = 0
    var firstPunch = Int64.max
    var lastPunch = Int64.min

    mutating func add(_ record: AttendanceRecord, _ sign: Int) {
        instances += sign
        workedMinutes += sign * Int(record.workedMinutes)
        punches += sign * record.punches.count
        for punch in record.punches {
            firstPunch = min(firstPunch, punch)
            lastPunch = max(lastPunch, punch)
        }
    }

    var inputs: KPIFigure.Inputs? {
        punches > 0
            ? KPIFigure.Inputs(topic: "punch.recorded", count: punches, first: firstPunch, last: lastPunch) : nil
    }
}

extension Month: Packed {
    func pack(into packer: inout Packer) {
        packer.add(index)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        index = try unpacker.next()
    }
}

extension MonthSums: Packed {
    func pack(into packer: inout Packer) {
        packer.add(due, attended, late, leaveMinutes, scheduledMinutes, overtime, punches, firstPunch, lastPunch)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (
            due, attended, late, leaveMinutes, scheduledMinutes, overtime, punches, firstPunch, lastPunch
        ) = try unpacker.values()
    }
}

extension MonthSums.Overtime: Packed {
    func pack(into packer: inout Packer) {
        packer.add(atOneAndHalf, atTwo, atThree)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (atOneAndHalf, atTwo, atThree) = try unpacker.values()
    }
}

extension WeekSums: Packed {
    func pack(into packer: inout Packer) {
        packer.add(instances, workedMinutes, punches, firstPunch, lastPunch)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (instances, workedMinutes, punches, firstPunch, lastPunch) = try unpacker.values()
    }
}
