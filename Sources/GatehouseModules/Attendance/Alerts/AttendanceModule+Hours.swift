import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// Too long at work, and too little rest between.
extension AttendanceModule {
    private static let longestStay = Duration.seconds(12 * 3600)
    private static let leastRest = Duration.seconds(11 * 3600)

    // MARK: attendance.long_shift

    /// Whether somebody has been here for over 12 h since the `in` and is still on site. Judged when the record or the
    /// roll call of the person changes, when the time has come, and at the window's end.
    mutating func judgeLongShift(_ key: RecordKey, withdrawn: AttendanceRecord? = nil, into findings: inout Findings) {
        let clock = findings.clock
        let record = book.record(key)
        guard !key.isOvertime else { return }
        guard let record, record.closes > clock, rollCall.isOnSite(key.person, at: clock) else {
            duties.cancel(.longShift(key))
            guard overlong.remove(key) != nil, let about = (record ?? withdrawn)?.about else { return }
            let isOver = record.map { $0.closes <= clock } ?? false
            alarms.clear(
                "attendance.long_shift", about: about, reason: isOver ? "window-end" : "out", into: &findings)
            return
        }
        let limit = alarms.limit("attendance.long_shift", "limit", standard: Self.longestStay)
        if overlong.contains(key) {
            duties.set(.longShift(key), at: Deadline(record.closes))
            if let arrival = record.in, arrival.time + limit.value <= clock {
                alarms.add([arrival.sequence], to: Alarm.key("attendance.long_shift", record.about))
            }
            return
        }
        guard let arrival = record.in, arrival.time <= clock else {
            duties.cancel(.longShift(key))
            return
        }
        let due = arrival.time + limit.value
        guard due < clock || (isReaching && due == clock) else {
            duties.set(.longShift(key), at: Deadline(due))
            return
        }
        duties.set(.longShift(key), at: Deadline(record.closes))
        overlong.insert(key)
        raiseLongShift(record, since: arrival, limit: limit, into: &findings)
    }

    private mutating func raiseLongShift(
        _ record: AttendanceRecord, since arrival: AttendanceRecord.Mark, limit: (value: Duration, from: String),
        into findings: inout Findings
    ) {
        guard let site else { return }
        let who = site.wording(of: record.person)
        let (zone, hours) = (site.site.zone, limit.value.plainText)
        let (date, shift) = (record.date.text, record.shift ?? "")
        alarms.raise(
            Alarm(
                code: "attendance.long_shift", about: record.about, subject: record.person,
                evidence: [arrival.sequence],
                rule: [
                    "measured": .integer((findings.clock - arrival.time).wholeMinutes),
                    "limit": .integer(limit.value.wholeMinutes), "unit": "min", "from": .string(limit.from),
                ]
            ) { language in
                let time = arrival.time.wallText(in: zone)
                return switch language {
                case .chinese: "\(who)自\(time)上班已超过\(hours)，仍未离开（\(date) \(shift)）"
                case .english: "\(who) has been here for over \(hours), since \(time) (\(date), \(shift))"
                }
            }, into: &findings)
    }

    // MARK: attendance.short_rest

    /// The `out` of one instance and the `in` of the next scheduled one: judged whenever one of the two is another, or
    /// other instances follow each other. Raised when a rest becomes too short.
    mutating func judgeRest(_ change: RecordChange, into findings: inout Findings) {
        guard !change.key.isOvertime, let known = change.new ?? change.old,
            change.new?.in != change.old?.in || change.new?.out != change.old?.out || change.kind == .withdrawn
        else { return }
        let (before, after) = book.neighbours(of: known)
        guard let record = change.new else {
            // The instances on both sides of it follow each other now.
            if let before, let after { raiseRest(from: before, to: after, into: &findings) }
            return
        }
        let old = change.old
        if let before, record.in != old?.in, !isShort(before.out, old?.in) {
            raiseRest(from: before, to: record, into: &findings)
        }
        if let after, record.out != old?.out, !isShort(old?.out, after.in) {
            raiseRest(from: record, to: after, into: &findings)
        }
    }

    private func isShort(_ left: AttendanceRecord.Mark?, _ came: AttendanceRecord.Mark?) -> Bool {
        guard let left, let came, left.time <= came.time else { return false }
        return came.time - left.time < alarms.limit("attendance.short_rest", "limit", standard: Self.leastRest).value
    }

    private mutating func raiseRest(
        from before: AttendanceRecord, to after: AttendanceRecord, into findings: inout Findings
    ) {
        guard let site, let left = before.out, let came = after.in, isShort(left, came) else { return }
        let limit = alarms.limit("attendance.short_rest", "limit", standard: Self.leastRest)
        let rest = came.time - left.time
        let who = site.wording(of: after.person)
        let (zone, least) = (site.site.zone, limit.value.plainText)
        alarms.raise(
            Alarm(
                code: "attendance.short_rest", subject: after.person,
                evidence: [left.sequence, came.sequence],
                rule: [
                    "measured": .integer(rest.wholeMinutes), "limit": .integer(limit.value.wholeMinutes),
                    "unit": "min", "from": .string(limit.from),
                ]
            ) { language in
                let (from, to) = (left.time.wallText(in: zone), came.time.wallText(in: zone))
                return switch language {
                case .chinese: "\(who)两班之间只休息了\(rest.plainText)（\(from)至\(to)），少于\(least)"
                case .english: "\(who) rested \(rest.plainText) between shifts (\(from) to \(to)), less than \(least)"
                }
            }, nextDay: true, into: &findings)
    }
}
