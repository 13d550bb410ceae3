import GatehouseModel
import GatehouseModuleKit

/// The scans that must be considered again, the earliest first, and what has become different so far.
struct Worklist: Sendable {
    /// A checkpoint of a round that nobody has visited, while later scans are asked whether they do.
    private struct Offer: Sendable {
        var round: Int32
        var checkpoint: Int32
        var close: Moment
    }

    private struct Item: Sendable {
        var key: ScanLedger.Key
        var scan: Int32
    }

    /// The latest first.
    private var items: [Item] = []
    private var offers: [Offer] = []
    /// What was said of scans before; those of which something else is said now, and some others.
    private(set) var before: [Int32: ScanLedger.Outcome] = [:]
    /// Rounds of which something may be different.
    var touched: Set<Int32> = []

    /// Rounds as they were before other rules were put in force for them.
    private var formers: [Int32: Round] = [:]

    var isEmpty: Bool { items.isEmpty && touched.isEmpty }

    /// The scan must be considered again.
    mutating func add(_ scan: Int32, _ ledger: ScanLedger) {
        let key = ledger.key(scan)
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].key > key { low = middle + 1 } else { high = middle }
        }
        guard low == items.count || items[low].scan != scan else { return }
        items.insert(Item(key: key, scan: scan), at: low)
    }

    /// The earliest scan, which is considered now.
    mutating func next() -> Int32? { items.popLast()?.scan }

    /// A round wants a visit of a checkpoint: after each scan of it that is considered, the next one is asked.
    mutating func offer(_ round: Int32, of checkpoint: Int32, through close: Moment) {
        offers.append(Offer(round: round, checkpoint: checkpoint, close: close))
    }

    /// After a scan has been considered: whoever still wants a visit of its checkpoint asks the next one.
    mutating func passOn(from scan: Int32, in book: RoundBook) {
        guard !offers.isEmpty else { return }
        let checkpoint = book.ledger[scan].checkpoint
        offers.removeAll { $0.checkpoint == checkpoint && book.visit($0.round, checkpoint) >= 0 }
        guard let next = book.ledger.next(after: scan) else { return }
        let time = book.ledger.key(next).time
        if offers.contains(where: { $0.checkpoint == checkpoint && time <= $0.close }) { add(next, book.ledger) }
    }

    /// Keeps what was said of a scan before anything changed.
    mutating func remember(_ scan: Int32, _ outcome: ScanLedger.Outcome) {
        if before[scan] == nil { before[scan] = outcome }
    }

    /// Keeps how a round was before anything changed.
    mutating func keep(_ former: Round, of round: Int32) {
        if formers[round] == nil { formers[round] = former }
    }

    func former(_ round: Int32) -> Round? { formers[round] }
}
