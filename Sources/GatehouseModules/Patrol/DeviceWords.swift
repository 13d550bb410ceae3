import GatehouseModel
import GatehouseModuleKit

/// How far back a word of a device can change what it vouches for, so that only those rounds are judged anew.
struct DeviceWords: Sendable {
    /// The time of the first word of each device's connection.
    private var first: [String: Moment] = [:]
    /// The latest time through which a device has been read out.
    private var through: [String: Moment] = [:]

    private static let beginning = Moment(milliseconds: .min)

    init() {}

    /// The moment after which the device may vouch for other time than before.
    mutating func note(_ fact: Fact) -> Moment {
        switch fact.content {
        case .synced(let device, let now):
            let last = through[device]
            through[device] = last.map { max($0, now) } ?? now
            return last.map { min($0, fact.time) } ?? Self.beginning
        case .connected(let device, _), .disconnected(let device, _):
            // The first word decides about all time before it.
            if let first = first[device], first <= fact.time { return fact.time }
            first[device] = fact.time
            return Self.beginning
        default:
            return fact.time
        }
    }
}

extension DeviceWords: Packed {
    func pack(into packer: inout Packer) {
        packer.add(first, through)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (first, through) = try unpacker.values()
    }
}
