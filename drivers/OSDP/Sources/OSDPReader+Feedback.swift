import GatehouseDriverKit
import GatehouseModel
import OSDPWire

/// What the person at the reader is shown.
extension OSDPReader {
    /// Later than this after the card nobody stands there any more.
    private static var feedbackLimit: Duration { .seconds(5) }
    /// Orders that wait at once.
    private static var orderLimit: Int { 16 }

    /// A reading is on disk: green where its badge is somebody's, else red.
    mutating func recorded(_ receipt: Receipt, known: Bool) {
        guard let awaiting = unrecorded.removeValue(forKey: receipt) else { return }
        guard now.uptime - awaiting.since <= Self.feedbackLimit else { return }
        show(known, reader: awaiting.reader)
    }

    /// Green and one beep, or red and three.
    mutating func show(_ isGood: Bool, reader: UInt8) {
        guard settings.hasFeedback else { return }
        let purpose = Order.Purpose.feedback(until: now.uptime + Self.feedbackLimit)
        var orders: [Order] = []
        if hasLED {
            let blink = OSDPCommand.blink(
                reader: reader, led: settings.led, isGood ? .green : .red, on: 2, off: 1, duration: 20)
            orders.append(Order(command: blink, purpose: purpose))
        }
        if hasBuzzer {
            let beep = OSDPCommand.beep(reader: reader, on: 2, off: isGood ? 2 : 1, count: isGood ? 1 : 3)
            orders.append(Order(command: beep, purpose: purpose))
        }
        guard !orders.isEmpty else { return }
        // Only the last person's is of use to anybody.
        link?.orders.removeAll { if case .feedback = $0.purpose { true } else { false } }
        enqueue(orders)
    }

    /// What does not say what it can do is asked to do it.
    private var hasLED: Bool { link?.capabilities?.hasLED ?? true }
    private var hasBuzzer: Bool { link?.capabilities?.hasBuzzer ?? true }

    private mutating func enqueue(_ orders: [Order]) {
        guard let link, !link.isAbandoned else { return }
        self.link?.orders += orders
        if !link.hasTurn { effects.append(.wantLine) }
    }

    // MARK: Commands of people and services

    mutating func take(_ command: DeviceCommand, _ id: CommandID) {
        if command == .readLog { return refuse(id, "an OSDP reader keeps no log") }
        guard let link, link.stage == .polling, !link.isAbandoned else {
            return refuse(id, "the reader is not connected")
        }
        guard link.orders.count < Self.orderLimit else {
            return refuse(id, "too many commands wait already; try again")
        }
        switch command {
        case .identify: showPlace(id)
        case .message(let text): showText(text, id)
        case .syncClock:
            guard link.capabilities?.keepsTime == true else {
                return refuse(id, "the reader says that it has no clock")
            }
            enqueue([Order(command: setTime, purpose: .command(id, isLast: true))])
        case .readLog: break
        }
    }

    private mutating func showPlace(_ id: CommandID) {
        var commands: [OSDPCommand] = []
        if hasLED {
            commands.append(.blink(reader: 0, led: settings.led, .blue, on: 3, off: 3, duration: 100))
        }
        if hasBuzzer { commands.append(.beep(reader: 0, on: 3, off: 3, count: 5)) }
        guard let last = commands.popLast() else { return refuse(id, "the reader has neither LED nor buzzer") }
        enqueue(
            commands.map { Order(command: $0, purpose: .command(id, isLast: false)) }
                + [Order(command: last, purpose: .command(id, isLast: true))])
    }

    private mutating func showText(_ text: String, _ id: CommandID) {
        guard link?.capabilities?.hasDisplay == true else {
            return refuse(id, "the reader says that it has no display")
        }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return refuse(id, "the reader shows only the letters, digits and signs of ASCII")
        }
        guard (1...OSDPCommand.textLimit).contains(text.utf8.count) else {
            return refuse(id, "the reader shows 1 to \(OSDPCommand.textLimit) characters at once")
        }
        enqueue(
            [
                Order(
                    command: .text(reader: 0, Array(text.utf8), seconds: 10), purpose: .command(id, isLast: true))
            ])
    }

    /// Set only where the site file says so, once a day and after every gap.
    mutating func setClockByPolicy() {
        guard context.clock == .sync, link?.capabilities?.keepsTime == true else { return }
        if let last = memory.clockSet, now.uptime - last < .seconds(86_400), memory.gap == nil { return }
        memory.clockSet = now.uptime
        enqueue([Order(command: setTime, purpose: .clock)])
    }

    private var setTime: OSDPCommand {
        let local = context.zone.local(at: now.wall)
        return .setTime(
            year: UInt16(truncatingIfNeeded: local.year), month: UInt8(truncatingIfNeeded: local.month),
            day: UInt8(truncatingIfNeeded: local.day), hour: UInt8(truncatingIfNeeded: local.hour),
            minute: UInt8(truncatingIfNeeded: local.minute), second: UInt8(truncatingIfNeeded: local.second))
    }

    /// The reader took an order.
    mutating func carriedOut(_ order: Order) {
        guard case .command(let id, isLast: true) = order.purpose else { return }
        effects.append(.answered(id, .done(.object([]))))
    }

    /// An order cannot be carried out: whoever gave it hears why, and no more of it is sent.
    mutating func refuse(_ order: Order, _ reason: String) {
        guard case .command(let id, _) = order.purpose else { return }
        link?.orders.removeAll {
            if case .command(id, _) = $0.purpose { true } else { false }
        }
        refuse(id, reason)
    }

    private mutating func refuse(_ id: CommandID, _ reason: String) {
        effects.append(.answered(id, .refused(reason)))
    }
}
