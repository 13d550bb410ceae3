import GatehouseRules

/// What `schedule.assigned` says of people's dates. Each replaces all of the person's date; the last received wins.
public struct Assignments: Hashable, Sendable {
    /// By person, then by date (days since 1970): a shift, or nil for a day of rest.
    private(set) var days: [String: [Int: String?]] = [:]

    public init() {}

    /// Whether the event was an assignment.
    @discardableResult
    public mutating func hear(_ fact: Fact) -> Bool {
        guard case .assigned(let person, let date, let shift) = fact.content else { return false }
        days[person, default: [:]][date.number] = .some(shift)
        return true
    }

    /// Whether anything was ever assigned to the person.
    public func isKnown(_ person: String) -> Bool { days[person] != nil }
}

extension Assignments: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(days)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        days = try unpacker.next()
    }
}
