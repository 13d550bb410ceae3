import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// The rules by which a round of a route is judged, taken from one site file. A round keeps them until it is computed
/// anew by later ones. A class, because it is shared by all rounds of its time.
final class RoutePlan: Equatable, Packed, Sendable {
    /// A device that could have told, and whether it keeps readings while it is disconnected.
    struct Witness: Hashable, Sendable {
        var device: String
        var hasMemory: Bool
    }

    let route: String
    let name: String
    /// The numbers of their names, in the route's order.
    let checkpoints: [Int32]
    let isStrict: Bool
    let duration: Duration
    let tolerance: Duration
    let allowedLateness: Duration
    /// Nil: anybody.
    let crew: Crew?
    /// The route's devices; without them every device with the role patrol or both.
    let witnesses: [Witness]

    init(_ route: Route, of index: SiteIndex, names: inout NameTable) {
        self.route = route.id
        name = route.name
        checkpoints = route.checkpoints.map { names.number(of: $0) }
        isStrict = route.order == .strict
        duration = route.duration
        tolerance = route.tolerance
        allowedLateness = route.allowedLateness
        crew = route.guards
        let devices = route.devices?.compactMap { index.devices[$0] } ?? index.site.devices.filter(\.takesScans)
        witnesses = devices.map { Witness(device: $0.id, hasMemory: $0.keepsReadings) }
    }

    static func == (left: RoutePlan, right: RoutePlan) -> Bool {
        left === right
            || left.route == right.route && left.name == right.name && left.checkpoints == right.checkpoints
                && left.isStrict == right.isStrict && left.duration == right.duration
                && left.tolerance == right.tolerance && left.allowedLateness == right.allowedLateness
                && left.crew == right.crew && left.witnesses == right.witnesses
    }

    /// From a round's start to the last moment at which a visit counts.
    var span: Duration { duration + tolerance }

    /// The department in whose figures the rounds are, beside the site's.
    var department: String? {
        if case .department(let department) = crew { department } else { nil }
    }

    func pack(into packer: inout Packer) {
        packer.add(route, name, checkpoints, isStrict)
        packer.add(duration.wholeMilliseconds, tolerance.wholeMilliseconds, allowedLateness.wholeMilliseconds)
        switch crew {
        case nil: packer.add(0)
        case .department(let department): packer.add(1, department)
        case .people(let people): packer.add(2, people)
        }
        packer.add(witnesses)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (route, name, checkpoints, isStrict) = try unpacker.values()
        duration = .milliseconds(try unpacker.next(Int64.self))
        tolerance = .milliseconds(try unpacker.next(Int64.self))
        allowedLateness = .milliseconds(try unpacker.next(Int64.self))
        switch try unpacker.next(Int.self) {
        case 0: crew = nil
        case 1: crew = .department(try unpacker.next())
        default: crew = .people(try unpacker.next())
        }
        witnesses = try unpacker.next()
    }
}

extension RoutePlan.Witness: Packed {
    func pack(into packer: inout Packer) {
        packer.add(device, hasMemory)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (device, hasMemory) = try unpacker.values()
    }
}
