public import GatehouseModel
public import GatehouseSimulation

/// Several clocks on one RS-485 line: each hears everything, and answers what is meant for it.
///
/// Told what a clock is told, with the clock's id beside it: `{"punch": {"badge": "1234"}, "id": 2}`; without an id the
/// first one is meant.
public struct SimulatedAnvizLine: SimulatedDevice {
    public private(set) var clocks: [SimulatedAnviz]

    public init(_ clocks: [SimulatedAnviz]) {
        precondition(!clocks.isEmpty, "a line without a clock is a cable")
        precondition(Set(clocks.map(\.setup.id)).count == clocks.count, "no two clocks of a line have the same id")
        self.clocks = clocks
    }

    public mutating func handle(_ input: SimulatedInput, at now: Now) -> [SimulatedEffect] {
        guard case .told(let command) = input else {
            return clocks.indices.flatMap { clocks[$0].handle(input, at: now) }
        }
        let id = command["id"]?.integer ?? Int(clocks[0].setup.id)
        guard let index = clocks.firstIndex(where: { Int($0.setup.id) == id }) else {
            return [.answered(["error": .string("no clock of this line has the id \(id)")])]
        }
        return clocks[index].handle(input, at: now)
    }
}
