import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceModule {
    /// `punch.off_schedule`: a punch that is unscheduled, of a person who has a schedule. One that becomes so later,
    /// because the schedule or an approval is another now, is one too.
    mutating func judgeUnscheduled(_ changes: Changes, into findings: inout Findings) {
        guard let site else { return }
        var known: Set<Int64> = []
        for fate in changes.punches + changes.records.flatMap({ book.punchesLost($0) })
        where fate.fate == .unscheduled && known.insert(fate.punch.sequence).inserted
            && book.line(of: fate.person)?.hasSchedule == true
        {
            let (person, punch) = (book.person(fate.person), fate.punch)
            if alarms.knows("punch.off_schedule", about: person, adding: [punch.sequence]) { continue }
            let (who, zone, time) = (site.wording(of: person), site.site.zone, punch.time)
            alarms.raise(
                Alarm(
                    code: "punch.off_schedule", subject: person, severity: .info, evidence: [punch.sequence],
                    rule: [
                        "measured": .string(Timestamp(time, in: zone).text),
                        "limit": "the windows of the person's shifts and approved overtime", "from": "schedule",
                    ]
                ) { language in
                    let clock = time.wallText(in: zone)
                    return switch language {
                    case .chinese: "\(who)在排班之外打卡（\(clock)）"
                    case .english: "\(who) punched outside the schedule, at \(clock)"
                    }
                }, nextDay: true, into: &findings)
        }
    }
}

extension AttendanceBook {
    /// The punches that belonged to a record and do so no more, and what has become of each.
    fileprivate func punchesLost(_ change: RecordChange) -> [PunchFate] {
        guard let old = change.old, !old.punches.isEmpty else { return [] }
        let left = change.new?.punches ?? []
        // Nearly always one more has come.
        guard !left.starts(with: old.punches) else { return [] }
        let lost = Set(old.punches).subtracting(left)
        let (person, file) = (change.key.person, files[Int(change.key.person)])
        let first = file.place(ofPunchAt: old.opens)
        return file.punches.indices[first...].prefix { file.punches[$0].time <= old.closes }
            .filter { lost.contains(file.punches[$0].sequence) }
            .map { PunchFate(person: person, punch: file.punches[$0], fate: fate(of: person, $0)) }
    }
}
