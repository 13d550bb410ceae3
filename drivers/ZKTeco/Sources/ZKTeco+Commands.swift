import GatehouseDriverKit
import ZKTecoWire

/// What people and services ask of the terminal.
extension ZKTeco {
    /// How many commands of a kind wait at once.
    private static let commandLimit = 32

    mutating func take(_ command: DeviceCommand, _ id: CommandID) {
        switch command {
        case .identify: refuse(id, "a terminal cannot be made to beep or blink over the network")
        case .message: refuse(id, "a terminal cannot show a text sent over the network")
        case .syncClock, .readLog:
            guard let link, link.established, !link.abandoned else {
                return refuse(id, "the terminal is not connected")
            }
            guard link.clockCommands.count + link.readCommands.count < Self.commandLimit else {
                return refuse(id, "too many commands wait already; try again")
            }
            if command == .syncClock { self.link?.clockCommands.append(id) } else { self.link?.readCommands.append(id) }
        }
    }

    private mutating func refuse(_ id: CommandID, _ reason: String) {
        effects.append(.answered(id, .refused(reason)))
    }
}
