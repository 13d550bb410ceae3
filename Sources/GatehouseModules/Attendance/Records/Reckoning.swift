import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Works a record out from the punches that count for it. It knows nothing of other records.
struct Reckoning {
    /// What the shift and its date say.
    let instance: ShiftInstance
    let terms: BookRules.Terms
    /// Leave that overlaps or touches the shift, in order, what touches made one.
    let leave: ArraySlice<Range<Moment>>
    let overtime: ArraySlice<Range<Moment>>
    let rates: OvertimeRates
    /// The window has ended: who has not come does not come any more.
    let isOver: Bool

    private var shift: Range<Moment> { instance.start..<instance.end }

    /// Everything of the record that follows from its punches, except what clocks could not tell.
    func reckon(_ record: inout AttendanceRecord, _ punches: [BookPunch]) {
        let unpaid = instance.breaks.compactMap { $0.isPaid || $0.range.isEmpty ? nil : $0.range }
        moveDuty(of: &record)
        let presence = Presence(of: punches, in: instance, takesPairs: terms.takesPairs)
        record.in = presence.in.map(AttendanceRecord.Mark.init)
        record.out = presence.out.map(AttendanceRecord.Mark.init)
        record.firstCounted = punches.first.map(AttendanceRecord.Mark.init)
        record.counted = Int32(punches.count)
        measure(&record, presence.spans, unpaid)
        say(&record)
    }

    /// Leave moves the duty: touching leaves are one, and a break that touches a leave counts as leave here.
    private func moveDuty(of record: inout AttendanceRecord) {
        (record.expectedStart, record.expectedEnd, record.isWhollyOnLeave) = (shift.lowerBound, shift.upperBound, false)
        guard !leave.isEmpty else { return }
        let breaks = instance.breaks.map(\.range).filter { !$0.isEmpty }
        for block in (Array(leave) + breaks).merged where leave.contains(where: { $0.touches(block) }) {
            let coversStart = block.lowerBound <= shift.lowerBound && shift.lowerBound < block.upperBound
            let coversEnd = block.lowerBound < shift.upperBound && shift.upperBound <= block.upperBound
            if coversStart, coversEnd {
                record.isWhollyOnLeave = true
                return
            }
            if coversStart { record.expectedStart = block.upperBound }
            if coversEnd { record.expectedEnd = block.lowerBound }
        }
    }

    private func measure(
        _ record: inout AttendanceRecord, _ presence: [Range<Moment>], _ unpaid: [Range<Moment>]
    ) {
        let breaks = unpaid.map { $0.clamped(to: shift) }.filter { !$0.isEmpty }.merged
        record.scheduledMinutes = minutes(shift.milliseconds - breaks.reduce(0) { $0 + $1.milliseconds })
        let off = leave.isEmpty ? breaks : (Array(leave) + breaks).merged
        record.leaveMinutes = 0
        if !leave.isEmpty {
            let onLeave = leave.reduce(Int64(0)) { sum, leave in
                let part = leave.clamped(to: shift)
                return sum + part.milliseconds - breaks.reduce(0) { $0 + $1.overlap(part) }
            }
            record.leaveMinutes = minutes(onLeave)
        }
        var worked: Int64 = 0
        var sums = OvertimeRates.Sums()
        let hasHoliday = rates.hasHoliday(in: shift)
        for span in presence {
            let scheduled = span.clamped(to: shift)
            worked += scheduled.milliseconds
            for range in off { worked -= range.overlap(scheduled) }
            if hasHoliday, !scheduled.isEmpty {
                // Scheduled work on a statutory holiday counts threefold too.
                for part in off.gaps(in: scheduled) { sums.atThree += rates.holidayMilliseconds(of: part) }
            }
            for approved in overtime {
                let part = approved.clamped(to: span)
                if part.lowerBound < shift.lowerBound {
                    rates.add(part.lowerBound..<min(part.upperBound, shift.lowerBound), to: &sums)
                }
                if part.upperBound > shift.upperBound {
                    rates.add(max(part.lowerBound, shift.upperBound)..<part.upperBound, to: &sums)
                }
            }
        }
        record.workedMinutes = minutes(worked)
        record.overtime = sums.minutes
    }

    /// Lengths are cut to whole minutes first and compared afterwards. What only the end of the window can tell is not
    /// said before.
    private func say(_ record: inout AttendanceRecord) {
        record.lateMinutes = 0
        record.earlyMinutes = 0
        var status: RecordStatus = record.isWhollyOnLeave ? .onLeave : []
        if let first = record.in, !record.isWhollyOnLeave {
            let late = minutes(first.time.milliseconds - record.expectedStart.milliseconds)
            if Int64(late) * 60_000 > terms.graceIn { record.lateMinutes = late }
        }
        if let last = record.out, isOver, !record.isWhollyOnLeave {
            let early = minutes(record.expectedEnd.milliseconds - last.time.milliseconds)
            if Int64(early) * 60_000 > terms.graceOut { record.earlyMinutes = early }
        }
        if record.lateMinutes > 0 { status.insert(.late) }
        if record.earlyMinutes > 0 { status.insert(.early) }
        if isOver {
            if record.counted == 0 {
                if !record.isWhollyOnLeave, !record.isFlexible { status.insert(.absent) }
            } else {
                if record.in == nil { status.insert(.missingIn) }
                if record.out == nil { status.insert(.missingOut) }
            }
        }
        if record.counted > 0, status.subtracting(.onLeave).isEmpty { status.insert(.present) }
        record.status = status
    }

    private func minutes(_ milliseconds: Int64) -> Int32 { Int32(clamping: max(0, milliseconds) / 60_000) }
}

extension AttendanceRecord.Mark {
    init(_ punch: BookPunch) {
        self.init(time: punch.time, sequence: punch.sequence)
    }
}
