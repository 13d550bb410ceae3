import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A leave, from the site's table or from an event; the last that was said of an id holds.
struct BookLeave: Hashable, Sendable {
    var person: Int32
    var range: Range<Moment>
    /// From the site's table: the next site may do without it.
    var isOfSite: Bool
    var isCancelled: Bool
}

extension AttendanceBook {
    mutating func grant(_ leave: Leave, isOfSite: Bool, into changes: inout Changes) {
        guard leave.from < leave.to else { return }
        let person = number(of: leave.person)
        let known = leaves[leave.id]
        let new = BookLeave(person: person, range: leave.from..<leave.to, isOfSite: isOfSite, isCancelled: false)
        guard known != new else { return }
        leaves[leave.id] = new
        if let known, !known.isCancelled { drop(leave.id, of: known.person) }
        files[Int(person)].leaveIDs.append(leave.id)
        var moved = [(person, new.range)]
        if let known, !known.isCancelled { moved.append((known.person, known.range)) }
        for (person, range) in moved { moveLeave(of: person, around: range, into: &changes) }
    }

    mutating func cancel(_ id: String, into changes: inout Changes) {
        guard let known = leaves[id], !known.isCancelled else { return }
        leaves[id]?.isCancelled = true
        drop(id, of: known.person)
        moveLeave(of: known.person, around: known.range, into: &changes)
    }

    /// The table of a new site replaces that of the one before; what events have said of an id holds. The records that
    /// are open are worked out anew anyway.
    mutating func replaceSiteLeave(_ table: [Leave]) {
        let ids = Set(table.map(\.id))
        for (id, leave) in leaves.sorted(by: { $0.key < $1.key })
        where leave.isOfSite && !leave.isCancelled && !ids.contains(id) {
            leaves[id] = nil
            drop(id, of: leave.person)
            mergeLeave(of: leave.person)
        }
        for leave in table {
            guard leaves[leave.id].map({ $0.isOfSite && !$0.isCancelled }) ?? true, leave.from < leave.to else {
                continue
            }
            let person = number(of: leave.person)
            if let known = leaves[leave.id] { drop(leave.id, of: known.person) }
            leaves[leave.id] = BookLeave(
                person: person, range: leave.from..<leave.to, isOfSite: true, isCancelled: false)
            files[Int(person)].leaveIDs.append(leave.id)
        }
        for person in files.indices { mergeLeave(of: Int32(person)) }
    }

    private mutating func drop(_ id: String, of person: Int32) {
        files[Int(person)].leaveIDs.removeAll { $0 == id }
    }

    private mutating func mergeLeave(of person: Int32) {
        let ranges = files[Int(person)].leaveIDs.compactMap { leaves[$0]?.range }
        files[Int(person)].leave = ranges.merged
    }

    /// Works out anew whatever the leave touches that has come or gone, and what is joined to it.
    private mutating func moveLeave(of person: Int32, around range: Range<Moment>, into changes: inout Changes) {
        let before = files[Int(person)].leave.touching(range)
        mergeLeave(of: person)
        let joined = (Array(before) + Array(files[Int(person)].leave.touching(range)) + [range]).merged
        guard let first = joined.first, let last = joined.last else { return }
        refreshRecords(of: person, touching: first.lowerBound..<last.upperBound, into: &changes)
    }
}
