import GatehouseModel
import GatehouseModuleKit

/// What a record says of a day. The words stand in the page's order, `present` first.
struct RecordStatus: OptionSet, Hashable, Sendable {
    let rawValue: UInt16

    static let present = RecordStatus(rawValue: 1 << 0)
    static let late = RecordStatus(rawValue: 1 << 1)
    static let early = RecordStatus(rawValue: 1 << 2)
    static let missingIn = RecordStatus(rawValue: 1 << 3)
    static let missingOut = RecordStatus(rawValue: 1 << 4)
    static let absent = RecordStatus(rawValue: 1 << 5)
    static let onLeave = RecordStatus(rawValue: 1 << 6)
    static let overtime = RecordStatus(rawValue: 1 << 7)
    static let unproven = RecordStatus(rawValue: 1 << 8)
    static let pending = RecordStatus(rawValue: 1 << 9)

    /// What a clock with memory that has not reported yet may still turn round.
    static let doubtful: RecordStatus = [.missingIn, .missingOut, .absent]

    private static let names = [
        "present", "late", "early", "missing_in", "missing_out", "absent", "on_leave", "overtime", "unproven",
        "pending",
    ]

    /// As the event has them.
    var words: [String] {
        Self.names.indices.filter { rawValue & (1 << UInt16($0)) != 0 }.map { Self.names[$0] }
    }
}

extension RecordStatus: Packed {}
