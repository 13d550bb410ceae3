public import GatehouseModel
public import HeapModule

/// What is due when. Each key has one deadline at most; what is due at one deadline comes in the order of the keys.
///
/// Every event asks several of these, each of other keys: the modules get their own copies of the code.
@frozen
public struct Agenda<Key: Hashable & Comparable & Sendable>: Sendable {
    @frozen @usableFromInline
    struct Entry: Comparable, Sendable {
        @usableFromInline var deadline: Deadline
        @usableFromInline var key: Key

        @inlinable
        init(deadline: Deadline, key: Key) {
            self.deadline = deadline
            self.key = key
        }

        @inlinable
        static func < (left: Entry, right: Entry) -> Bool {
            left.deadline == right.deadline ? left.key < right.key : left.deadline < right.deadline
        }

        @inlinable
        static func == (left: Entry, right: Entry) -> Bool {
            left.deadline == right.deadline && left.key == right.key
        }
    }

    @usableFromInline var heap = Heap<Entry>()
    /// What holds; entries of the heap that say otherwise have been overtaken.
    @usableFromInline var deadlines: [Key: Deadline] = [:]

    @inlinable
    public init() {}

    /// Every key and its deadline, in no order; for packing.
    public var entries: [(key: Key, deadline: Deadline)] { deadlines.map { ($0.key, $0.value) } }

    /// The earliest deadline.
    @inlinable
    public var next: Deadline? { heap.min?.deadline }

    /// When the key is due; nil when it is not.
    @inlinable
    public subscript(key: Key) -> Deadline? { deadlines[key] }

    /// The key is due then, and no more at any other time.
    @inlinable
    public mutating func set(_ key: Key, at deadline: Deadline) {
        guard deadlines.updateValue(deadline, forKey: key) != deadline else { return }
        heap.insert(Entry(deadline: deadline, key: key))
        tidy(after: key)
    }

    /// The key is due no more.
    @inlinable
    public mutating func cancel(_ key: Key) {
        guard deadlines.removeValue(forKey: key) != nil else { return }
        tidy(after: key)
    }

    /// Takes out the first key that is due at this deadline or before it; nil when there is none.
    @inlinable
    public mutating func pop(through deadline: Deadline) -> Key? {
        guard let entry = heap.min, entry.deadline <= deadline else { return nil }
        heap.removeMin()
        deadlines[entry.key] = nil
        clearTop()
        return entry.key
    }

    @inlinable
    mutating func tidy(after key: Key) {
        // The first entry held until now: it still does, unless it is this key's.
        if heap.min?.key == key { clearTop() }
        // Keys moved again and again must not fill the memory.
        guard heap.count > 64, heap.count > deadlines.count * 4 else { return }
        heap = Heap(deadlines.map { Entry(deadline: $0.value, key: $0.key) })
    }

    /// The first entry of the heap always holds.
    @inlinable
    mutating func clearTop() {
        while let entry = heap.min, deadlines[entry.key] != entry.deadline { heap.removeMin() }
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
