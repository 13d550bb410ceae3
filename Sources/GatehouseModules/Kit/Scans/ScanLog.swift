import GatehouseModel

/// The scans of one device that were understood.
struct ScanLog: Sendable {
    var people = ScanLine()
    var checkpoints = ScanLine()
    var conditions = ScanLine()
    /// So many entries make it worth looking for those that can be forgotten.
    private var patience = 512

    init() {}

    var count: Int { people.count + checkpoints.count + conditions.count }

    /// Forgets what was received before a moment, except who scanned last. Now and then is enough.
    mutating func forget(receivedBefore moment: Moment) {
        guard count > patience else { return }
        people.forget(receivedBefore: moment, except: people.entries.last)
        checkpoints.forget(receivedBefore: moment)
        conditions.forget(receivedBefore: moment)
        patience = 512 + 2 * count
    }
}

extension ScanLog: Packed {
    func pack(into packer: inout Packer) {
        packer.add(people, checkpoints, conditions, patience)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (people, checkpoints, conditions, patience) = try unpacker.values()
    }
}
