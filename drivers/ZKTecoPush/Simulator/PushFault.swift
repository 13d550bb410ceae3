import GatehouseModel
import GatehouseSimulation

/// What is wrong with the device or its connection.
enum PushFault: String, Hashable, Sendable, CaseIterable {
    case none
    /// It asks nothing any more, until told otherwise.
    case silence
    /// Nonsense comes instead of the next request, and the end of the connection.
    case noise
    /// Half of the next request, and the end of the connection.
    case cut
    /// The next answer is lost with its connection: what was taken is sent again.
    case lostAnswer = "lost-answer"
}

extension SimulatedPushClock {
    /// Puts a request on the line, as far as the fault lets it.
    mutating func transmit(_ request: [UInt8], at now: Now) -> [SimulatedEffect] {
        switch fault {
        case .none, .silence, .lostAnswer: return [.send(request)]
        case .noise:
            fault = .none
            hangUp()
            return [.send(random.bytes(100)), .close]
        case .cut:
            fault = .none
            hangUp()
            return [.send(Array(request.prefix(request.count / 2))), .close]
        }
    }

    /// Log and clock survive; what was under way does not.
    mutating func reboot(away: Duration, at now: Now) -> [SimulatedEffect] {
        awayUntil = now.uptime + away
        isGreeted = false
        queried = []
        queryID = nil
        results = []
        let wasOpen = isOpen
        hangUp()
        return wasOpen ? [.close] : []
    }
}
