import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension AttendanceBook {
    /// The widened interval is its window.
    static func overtimeWindow(of approval: Range<Moment>) -> ClosedRange<Moment> {
        approval.lowerBound - .seconds(2 * 3600)...approval.upperBound + .seconds(4 * 3600)
    }

    func key(_ person: Int32, overtime approval: Range<Moment>) -> RecordKey {
        RecordKey(
            person: person, day: Int32(clamping: rules?.day(of: approval.lowerBound) ?? 0), shift: -1,
            from: approval.lowerBound.milliseconds, to: approval.upperBound.milliseconds)
    }

    mutating func approve(_ approval: Range<Moment>, for name: String, into changes: inout Changes) {
        guard !approval.isEmpty else { return }
        let person = number(of: name)
        let file = Int(person)
        // The same approval twice is one.
        guard !files[file].approvals.contains(approval) else { return }
        files[file].approvals.append(approval)
        files[file].approvals.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        files[file].overtime = files[file].approvals.merged
        beginOvertime(person, into: &changes)
        let window = Self.overtimeWindow(of: approval)
        refreshOvertime(person, window, into: &changes)
        refreshRecords(of: person, touching: approval, into: &changes)
    }

    /// Every approval of somebody whom the site knows has a record, unless its window had ended before the beginning.
    mutating func beginOvertime(_ person: Int32, into changes: inout Changes) {
        guard let rules, rules.index.people[people[person]] != nil else { return }
        let known = Set(files[Int(person)].overtimeRecords.map(\.key))
        for approval in files[Int(person)].approvals {
            let key = key(person, overtime: approval)
            let window = Self.overtimeWindow(of: approval)
            guard window.upperBound >= beginning, !known.contains(key) else { continue }
            files[Int(person)].overtimeRecords.append(
                AttendanceRecord(
                    key: key, person: people[person], shift: nil, start: approval.lowerBound, end: approval.upperBound,
                    opens: window.lowerBound, closes: window.upperBound, expectedStart: approval.lowerBound,
                    expectedEnd: approval.upperBound))
            files[Int(person)].overtimeRecords.sort { ($0.start, $0.end) < ($1.start, $1.end) }
            refresh(key, into: &changes)
        }
    }

    /// Works out anew the overtime records whose windows have something in common with one.
    mutating func refreshOvertime(_ person: Int32, _ window: ClosedRange<Moment>, into changes: inout Changes) {
        guard !files[Int(person)].overtimeRecords.isEmpty else { return }
        let keys = files[Int(person)].overtimeRecords
            .filter { $0.opens <= window.upperBound && window.lowerBound <= $0.closes }.map(\.key)
        for key in keys { refresh(key, into: &changes) }
    }
}
