import GatehouseModuleKit

/// Conditions that were scanned without a checkpoint before them, until the checkpoint's scan arrives: the event ids by
/// sequence, since such a scan gives its id to the hazard that it opens.
struct StrayConditions: Sendable {
    /// More of them are forgotten, the oldest first.
    static let limit = 10_000

    private var ids: [Int64: String] = [:]

    mutating func add(_ sequence: Int64, id: String) {
        ids[sequence] = id
        if ids.count > Self.limit, let oldest = ids.keys.min() { ids[oldest] = nil }
    }

    /// The event id of a condition that had spoken of no checkpoint, which it does from now on.
    mutating func take(_ sequence: Int64) -> String? { ids.removeValue(forKey: sequence) }
}

extension StrayConditions: Packed {
    func pack(into packer: inout Packer) {
        packer.add(ids)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        ids = try unpacker.next()
    }
}
