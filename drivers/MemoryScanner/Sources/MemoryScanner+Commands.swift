import GatehouseDriverKit
import GatehouseModel

/// What people and services ask of the scanner.
extension MemoryScanner {
    /// How many commands wait at once.
    private static let commandLimit = 32

    mutating func take(_ command: DeviceCommand, _ id: CommandID) {
        switch command {
        case .identify: refuse(id, "this scanner cannot be made to beep by its cable")
        case .message: refuse(id, "this scanner has no display")
        case .syncClock, .readLog:
            guard let link, link.identity != nil else { return refuse(id, "the scanner is not in its cradle") }
            if command == .readLog, let obstacle = link.obstacle { return refuse(id, obstacle) }
            guard link.clockCommands.count + link.readCommands.count < Self.commandLimit else {
                return refuse(id, "too many commands wait already; try again")
            }
            if command == .syncClock { self.link?.clockCommands.append(id) } else { self.link?.readCommands.append(id) }
            // During a visit they are served by the one after it, which then follows at once.
            if link.visitDue != nil { self.link?.visitDue = now.uptime }
        }
    }

    /// Answers everybody who waits.
    mutating func refuseCommands(_ reason: String) {
        for command in link?.clockCommands ?? [] { refuse(command, reason) }
        link?.clockCommands = []
        refuseReads(reason)
    }

    /// Answers everybody who waits for a reading of the memory.
    mutating func refuseReads(_ reason: String) {
        for command in link?.readCommands ?? [] { refuse(command, reason) }
        link?.readCommands = []
    }

    private mutating func refuse(_ id: CommandID, _ reason: String) {
        effects.append(.answered(id, .refused(reason)))
    }
}
