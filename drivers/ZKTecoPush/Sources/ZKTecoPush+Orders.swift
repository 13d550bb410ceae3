import GatehouseDriverKit
import GatehouseModel
import IClockWire

/// A command to the device, from its planning to its result.
struct PushOrder: Sendable {
    enum Purpose: Hashable, Sendable {
        case settings
        case greetingAgain
        case query
        case count
    }

    var id: String
    var command: IClockCommand
    var purpose: Purpose
    var sentAt: Duration?
    var tries = 0
}

/// Commands: handed out when the device asks, ended by what it posts.
extension ZKTecoPush {
    /// A result that has not come by then has been lost, or the command has.
    private static let resultLimit = Duration.seconds(180)
    private static let tryLimit = 3
    /// How long the device may take to fetch its options again after `CHECK`.
    private static let greetingLimit = Duration.seconds(300)

    /// What the gateway itself wants of the device, as far as it is due.
    mutating func plan() {
        guard let link, !link.isAccessControl else { return }
        if !link.hasAskedSettings {
            self.link?.hasAskedSettings = true
            if link.facts?.model == nil { order(.info, for: .settings) }
        }
        let offset = context.zone.offsetSeconds(at: now.wall)
        if context.clock == .sync, let given = memory.offsetGiven, given != offset {
            // Daylight saving has begun or ended; the device learns its zone in a handshake only.
            memory.offsetGiven = offset
            order(.check, for: .greetingAgain)
        }
        stepRound()
    }

    /// Plans a command. Its id is never used twice: it goes on from the time of the first one.
    mutating func order(_ command: IClockCommand, for purpose: PushOrder.Purpose) {
        guard !memory.orders.contains(where: { $0.purpose == purpose }) else { return }
        memory.lastOrder = memory.lastOrder == 0 ? max(now.wall.milliseconds / 100, 1) : memory.lastOrder + 1
        memory.orders.append(PushOrder(id: String(memory.lastOrder), command: command, purpose: purpose))
    }

    /// The lines to hand out now: what is new, and what has had no result for too long.
    mutating func dueOrders() -> [String] {
        var lines: [String] = []
        var lost: [PushOrder] = []
        for index in memory.orders.indices {
            if let sent = memory.orders[index].sentAt, now.uptime < sent + Self.resultLimit { continue }
            guard memory.orders[index].tries < Self.tryLimit else {
                lost.append(memory.orders[index])
                continue
            }
            memory.orders[index].sentAt = now.uptime
            memory.orders[index].tries += 1
            lines.append(memory.orders[index].command.line(id: memory.orders[index].id))
        }
        for order in lost {
            memory.orders.removeAll { $0.id == order.id }
            ended(order, with: nil)
        }
        return lines
    }

    mutating func take(_ result: IClockResult) {
        guard let order = memory.orders.first(where: { $0.id == result.id && $0.sentAt != nil }) else { return }
        memory.orders.removeAll { $0.id == order.id }
        ended(order, with: result)
    }

    /// What follows from a result; nil: none has come.
    private mutating func ended(_ order: PushOrder, with result: IClockResult?) {
        switch order.purpose {
        case .settings:
            if let result, result.code >= 0 { take(settings: result.fields) }
        case .greetingAgain:
            guard result.map({ $0.code < 0 }) ?? true else { return }
            answerClock(.refused("the terminal does not fetch its settings on command: restart it"))
        case .query: queryEnded(result)
        case .count: countEnded(result)
        }
    }

    mutating func take(_ command: DeviceCommand, _ id: CommandID) {
        guard let link, !link.isAbandoned else {
            return effects.append(.answered(id, .refused("the terminal does not call in at present")))
        }
        switch command {
        case .readLog where link.isAccessControl, .syncClock where link.isAccessControl:
            effects.append(
                .answered(id, .refused("the terminal speaks the access-control flavour: set it to T&A PUSH")))
        case .readLog: readLog(for: id)
        case .syncClock:
            memory.clockCommands.append(id)
            memory.clockDeadline = now.uptime + Self.greetingLimit
            order(.check, for: .greetingAgain)
        case .identify, .message:
            effects.append(
                .answered(id, .refused("no command that makes these terminals beep or show a text is documented")))
        }
    }

    mutating func answerClock(_ answer: CommandAnswer) {
        for id in memory.clockCommands { effects.append(.answered(id, answer)) }
        memory.clockCommands = []
    }

    mutating func expireClockCommands() {
        guard !memory.clockCommands.isEmpty, now.uptime >= memory.clockDeadline else { return }
        answerClock(.refused("the terminal has not fetched the time; it does when it starts, so restart it"))
    }
}
