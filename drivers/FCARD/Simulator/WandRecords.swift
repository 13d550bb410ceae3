import FCARDWire

/// The simulated wand's memory: a ring of places, and, for the tests, what became of each record.
struct WandRecords: Sendable {
    let capacity: UInt32
    /// Every record that was ever stored, in order.
    private(set) var made: [FCARDRecord] = []
    private var places: [UInt32: FCARDRecord] = [:]
    private(set) var write: UInt32 = 0
    private(set) var read: UInt32 = 0
    private(set) var isWrapped = false
    /// How many of the records made the index has been moved past.
    private(set) var acknowledged = 0

    init(capacity: UInt32) {
        precondition(capacity > 0, "a wand without room for a record is none")
        self.capacity = capacity
    }

    var counts: FCARDCounts {
        FCARDCounts(capacity: capacity, write: write, read: read, isWrapped: isWrapped)
    }

    /// Whether the next record would take the place of one that has not been read, or make the memory look empty.
    var isFull: Bool { isWrapped || counts.unread + 1 >= capacity }

    subscript(place: UInt32) -> FCARDRecord? { places[place] }

    /// Stores a record in the next place.
    mutating func store(_ make: (UInt32) -> FCARDRecord) {
        let wasFull = isWrapped || counts.unread == capacity - 1
        write = write >= capacity ? 1 : write + 1
        let record = make(write)
        places[write] = record
        made.append(record)
        if wasFull { isWrapped = true }
    }

    /// The host says how far it has read.
    mutating func move(to index: UInt32) {
        read = index
        isWrapped = false
        acknowledged = max(acknowledged, made.count - min(Int(counts.unread), made.count))
    }
}
