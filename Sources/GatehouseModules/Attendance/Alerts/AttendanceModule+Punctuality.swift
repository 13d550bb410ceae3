import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// Whoever has not come, has come late, or has left a punch out.
extension AttendanceModule {
    /// How long before the expected start a clock that could have known counts.
    private static let earlyArrival = Duration.seconds(30 * 60)

    /// A record has changed: the alerts that speak of it are judged again.
    mutating func judge(_ change: RecordChange, into findings: inout Findings) {
        watchNoShow(change, into: &findings)
        judgeLate(change, into: &findings)
        judgeMissingPunch(change, into: &findings)
        judgeLongShift(change.key, withdrawn: change.old, into: &findings)
        judgeRest(change, into: &findings)
    }

    // MARK: attendance.no_show

    /// A no-show is judged at its deadline only; a punch clears it, and so does a leave that moves the duty.
    private mutating func watchNoShow(_ change: RecordChange, into findings: inout Findings) {
        guard let record = change.new, let terms = book.terms(of: change.key) else {
            duties.cancel(.noShow(change.key))
            return
        }
        let due = record.expectedStart + terms.noShowAfter
        if !record.isWhollyOnLeave, !record.isClosed,
            due > findings.clock || (isReaching && due == findings.clock)
        {
            duties.set(.noShow(record.key), at: Deadline(due))
        } else {
            duties.cancel(.noShow(record.key))
        }
        guard missed.contains(record.key), record.counted > 0 || record.isMovedByLeave(since: change.old) else {
            return
        }
        missed.remove(record.key)
        alarms.clear(
            "attendance.no_show", about: record.about, reason: record.counted > 0 ? "punch" : "leave", into: &findings)
    }

    /// `S'` and the time that the shift gives have passed.
    mutating func judgeNoShow(_ key: RecordKey, into findings: inout Findings) {
        guard let site, let record = book.record(key), !record.isWhollyOnLeave,
            let shift = site.shifts[record.shift ?? ""]
        else { return }
        let (expected, person) = (record.expectedStart, record.person)
        let due = expected + shift.noShowAfter
        let hasCome = record.firstCounted.map { $0.time <= due } == true
        guard !hasCome, book.isVouched(from: expected, through: expected) else { return }
        let (who, date) = (site.wording(of: person), record.date.text)
        missed.insert(key)
        let (start, limit, zone) = (expected, shift.noShowAfter.wholeMinutes, site.site.zone)
        alarms.raise(
            Alarm(
                code: "attendance.no_show", about: record.about, subject: person,
                rule: [
                    "measured": .string("no punch by \(Timestamp(due, in: zone).text)"),
                    "limit": .string("\(limit) min after \(Timestamp(start, in: zone).text)"),
                    "from": .string("shift \(shift.id)"),
                ]
            ) { language in
                let time = start.clockText(in: zone)
                return switch language {
                case .chinese: "\(who)应于\(time)上班，过了\(limit)分钟仍未打卡（\(date) \(shift.id)）"
                case .english:
                    "\(who) was due at \(time) and has not punched \(limit) minutes later (\(date), \(shift.id))"
                }
            }, into: &findings)
    }

    // MARK: attendance.late

    /// Raised when the first punch becomes late beyond doubt; while it stays so, another first punch is evidence only.
    private mutating func judgeLate(_ change: RecordChange, into findings: inout Findings) {
        let wasProven = change.old?.isLate == true && !doubtful.contains(change.key)
        guard let record = change.new, record.isLate else {
            doubtful.remove(change.key)
            blamed.remove(change.key)
            return
        }
        // What has closed has no lateness left that a clock does not vouch for.
        guard record.isClosed || isProvenLate(record) else {
            doubtful.insert(record.key)
            blamed.remove(record.key)
            return
        }
        doubtful.remove(record.key)
        if record.isClosed { blamed.remove(record.key) } else { blamed.insert(record.key) }
        guard wasProven else { return raiseLate(record, into: &findings) }
        guard record.firstCounted != change.old?.firstCounted, let first = record.firstCounted else { return }
        alarms.add([first.sequence], to: Alarm.key("attendance.late", record.about))
    }

    /// What is vouched for is different: somebody's lateness may be beyond doubt now, or in doubt again.
    mutating func judgeDoubtful(into findings: inout Findings) {
        for key in blamed.sorted() {
            if let record = book.record(key), isProvenLate(record) { continue }
            blamed.remove(key)
            doubtful.insert(key)
        }
        for key in doubtful.sorted() {
            guard let record = book.record(key), record.isLate else {
                doubtful.remove(key)
                continue
            }
            guard isProvenLate(record) else { continue }
            doubtful.remove(key)
            if !record.isClosed { blamed.insert(key) }
            raiseLate(record, into: &findings)
        }
    }

    /// A lateness is unproven if no clock vouches for any moment of `[S' − 30 min, S' + grace_in]`.
    private func isProvenLate(_ record: AttendanceRecord) -> Bool {
        guard let shift = site?.shifts[record.shift ?? ""] else { return false }
        let expected = record.expectedStart
        return book.isVouched(from: expected - Self.earlyArrival, through: expected + shift.graceIn)
    }

    private mutating func raiseLate(_ record: AttendanceRecord, into findings: inout Findings) {
        guard let site, let shift = site.shifts[record.shift ?? ""], let first = record.firstCounted else { return }
        let who = site.wording(of: record.person)
        let (minutes, grace, zone) = (record.lateMinutes, shift.graceIn.wholeMinutes, site.site.zone)
        let (date, came) = (record.date.text, first.time)
        alarms.raise(
            Alarm(
                code: "attendance.late", about: record.about, subject: record.person, severity: .info,
                evidence: [first.sequence],
                rule: [
                    "measured": .integer(minutes), "limit": .integer(grace), "unit": "min",
                    "from": .string("shift \(shift.id)"),
                ]
            ) { language in
                let time = came.clockText(in: zone)
                return switch language {
                case .chinese: "\(who)迟到\(minutes)分钟，\(time)打卡（\(date) \(shift.id)，宽限\(grace)分钟）"
                case .english:
                    "\(who) came \(minutes) minutes late, at \(time) (\(date), \(shift.id), grace \(grace) minutes)"
                }
            }, nextDay: true, into: &findings)
    }

    // MARK: attendance.missing_punch

    /// A record closed with one punch missing; a correction or a late punch completes it.
    private mutating func judgeMissingPunch(_ change: RecordChange, into findings: inout Findings) {
        guard let site, let record = change.new, record.isClosed, record.isMissingPunch else {
            guard incomplete.remove(change.key) != nil, let about = (change.new ?? change.old)?.about else { return }
            alarms.clear("attendance.missing_punch", about: about, reason: "corrected", into: &findings)
            return
        }
        let who = site.wording(of: record.person)
        let (date, shift) = (record.date.text, record.shift ?? "")
        incomplete.insert(record.key)
        let isIn = record.status.contains(.missingIn)
        alarms.raise(
            Alarm(
                code: "attendance.missing_punch", about: record.about, subject: record.person,
                evidence: book.countedPunches(of: record.key).map(\.sequence),
                rule: [
                    "measured": .string(isIn ? "missing_in" : "missing_out"), "limit": "in and out",
                    "from": .string("shift \(shift)"),
                ]
            ) { language in
                switch language {
                case .chinese: "\(who)\(date) \(shift)缺少\(isIn ? "上班" : "下班")打卡"
                case .english: "\(who) has no punch \(isIn ? "in" : "out") on \(date), \(shift)"
                }
            }, into: &findings)
    }
}

extension AttendanceRecord {
    /// What the key of an alert says of it.
    var about: String { "\(person)+\(date.text)+\(shift ?? "")" }

    /// Whether the first counted punch is late, as far as is known.
    fileprivate var isLate: Bool { status.contains(.late) }

    fileprivate var isMissingPunch: Bool { status.contains(.missingIn) || status.contains(.missingOut) }

    /// Whether a leave has taken away the expected start that the record had before, or moved it on.
    fileprivate func isMovedByLeave(since old: AttendanceRecord?) -> Bool {
        isWhollyOnLeave || (expectedStart > start && expectedStart != old?.expectedStart)
    }
}
