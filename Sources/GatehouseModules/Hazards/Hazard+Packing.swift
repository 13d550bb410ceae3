import GatehouseModel
import GatehouseModuleKit

extension Hazard.State: Packed, Comparable {
    func pack(into packer: inout Packer) {
        packer.add(rawValue)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        guard let state = Self(rawValue: try unpacker.next()) else { throw .unreadable("a hazard's state") }
        self = state
    }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Hazard.Term: Packed {
    func pack(into packer: inout Packer) {
        packer.add(set, deadline, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        set = try unpacker.next()
        deadline = try unpacker.next()
        sequence = try unpacker.next()
    }
}

extension Hazard.Closing: Packed {
    func pack(into packer: inout Packer) {
        packer.add(moment, by, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        moment = try unpacker.next()
        by = try unpacker.next()
        sequence = try unpacker.next()
    }
}

extension Hazard.Spot: Packed {
    func pack(into packer: inout Packer) {
        packer.add(checkpoint, place, condition)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        checkpoint = try unpacker.next()
        place = try unpacker.next()
        condition = try unpacker.next()
    }
}

extension Hazard.Origin: Packed {
    func pack(into packer: inout Packer) {
        packer.add(id, severity, spot, description, by, opened, sequence, repeats)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        id = try unpacker.next()
        severity = try unpacker.next()
        spot = try unpacker.next()
        description = try unpacker.next()
        by = try unpacker.next()
        opened = try unpacker.next()
        sequence = try unpacker.next()
        repeats = try unpacker.next()
    }
}
