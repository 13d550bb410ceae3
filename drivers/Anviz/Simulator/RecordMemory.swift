import AnvizWire

/// What the simulated clock keeps through a restart, and for the tests what became of each record.
struct RecordMemory: Sendable {
    /// A record and how far the gateway has got with it.
    struct Entry: Sendable {
        /// From 1, over the whole life of the clock.
        var number: Int
        var record: AnvizRecord
        var isNew = true
    }

    private(set) var entries: [Entry] = []
    private(set) var erased: [Entry] = []
    /// How many marks were taken off.
    private(set) var clearedCount = 0
    private(set) var made = 0
    let capacity: Int

    init(capacity: Int) {
        precondition((1...1_000_000).contains(capacity), "a clock holds 1 to a million records")
        self.capacity = capacity
    }

    var isFull: Bool { entries.count >= capacity }
    private(set) var newCount = 0

    @discardableResult
    mutating func store(_ record: AnvizRecord, isNew: Bool = true) -> Entry {
        precondition(!isFull, "a full memory takes no record")
        made += 1
        let entry = Entry(number: made, record: record, isNew: isNew)
        if isNew { newCount += 1 } else { clearedCount += 1 }
        entries.append(entry)
        return entry
    }

    /// Up to `count` records after that number, only new ones if wanted.
    func records(after number: Int, onlyNew: Bool, count: Int) -> [Entry] {
        guard let first = entries.first?.number else { return [] }
        return Array(
            entries.dropFirst(max(0, number + 1 - first)).lazy.filter { !onlyNew || $0.isNew }.prefix(count))
    }

    /// Takes the mark off the oldest so many; the number that had one.
    mutating func clearMarks(_ count: Int) -> Int {
        var left = count
        for index in entries.indices where left > 0 && entries[index].isNew {
            entries[index].isNew = false
            left -= 1
        }
        clearedCount += count - left
        newCount -= count - left
        return count - left
    }

    mutating func erase() -> Int {
        defer { (entries, newCount) = ([], 0) }
        erased += entries
        return entries.count
    }

    func entry(_ number: Int) -> Entry {
        precondition((1...made).contains(number), "the clock has made no such record")
        return number <= erased.count ? erased[number - 1] : entries[number - 1 - erased.count]
    }
}
