import GatehouseModel
import GatehouseModuleKit

/// Everything that the book holds of one person.
struct PersonFile: Sendable {
    /// The choice of a flexible person on a work date, and the punch that made it.
    struct Pick: Hashable, Sendable {
        var time: Moment
        var sequence: Int64
        var day: Int32
        /// The shift's number in the book.
        var shift: Int32
    }

    /// In the order of their times; voided ones too.
    var punches: [BookPunch] = []
    /// Leave that stands: in order, what touches made one.
    var leave: [Range<Moment>] = []
    /// The ids of all the person's leaves that stand.
    var leaveIDs: [String] = []
    /// Approved overtime, each once, by start, then by end.
    var approvals: [Range<Moment>] = []
    /// The same time, what touches made one.
    var overtime: [Range<Moment>] = []
    /// In the order of the punches that made them.
    private(set) var picks: [Pick] = []
    /// The shift picked for each date.
    private(set) var picked: [Int32: Int32] = [:]
    /// In the order received.
    var corrections: [BookCorrection] = []
    /// The records of instances, by start.
    var records: [AttendanceRecord] = []
    /// The records of approved overtime, in the order of `approvals`.
    var overtimeRecords: [AttendanceRecord] = []
    /// What the plan says of the person; made anew with every plan.
    var line: ShiftPlan.Line?

    /// The place of the first punch at or after a moment.
    func place(ofPunchAt moment: Moment) -> Int {
        // What is asked for is nearly always near the end.
        guard let last = punches.last, last.time >= moment else { return punches.count }
        var (low, high) = (0, punches.count)
        while low < high {
            let middle = (low + high) / 2
            if punches[middle].time < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts a punch into its place, and gives that.
    mutating func insert(_ punch: BookPunch) -> Int {
        guard let last = punches.last, punch.comes(before: last) else {
            punches.append(punch)
            return punches.count - 1
        }
        var place = self.place(ofPunchAt: punch.time)
        while place < punches.count, punches[place].comes(before: punch) { place += 1 }
        punches.insert(punch, at: place)
        return place
    }

    /// The last punch before a place that was not voided.
    func previous(of place: Int) -> BookPunch? {
        var place = place - 1
        while place >= 0 {
            if !punches[place].isVoided { return punches[place] }
            place -= 1
        }
        return nil
    }

    /// The first punch after a place that was not voided.
    func next(after place: Int) -> Int? {
        var place = place + 1
        while place < punches.count {
            if !punches[place].isVoided { return place }
            place += 1
        }
        return nil
    }

    /// Whether the punch at a place is neither voided nor too soon after the one before, itself a repeat or not.
    func counts(_ place: Int, debounce: Int64) -> Bool {
        guard !punches[place].isVoided else { return false }
        guard let previous = previous(of: place) else { return true }
        return punches[place].time.milliseconds - previous.time.milliseconds > debounce
    }

    /// Notes the choice that a punch has made, which comes after those so far.
    mutating func pick(_ pick: Pick) {
        picks.append(pick)
        picked[pick.day] = pick.shift
    }

    /// Takes back every choice that `isOpen` says may be another.
    mutating func unpick(where isOpen: (Pick) -> Bool) {
        picks.removeAll { pick in
            guard isOpen(pick) else { return false }
            picked[pick.day] = nil
            return true
        }
    }

    /// The place of the first record that starts at or after a moment.
    func place(ofRecordStarting moment: Moment) -> Int {
        var (low, high) = (0, records.count)
        while low < high {
            let middle = (low + high) / 2
            if records[middle].start < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The places of the records of some dates; `reach` is in days.
    func places(ofDays days: ClosedRange<Int>) -> Range<Int> {
        // A record starts on its work date, by the site's clock: within a day and a half of that date's 00:00 UTC.
        let low = place(ofRecordStarting: Moment(seconds: Int64(days.lowerBound - 1) * 86_400))
        let high = place(ofRecordStarting: Moment(seconds: Int64(days.upperBound + 3) * 86_400))
        return low..<high
    }

    /// The place of the record to which a punch at a moment belongs: where two windows hold it, the second's.
    func place(ofRecordHolding moment: Moment, reach: Int) -> Int? {
        let day = Int(moment.seconds / 86_400)
        for place in places(ofDays: day - reach...day + reach).reversed() {
            let record = records[place]
            if record.opens <= moment, moment <= record.closes { return place }
        }
        return nil
    }

    /// The place of the record with that key.
    func place(of key: RecordKey) -> Int? {
        if key.isOvertime { return overtimeRecords.firstIndex { $0.key == key } }
        // What is asked for is nearly always near the end.
        for place in records.indices.suffix(3).reversed() where records[place].key == key { return place }
        let day = Int(key.day)
        return places(ofDays: day...day).first { records[$0].key == key }
    }

    /// The place of the overtime record to which a punch at a moment belongs: of several, the one that starts first.
    func place(ofOvertimeHolding moment: Moment) -> Int? {
        overtimeRecords.firstIndex { $0.opens <= moment && moment <= $0.closes }
    }

    /// Puts a record into its place.
    mutating func insert(_ record: AttendanceRecord) {
        var place = records.count
        while place > 0, record.comes(before: records[place - 1]) { place -= 1 }
        records.insert(record, at: place)
    }

    /// The records in order again, after one of them has moved.
    mutating func sortRecords() {
        for place in records.indices.dropFirst() where records[place].comes(before: records[place - 1]) {
            records.sort { $0.comes(before: $1) }
            return
        }
    }
}

extension AttendanceRecord {
    /// In the order of their starts.
    func comes(before other: AttendanceRecord) -> Bool {
        if start != other.start { return start < other.start }
        return end == other.end ? key < other.key : end < other.end
    }
}
