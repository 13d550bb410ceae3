/// Gives turns on a line that several devices hang on: one speaks at a time, and whoever has waited longest is next.
///
/// A plain value. Its shell tells it who joined, who passed the line on and what time it is, and carries each grant to
/// the member's driver.
public struct LineShare<Member: Hashable & Sendable>: Sendable {
    /// A turn that does not end by itself ends after this: one broken device must not silence the others.
    public static var turnLimit: Duration { .seconds(10) }

    /// How long the line must be quiet between two turns.
    public let gap: Duration
    /// Who has the line.
    public private(set) var holder: Member?
    /// When each member wants its next turn, in uptime; the holder is not among them.
    private var wishes: [Member: Wish] = [:]
    private var members: Set<Member> = []
    private var heldSince = Duration.zero
    private var freeFrom = Duration.zero
    private var lastPlace: UInt64 = 0
    /// Members whose last turn was taken from them: what they say until their next one is not for the line.
    private var overdue: Set<Member> = []

    private struct Wish: Hashable, Sendable {
        var due: Duration
        /// Who asked earlier is first among those who are due at the same time.
        var place: UInt64
    }

    /// - Parameter gap: On an RS-485 line about two characters' time, of which its shell may take some itself.
    public init(gap: Duration) {
        self.gap = gap
    }

    public var isEmpty: Bool { members.isEmpty }

    /// A member whose first turn is due at once.
    public mutating func join(_ member: Member, at uptime: Duration) {
        guard members.insert(member).inserted else { return }
        wish(member, due: uptime)
    }

    /// The member has no turn any more; if it holds the line, the line is free.
    public mutating func leave(_ member: Member, at uptime: Duration) {
        members.remove(member)
        wishes[member] = nil
        overdue.remove(member)
        release(member, at: uptime)
    }

    /// The member's turn is over, and it wants the next one after that time.
    public mutating func pass(_ member: Member, again: Duration, at uptime: Duration) {
        guard members.contains(member) else { return }
        if overdue.remove(member) != nil { return }
        release(member, at: uptime)
        wish(member, due: uptime + max(again, .zero))
    }

    /// The member wants its next turn now, behind those that have waited longer.
    public mutating func want(_ member: Member, at uptime: Duration) {
        guard let standing = wishes[member], standing.due > uptime else { return }
        wish(member, due: uptime)
    }

    /// Whether what a member says now is for the line.
    public func maySend(_ member: Member) -> Bool { holder == member }

    /// The member whose turn begins now; nil while somebody speaks or nobody is due.
    public mutating func next(at uptime: Duration) -> Member? {
        if let holder, uptime - heldSince >= Self.turnLimit {
            release(holder, at: uptime)
            overdue.insert(holder)
            wish(holder, due: uptime + Self.turnLimit)
        }
        guard holder == nil, freeFrom <= uptime else { return nil }
        let due = wishes.filter { $0.value.due <= uptime }
        guard let first = due.min(by: { ($0.value.due, $0.value.place) < ($1.value.due, $1.value.place) }) else {
            return nil
        }
        wishes[first.key] = nil
        overdue.remove(first.key)
        holder = first.key
        heldSince = uptime
        return first.key
    }

    /// When `next` may have something else to say, in uptime; nil when only a member can change it.
    public var nextDeadline: Duration? {
        if holder != nil { return heldSince + Self.turnLimit }
        return wishes.values.map(\.due).min().map { max($0, freeFrom) }
    }

    private mutating func release(_ member: Member, at uptime: Duration) {
        guard holder == member else { return }
        holder = nil
        freeFrom = uptime + gap
    }

    private mutating func wish(_ member: Member, due: Duration) {
        lastPlace += 1
        wishes[member] = Wish(due: due, place: lastPlace)
    }
}
