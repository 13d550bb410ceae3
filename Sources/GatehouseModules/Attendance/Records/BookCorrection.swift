import GatehouseModel
import GatehouseModuleKit

/// A correction of one person's punches, as the record lists it.
struct BookCorrection: Hashable, Sendable {
    var sequence: Int64
    /// The added punch's time; of a voided punch its time, nil while no such punch is known.
    var time: Moment?
    /// The mark of the punch that it voids; nil where it adds one.
    var voids: UInt64?
    /// The id of the punch that it voids.
    var voidedID: String?
    var reason: String
    var by: String
}

extension BookCorrection: Packed {
    func pack(into packer: inout Packer) {
        packer.add(sequence, time, voids, voidedID, reason, by)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (sequence, time, voids, voidedID, reason, by) = try unpacker.values()
    }
}

extension BookPunch {
    /// The mark of an event's id (FNV-1a, 64 bits).
    static func mark(of id: String) -> UInt64 {
        var mark: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id.utf8 { mark = (mark ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mark
    }
}
