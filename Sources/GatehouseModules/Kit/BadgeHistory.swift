public import GatehouseModel
public import GatehouseRules

/// Whose badge it was: by the site file in force now, unless the badge was another person's at the moment in question.
public struct BadgeHistory: Sendable {
    /// From that moment on the badge was that person's, or nobody's.
    fileprivate struct Turn: Hashable, Sendable {
        var from: Moment
        var person: String?
    }

    private var current: [String: String] = [:]
    /// Only badges that have ever changed hands.
    private var turns: [String: [Turn]] = [:]
    private var isFirst = true

    public init() {}

    /// The badges as they are from `moment` on, the receipt of the site.
    public mutating func apply(_ badges: [String: String], from moment: Moment) {
        defer { (current, isFirst) = (badges, false) }
        guard !isFirst else { return }
        for badge in Set(current.keys).union(badges.keys) where current[badge] != badges[badge] {
            if turns[badge] == nil {
                turns[badge] = [Turn(from: Moment(milliseconds: .min), person: current[badge])]
            }
            turns[badge]?.append(Turn(from: moment, person: badges[badge]))
        }
    }

    /// Whose punch with that badge at that moment is; nil where the badge belongs to nobody.
    public func person(of badge: String, at moment: Moment) -> String? {
        guard let turns = turns[badge] else { return current[badge] }
        let then = turns.last { $0.from <= moment }?.person
        return then ?? current[badge]
    }

    /// The badges that have changed hands at least once.
    public var changedBadges: Set<String> { Set(turns.keys) }
}

extension BadgeHistory: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(current, turns, isFirst)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (current, turns, isFirst) = try unpacker.values()
    }
}

extension BadgeHistory.Turn: Packed {
    fileprivate func pack(into packer: inout Packer) {
        packer.add(from, person)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(PackProblem) {
        (from, person) = try unpacker.values()
    }
}
