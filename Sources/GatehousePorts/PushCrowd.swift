/// The connections of devices that call in, and which of them goes when there are too many. A plain value.
struct PushCrowd: Sendable {
    typealias ID = UInt64

    /// What a connection is about.
    enum Occupation: Int, Sendable {
        /// Between two requests, or with one whose head is not complete.
        case idle
        /// A body is being received.
        case receiving
        /// The request waits for its answer, or the answer for the device to take it.
        case answering
    }

    enum Admission: Equatable, Sendable {
        case admitted(ID)
        /// Admitted in the place of another, which is to be closed.
        case instead(ID, of: ID)
        /// All are waiting for their answers: nobody goes, and this one is to be closed.
        case full
    }

    let limit: Int
    private var members: [ID: (occupation: Occupation, since: UInt64)] = [:]
    /// Counts what happens: a clock good enough to tell who has been idle longest.
    private var ticks: UInt64 = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { members.count }

    mutating func admit() -> Admission {
        var leaving: ID?
        if members.count >= limit {
            guard let victim = longestIdle() else { return .full }
            members[victim] = nil
            leaving = victim
        }
        ticks += 1
        members[ticks] = (.idle, ticks)
        return leaving.map { .instead(ticks, of: $0) } ?? .admitted(ticks)
    }

    mutating func occupy(_ id: ID, with occupation: Occupation) {
        guard let member = members[id], member.occupation != occupation else { return }
        ticks += 1
        members[id] = (occupation, ticks)
    }

    mutating func left(_ id: ID) {
        members[id] = nil
    }

    /// Idle ones before those in the middle of a request, and of either the one that has been so longest.
    private func longestIdle() -> ID? {
        members.filter { $0.value.occupation != .answering }
            .min { ($0.value.occupation.rawValue, $0.value.since) < ($1.value.occupation.rawValue, $1.value.since) }?
            .key
    }
}
