import GatehouseModel
import GatehouseModuleKit

extension Hazard.State: Packed, Comparable {
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Hazard.Term: Packed {
    func pack(into packer: inout Packer) {
        packer.add(set, deadline, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (set, deadline, sequence) = try unpacker.values()
    }
}

extension Hazard.Closing: Packed {
    func pack(into packer: inout Packer) {
        packer.add(moment, by, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (moment, by, sequence) = try unpacker.values()
    }
}

extension Hazard.Spot: Packed {
    func pack(into packer: inout Packer) {
        packer.add(checkpoint, place, condition)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (checkpoint, place, condition) = try unpacker.values()
    }
}

extension Hazard.Origin: Packed {
    func pack(into packer: inout Packer) {
        packer.add(id, severity, spot, description, by, opened, sequence, repeats)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (id, severity, spot, description, by, opened, sequence, repeats) = try unpacker.values()
    }
}
