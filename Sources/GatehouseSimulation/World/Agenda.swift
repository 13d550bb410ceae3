/// What is to happen, in order of time; what falls on the same instant keeps the order in which it was put in.
struct Agenda<Action: Sendable>: Sendable {
    /// An action and its place in the order.
    private struct Entry: Sendable {
        var due: Duration
        var order: UInt64
        var action: Action

        func precedes(_ other: Entry) -> Bool {
            due == other.due ? order < other.order : due < other.due
        }
    }

    /// A binary heap: the earliest entry first, every entry before its two children.
    private var heap: [Entry] = []
    /// Breaks the tie between entries that are due together.
    private var lastOrder: UInt64 = 0

    var count: Int { heap.count }
    var due: Duration? { heap.first?.due }

    /// Puts an action in.
    mutating func add(_ action: Action, at due: Duration) {
        lastOrder += 1
        heap.append(Entry(due: due, order: lastOrder, action: action))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the action that is due first; nil when there is none.
    mutating func next() -> (due: Duration, action: Action)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.due, first.action)
    }

    /// Moves the entry at the top down to where it belongs.
    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least])
            {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
