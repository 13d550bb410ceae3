import GatehouseModel
import HanvonWire

/// What the simulated clock keeps through a restart, and for the tests what became of each record.
struct HanvonMemory: Sendable {
    /// A record and how far the gateway has got with it.
    struct Entry: Sendable {
        /// From 1, over the whole life of the clock.
        var number: Int
        var id: String
        var time: LocalTime
        var status: String
        /// Its delivery was answered with success.
        var isDelivered = false
    }

    private(set) var entries: [Entry] = []
    private(set) var erased: [Entry] = []
    private(set) var deliveredCount = 0
    private(set) var made = 0
    /// The number of every record, and where it is: records may be deleted out of order.
    private var places: [Int: Int] = [:]
    let capacity: Int

    init(capacity: Int) {
        precondition((1...1_000_000).contains(capacity), "a clock holds 1 to a million records")
        self.capacity = capacity
    }

    var isFull: Bool { entries.count >= capacity }

    mutating func store(id: String, time: LocalTime, status: String) {
        precondition(!isFull, "a full memory takes no record")
        made += 1
        entries.append(Entry(number: made, id: id, time: time, status: status))
    }

    /// The next record to deliver.
    var undelivered: Entry? { entries.first { !$0.isDelivered } }

    mutating func markDelivered(_ number: Int) {
        guard let index = index(of: number), !entries[index].isDelivered else { return }
        entries[index].isDelivered = true
        deliveredCount += 1
    }

    mutating func erase(upTo time: LocalTime?) {
        let gone = entries.filter { entry in time.map { entry.time <= $0 } ?? true }
        entries.removeAll { entry in time.map { entry.time <= $0 } ?? true }
        for entry in gone {
            places[entry.number] = erased.count
            erased.append(entry)
        }
    }

    func isErased(_ number: Int) -> Bool { places[number] != nil }

    func entry(_ number: Int) -> Entry {
        if let place = places[number] { return erased[place] }
        guard let index = index(of: number) else { preconditionFailure("the clock has made no such record") }
        return entries[index]
    }

    /// Numbers ascend.
    private func index(of number: Int) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].number == number ? low : nil
    }
}
