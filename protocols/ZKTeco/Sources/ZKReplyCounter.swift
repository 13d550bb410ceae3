/// Numbers the requests of one session: 0 for the first, then one more each, 65534 before 0 again; 65535
/// is never sent.
public struct ZKReplyCounter: Hashable, Sendable {
    private var following: UInt16

    /// Starts at any number below 65535.
    public init(startingAt first: UInt16 = 0) {
        precondition(first < 65535, "65535 is no reply id")
        following = first
    }

    /// The number of the next request.
    public mutating func next() -> UInt16 {
        precondition(following < 65535, "65535 is no reply id")
        defer { following = following == 65534 ? 0 : following + 1 }
        return following
    }
}
