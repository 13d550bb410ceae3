import GatehouseModuleKit
import GatehouseRules

/// Who was late when, from the closed attendance records themselves; the last revision of a record counts.
struct LateInstances: Sendable {
    fileprivate struct Instance: Hashable, Comparable, Sendable {
        var date: CalendarDay
        var shift: String

        static func < (left: Instance, right: Instance) -> Bool {
            (left.date, left.shift) < (right.date, right.shift)
        }
    }

    private var late: [String: Set<Instance>] = [:]

    mutating func note(_ record: Fact.ClosedRecord) {
        // An overtime record is no instance.
        guard let shift = record.shift else { return }
        let instance = Instance(date: record.date, shift: shift)
        if record.isLate {
            late[record.person, default: []].insert(instance)
        } else {
            late[record.person]?.remove(instance)
        }
    }

    /// How many late instances of a person have their work date in the period.
    func count(of person: String, in period: PayPeriod) -> Int {
        late[person]?.count { period.months.contains($0.date.monthIndex) } ?? 0
    }
}

extension LateInstances: Packed {
    func pack(into packer: inout Packer) {
        packer.add(late.filter { !$0.value.isEmpty })
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        late = try unpacker.next()
    }
}

extension LateInstances.Instance: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(date, shift)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (date, shift) = try unpacker.values()
    }
}
