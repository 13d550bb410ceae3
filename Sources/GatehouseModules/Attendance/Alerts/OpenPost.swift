import GatehouseModel
import GatehouseModuleKit

/// A post whose shift runs.
struct OpenPost: Hashable, Sendable {
    /// The shift on its date.
    var span: Range<Moment>
    var shift: String
    var department: String
    /// Those of its people who are on site now.
    var here: Set<Int32> = []
    /// Whether somebody was told that they are too few.
    var isBelow = false
}

extension OpenPost: Packed {
    func pack(into packer: inout Packer) {
        packer.add(span.lowerBound, span.upperBound, shift, department, here, isBelow)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        let (from, to): (Moment, Moment) = (try unpacker.next(), try unpacker.next())
        span = from..<max(from, to)
        (shift, department, here, isBelow) = try unpacker.values()
    }
}
