import GatehouseBus
import GatehouseModel

/// Decides what a subscriber does next: a plain value that is told what came and says what follows.
///
/// It begins with a replay. Live events that come meanwhile are held, and judged when the replay has ended;
/// whatever shows a gap starts the next replay.
struct Follower: Hashable, Sendable {
    enum Effect: Hashable, Sendable {
        case deliver(Recorded)
        /// Ask for these once more; `through` is nil for the head.
        case replay(from: Int64, through: Int64?)
        /// Everything asked for is delivered.
        case finish
    }

    /// The most events, and the most bytes of bodies, that are held during a replay. What comes beyond is let
    /// go: it shows as a gap afterwards.
    static let heldLimit = 8_192
    static let heldByteLimit = 16 << 20

    let topics: [String]
    /// Whether it ends with the first replay, instead of going on live.
    let isFinite: Bool
    private let through: Int64?
    private var continuity: Continuity
    private var held: [Recorded] = []
    private var heldBytes = 0
    /// The end of the replay under way: `.some(nil)` when that is the head.
    private var goal: Int64??

    /// Wants everything after `covered` whose topic begins with one of `topics` (none for all); when it is
    /// finite, up to `through` (nil for the head).
    init(after covered: Int64, topics: [String], isFinite: Bool = false, through: Int64? = nil) {
        self.topics = topics
        self.isFinite = isFinite
        self.through = through
        continuity = Continuity(covered: covered, isFiltered: !topics.isEmpty)
    }

    /// What to ask a replay for: the longest prefix that all topics share.
    var prefix: String {
        guard let first = topics.first else { return "" }
        return topics.dropFirst().reduce(first) { shared, topic in
            String(zip(shared, topic).prefix { $0 == $1 }.map(\.0))
        }
    }

    mutating func start() -> [Effect] {
        begin(from: continuity.covered + 1, through: through)
    }

    /// A live event has come.
    mutating func receive(_ event: Recorded) -> [Effect] {
        guard wants(event) else { return [] }
        guard goal == nil else {
            hold(event)
            return []
        }
        return judge(event)
    }

    /// The journal's head has been announced.
    mutating func heartbeat(head: Int64) -> [Effect] {
        guard goal == nil, let gap = continuity.heartbeat(head: head) else { return [] }
        return begin(from: gap.from, through: gap.through)
    }

    /// An event of the replay has come.
    mutating func replayed(_ event: Recorded) -> [Effect] {
        // A prefix that several topics share lets others in.
        guard wants(event), event.sequence > continuity.covered else { return [] }
        return continuity.replayed(event) == .deliver ? [.deliver(event)] : []
    }

    /// The replay has ended: nothing is missing up to `last`.
    mutating func replayEnded(last: Int64) -> [Effect] {
        guard let goal else { return [] }
        self.goal = nil
        continuity.settle(through: last)
        if isFinite { return [.finish] }
        let waiting = held
        held = []
        heldBytes = 0
        // A head before what was announced is another journal: asking again at once would never end.
        if let goal, last < goal { return [] }
        var effects: [Effect] = []
        for event in waiting { effects += receive(event) }
        return effects
    }

    /// The replay came to nothing: the gateway is gone, or the answer was lost on the way.
    mutating func replayLost() -> [Effect] {
        guard let goal else { return [] }
        return begin(from: continuity.covered + 1, through: goal)
    }

    private mutating func judge(_ event: Recorded) -> [Effect] {
        switch continuity.receive(event) {
        case .deliver: return [.deliver(event)]
        case .duplicate: return []
        case .gap(let from, let through):
            hold(event)
            return begin(from: from, through: through)
        }
    }

    private mutating func begin(from: Int64, through: Int64?) -> [Effect] {
        goal = .some(through)
        return [.replay(from: from, through: through)]
    }

    private mutating func hold(_ event: Recorded) {
        guard held.count < Self.heldLimit, heldBytes + event.body.count <= Self.heldByteLimit else { return }
        held.append(event)
        heldBytes += event.body.count
    }

    private func wants(_ event: Recorded) -> Bool {
        topics.isEmpty || topics.contains { event.topic.rawValue.hasPrefix($0) }
    }
}
