public import GatehouseModel

/// Where one event ended up.
public struct Placement: Hashable, Sendable {
    /// Its place in the journal.
    public var sequence: Int64
    /// Whether it had been there before, under the same source and id.
    public var isDuplicate: Bool

    /// A place in the journal, new or known before.
    public init(sequence: Int64, isDuplicate: Bool) {
        self.sequence = sequence
        self.isDuplicate = isDuplicate
    }
}

/// What one transaction did.
public struct Appended: Hashable, Sendable {
    /// One for each event given, in the order given.
    public var placements: [Placement]
    /// The events that are new, as every subscriber gets them, in rising sequence.
    public var recorded: [Recorded]

    init(capacity: Int) {
        placements = []
        recorded = []
        placements.reserveCapacity(capacity)
        recorded.reserveCapacity(capacity)
    }
}
