import GatehouseModel
import GatehouseSimulation

/// One place of the plant: a simulated device, how it is connected, and what happens to it.
struct DemoStation: Sendable {
    /// What the site file says of one device; where several hang on one line, each has an entry.
    struct Entry: Sendable {
        var id: String
        var driver: String
        var role = "clock"
        /// The rest of the entry, as it is written between braces.
        var more = ""
    }

    enum Connection: Sendable {
        case tcp
        case udp
        /// A pseudo-terminal with a link in the demo's folder.
        case terminal
        /// The device calls the gateway's door, and is known by its serial number.
        case call(serial: String)
    }

    /// What goes wrong with it now and then, or what its day is like.
    enum Habit: Sendable {
        case none
        case isRestarted
        case isUnplugged
        /// It is carried along and put into its cradle between two rounds.
        case isCarried
    }

    var entries: [Entry]
    var connection: Connection
    var habit = Habit.none
    /// What somebody does in front of it, as the device is told.
    var visit: @Sendable (inout SplitMix64) -> JSONValue
    /// The device as the demo finds it, with what happened to it before.
    var device: @Sendable (_ zone: Zone, _ now: Now) -> any SimulatedDevice

    init(
        _ entries: [Entry], _ connection: Connection, _ habit: Habit = .none,
        visit: @escaping @Sendable (inout SplitMix64) -> JSONValue,
        device: @escaping @Sendable (_ zone: Zone, _ now: Now) -> any SimulatedDevice
    ) {
        self.entries = entries
        self.connection = connection
        self.habit = habit
        self.visit = visit
        self.device = device
    }

    /// What the port is called: its first device.
    var name: String { entries[0].id }

    /// Whether the gateway goes there, so that it must be there before the gateway is.
    var isDialled: Bool { if case .call = connection { false } else { true } }
}
