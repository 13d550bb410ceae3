import GatehouseModel
import GatehouseSimulation

/// One port of the plant: a simulated device, how it is connected, and what somebody does in front of it.
struct DemoStation: Sendable {
    /// What the site file says of one device; where several hang on one line, each has an entry.
    struct Entry: Sendable {
        var id: String
        var driver: String
        var place: String
        var role = "clock"
        /// The rest of the entry, as it is written between braces.
        var more = ""
    }

    enum Connection: Sendable {
        case tcp
        case udp
        /// A pseudo-terminal with a link in the demo's folder.
        case terminal
        /// The same, in which nothing stands in the morning: the device is carried.
        case cradle
        /// The device calls the gateway's door, and is known by its serial number.
        case call(serial: String)
    }

    var entries: [Entry]
    var connection: Connection
    /// The device as the demo finds it.
    var device: @Sendable (Zone) -> any SimulatedDevice

    init(
        _ entries: [Entry], _ connection: Connection,
        device: @escaping @Sendable (Zone) -> any SimulatedDevice
    ) {
        self.entries = entries
        self.connection = connection
        self.device = device
    }

    /// What the port is called: its first device.
    var name: String { entries[0].id }

    /// What the device with that id is told when somebody punches: a reader of a line is told which it is, and reads
    /// the card.
    func punch(by person: DemoPeople.Person, at id: String) -> JSONValue {
        guard entries.count > 1, let address = entries.firstIndex(where: { $0.id == id }) else {
            return ["punch": ["badge": .string(person.badge)]]
        }
        return ["punch": ["badge": .string(person.card), "address": .integer(address)]]
    }

    /// The port at which that device is.
    static func of(_ device: String) -> DemoStation {
        guard let station = all.first(where: { $0.entries.contains { $0.id == device } }) else {
            preconditionFailure("the plant has no \(device)")
        }
        return station
    }
}
