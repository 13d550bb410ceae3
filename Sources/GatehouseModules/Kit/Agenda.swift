public import GatehouseModel
import HeapModule

/// What is due when. Each key has one deadline at most; what is due at one deadline comes in the order of the keys.
public struct Agenda<Key: Hashable & Comparable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var deadline: Deadline
        var key: Key

        static func < (left: Entry, right: Entry) -> Bool {
            left.deadline == right.deadline ? left.key < right.key : left.deadline < right.deadline
        }
    }

    private var heap = Heap<Entry>()
    /// What holds; entries of the heap that say otherwise have been overtaken.
    private var deadlines: [Key: Deadline] = [:]

    public init() {}

    /// Every key and its deadline, in no order; for packing.
    public var entries: [(key: Key, deadline: Deadline)] { deadlines.map { ($0.key, $0.value) } }

    /// The earliest deadline.
    public var next: Deadline? { heap.min?.deadline }

    /// When the key is due; nil when it is not.
    public subscript(key: Key) -> Deadline? { deadlines[key] }

    /// The key is due then, and no more at any other time.
    public mutating func set(_ key: Key, at deadline: Deadline) {
        guard deadlines[key] != deadline else { return }
        deadlines[key] = deadline
        heap.insert(Entry(deadline: deadline, key: key))
        tidy()
    }

    /// The key is due no more.
    public mutating func cancel(_ key: Key) {
        guard deadlines.removeValue(forKey: key) != nil else { return }
        tidy()
    }

    /// Takes out the first key that is due at this deadline or before it; nil when there is none.
    public mutating func pop(through deadline: Deadline) -> Key? {
        guard let entry = heap.min, entry.deadline <= deadline else { return nil }
        heap.removeMin()
        deadlines[entry.key] = nil
        tidy()
        return entry.key
    }

    /// The first entry of the heap always holds.
    private mutating func tidy() {
        while let entry = heap.min, deadlines[entry.key] != entry.deadline { heap.removeMin() }
        // Keys moved again and again must not fill the memory.
        guard heap.count > 64, heap.count > deadlines.count * 4 else { return }
        heap = Heap(deadlines.map { Entry(deadline: $0.value, key: $0.key) })
    }
}

extension Agenda: Packed where Key: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(deadlines)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        deadlines = try unpacker.next()
        heap = Heap(deadlines.map { Entry(deadline: $0.value, key: $0.key) })
    }
}

extension Deadline: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(moment, phase)
    }

    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (moment, phase) = try unpacker.values()
    }
}

extension Deadline.Phase: Packed {}
