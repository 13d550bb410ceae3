import OPN2001Wire

/// What the simulated scanner holds, and, for the tests, what became of each scan.
struct ScanMemory: Sendable {
    /// A scan, and its number among those of the same time in a row when it was stored.
    struct Entry: Sendable {
        var scan: OPNScan
        var ordinal: Int
    }

    /// Every scan that was ever stored, in order.
    private(set) var made: [Entry] = []
    /// How many of them have been erased: the oldest.
    private(set) var erasedCount = 0

    var held: [OPNScan] { made[erasedCount...].map(\.scan) }

    var heldBytes: Int { made[erasedCount...].reduce(0) { $0 + $1.scan.bytes.count } }

    mutating func store(_ scan: OPNScan) {
        let last = made.count > erasedCount ? made.last : nil
        made.append(Entry(scan: scan, ordinal: last?.scan.stamp == scan.stamp ? (last?.ordinal ?? 0) + 1 : 1))
    }

    mutating func erase() {
        erasedCount = made.count
    }
}
