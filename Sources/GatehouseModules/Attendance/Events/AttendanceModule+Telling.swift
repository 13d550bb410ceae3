import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceModule {
    /// Tells what has become of a record: `attendance.closed` where it has closed, or closed again; while the day runs
    /// `attendance.updated`, where what it says is different.
    func tell(_ change: RecordChange, _ punches: [BookPunch], into findings: inout Findings) {
        guard site != nil else { return }
        if let record = change.new {
            switch change.kind {
            case .closed, .revised:
                if let shown = shown(record, punches) { say(closed: record, shown, into: &findings) }
            case .opened, .updated, .withdrawn:
                guard !record.isClosed, !record.saysTheSame(as: change.old), let shown = shown(record, punches) else {
                    return
                }
                findings.say("attendance.updated", subject: record.person) { shown.data }
            }
        } else if var old = change.old, old.isClosed {
            // The schedule has changed after the fact: what was told is taken back, and a later revision of it counts.
            old.revision += 1
            guard let shown = shown(old, [], isWithdrawn: true) else { return }
            findings.say(
                "attendance.closed", subject: old.person,
                content: .attendance(
                    Fact.ClosedRecord(person: old.person, date: old.date, shift: old.shift, isLate: false))
            ) { shown.data }
        }
    }

    private func shown(_ record: AttendanceRecord, _ punches: [BookPunch], isWithdrawn: Bool = false) -> ShownRecord? {
        guard let site else { return nil }
        let corrections = record.corrections.compactMap { book.correction($0, of: record.key.person) }
        return ShownRecord(
            record, punches: punches, devices: book.devices.texts, corrections: corrections, in: site,
            isWithdrawn: isWithdrawn)
    }

    private func say(closed record: AttendanceRecord, _ shown: ShownRecord, into findings: inout Findings) {
        findings.say(
            "attendance.closed", subject: record.person,
            content: .attendance(
                Fact.ClosedRecord(
                    person: record.person, date: record.date, shift: record.shift,
                    isLate: record.status.contains(.late)))
        ) { shown.data }
    }
}

extension AttendanceRecord {
    /// Whether there is anything to be told yet: a window that has merely opened says nothing.
    private var saysSomething: Bool {
        counted > 0 || !corrections.isEmpty || leaveMinutes > 0 || status.contains(.pending)
    }

    /// Whether somebody who reads the record sees no difference.
    func saysTheSame(as old: AttendanceRecord?) -> Bool {
        guard let old else { return !saysSomething }
        guard saysSomething || old.saysSomething else { return true }
        return status == old.status && self.in == old.in && out == old.out
            && lateMinutes == old.lateMinutes && earlyMinutes == old.earlyMinutes
            && workedMinutes == old.workedMinutes && leaveMinutes == old.leaveMinutes && overtime == old.overtime
            && punches == old.punches && corrections == old.corrections && start == old.start && end == old.end
    }
}
