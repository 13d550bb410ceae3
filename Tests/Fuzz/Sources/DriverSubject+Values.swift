import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

extension DriverSubject {
    /// The same device with something else written in the site file.
    static func changed(_ context: DriverContext, _ family: DriverFamily, _ random: inout SplitMix64) -> DriverContext {
        var changed = context
        changed.role = random.pick(DriverContext.Role.allCases)
        changed.clock = random.pick(DriverContext.ClockPolicy.allCases)
        changed.clearLog = random.pick(DriverContext.ClearPolicy.allCases)
        if random.oneIn(4) { changed.secret = random.pick([nil, "", "0", "1234", String(repeating: "A5", count: 16)]) }
        if random.oneIn(4) { changed.expectedSerial = random.pick([nil, "", "SIM1"]) }
        if random.oneIn(4) { changed.lastReading = value(&random, depth: 3) }
        guard random.oneIn(3), !family.settings.isEmpty else { return changed }
        var members = context.settings.members ?? []
        let name = random.pick(family.settings.keys.sorted())
        members.removeAll { $0.name == name }
        members.append(.init(name, value(&random, depth: 2)))
        changed.settings = .object(members)
        return changed
    }

    /// Any JSON, with the numbers that break arithmetic among it.
    private static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch random.number(in: 0...(depth > 0 ? 6 : 4)) {
        case 0: return .null
        case 1: return .bool(random.oneIn(2))
        case 2:
            return .number(
                random.pick([
                    "0", "1", "-1", "26", "255", "65536", "9223372036854775807", "-9223372036854775808", "1e9", "0.5",
                ]))
        case 3:
            return .string(
                random.pick(["", "0", "auto", "1s", "-1s", "9999999999999999999s", "ff", "de", "\u{1F980}"]))
        case 4: return .integer(random.number(in: -10...100_000))
        case 5: return .array((0..<random.number(in: 0...3)).map { _ in value(&random, depth: depth - 1) })
        default:
            let names = ["time", "record", "index", "native", "deviceTime", "badge", "code"]
            return .object(
                (0..<random.number(in: 0...3)).map { _ in
                    .init(random.pick(names), value(&random, depth: depth - 1))
                })
        }
    }

    /// The same input in memory of its own.
    static func copied(_ input: DriverInput) -> DriverInput {
        switch input {
        case .received(let bytes): return .received(bytes.map { $0 })
        case .described(let bytes): return .described(bytes.map { $0 })
        case .requested(var request, let id):
            request.body = request.body.map { $0 }
            return .requested(request, id)
        default: return input
        }
    }

    /// As a person reads it.
    static func shown(_ input: DriverInput) -> String {
        switch input {
        case .received(let bytes): "received \(bytes.hex)"
        case .described(let bytes): "described \(bytes.hex)"
        case .requested(let request, let id):
            "requested \(id.number) \(request.method) \(request.path) "
                + "\(request.query.map { "\($0.name)=\($0.value)" }) \(request.body.hex)"
        default: "\(input)"
        }
    }

    /// As a person reads it.
    static func shown(_ effect: DriverEffect) -> String {
        if case .send(let bytes) = effect { "send \(bytes.hex)" } else { String("\(effect)".prefix(600)) }
    }
}
