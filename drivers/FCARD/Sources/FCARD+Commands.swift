import GatehouseDriverKit
import GatehouseModel

/// What people and services ask of the wand.
extension FCARD {
    /// How many commands wait at once.
    private static let commandLimit = 32

    mutating func take(_ command: DeviceCommand, _ id: CommandID) {
        if case .message = command { return refuse(id, "this wand cannot show a text") }
        guard let link, link.number != nil else { return refuse(id, "the wand does not answer; switch it on") }
        guard link.clockCommands.count + link.readCommands.count + link.beepCommands.count < Self.commandLimit else {
            return refuse(id, "too many commands wait already; try again")
        }
        switch command {
        case .syncClock: self.link?.clockCommands.append(id)
        case .readLog: self.link?.readCommands.append(id)
        case .identify, .message: self.link?.beepCommands.append(id)
        }
        // During a visit they are served by the one after it, which then follows at once.
        if link.visitDue != nil { self.link?.visitDue = now.uptime }
    }

    mutating func answerBeep(_ answer: CommandAnswer) {
        for command in link?.beepCommands ?? [] { effects.append(.answered(command, answer)) }
        link?.beepCommands = []
    }

    /// Answers everybody who waits.
    mutating func refuseCommands(_ reason: String) {
        for command in (link?.clockCommands ?? []) + (link?.beepCommands ?? []) { refuse(command, reason) }
        link?.clockCommands = []
        link?.beepCommands = []
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
