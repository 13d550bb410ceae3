import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import ZKTecoWire

/// What is wrong with the clock or its line.
enum ClockFault: Hashable, Sendable {
    /// When a fault strikes.
    enum Moment: String, Sendable {
        /// At the next packet sent.
        case next
        /// In the middle of the next bulk read's data.
        case transfer
    }

    case none
    /// It says nothing any more, until told otherwise.
    case silence
    /// Nonsense comes before the next packet, once.
    case noise
    /// Half a packet, and on TCP the end of the connection, once.
    case cut(Moment)
    /// It restarts in the middle of sending, once, and is away for so long.
    case reboot(Moment, Duration)
}

extension SimulatedZKTeco {
    /// Puts packets on the line, as far as the fault lets them.
    mutating func transmit(_ packets: [ZKPacket], at now: Now) -> [SimulatedEffect] {
        guard isOpen else { return [] }
        var effects: [SimulatedEffect] = []
        for packet in packets {
            let bytes = transport == .tcp ? packet.frame : packet.bytes
            let isTransfer = packet.command == .data
            switch fault {
            case .none: effects.append(.send(bytes))
            case .silence: return effects
            case .noise:
                fault = .none
                effects += [.send(random.bytes(48)), .send(bytes)]
            case .cut(let moment) where moment == .next || isTransfer:
                fault = .none
                effects.append(.send(Array(bytes.prefix(bytes.count / 2))))
                guard transport == .tcp else { continue }
                hangUp()
                return effects + [.close]
            case .reboot(let moment, let away) where moment == .next || isTransfer:
                effects.append(.send(Array(bytes.prefix(bytes.count / 2))))
                return effects + reboot(away: away, at: now)
            case .cut, .reboot: effects.append(.send(bytes))
            }
        }
        return effects
    }

    /// Users and log survive; sessions, registrations and prepared reads do not.
    mutating func reboot(away: Duration, at now: Now) -> [SimulatedEffect] {
        fault = .none
        awayUntil = now.uptime + away
        let wasOpen = isOpen
        hangUp()
        return wasOpen ? [.close] : []
    }
}
