import GatehouseModel
import GatehouseSimulation
import ZKTecoWire

/// What people do at the clock.
extension SimulatedZKTeco {
    /// Why a punch was not taken; the person at the clock sees it too.
    enum Refused: Error {
        case logFull, disabled, noRoomForUser, badBadge(String)

        var reason: String {
            switch self {
            case .logFull: "the log is full: clear it, or read it with a gateway that may"
            case .disabled: "the client has locked the keypad"
            case .noRoomForUser: "the user table is full"
            case .badBadge(let rule): "badge must be \(rule)"
            }
        }
    }

    /// Stores a punch, and tells the client if it listens.
    mutating func punch(
        _ badge: String, at time: ZKTime, state: UInt8 = 0, verify: UInt8 = 1
    ) throws(Refused) -> (entry: ClockMemory.Entry, event: ZKPacket?) {
        guard !memory.isFull else { throw .logFull }
        guard !isDisabled else { throw .disabled }
        try check(badge)
        // Records and events that carry the internal number only need an enrolled person.
        let needsUser = setup.layout.needsUsers || setup.eventForm == .ten || setup.eventForm == .fourteen
        let uid = needsUser ? memory.enrol(badge) : memory.uid(of: badge) ?? 0
        guard let uid else { throw .noRoomForUser }
        let entry = memory.store(ZKPunch(uid: uid, userID: badge, time: time, state: state, verify: verify))
        return (entry, event(for: entry))
    }

    private func check(_ badge: String) throws(Refused) {
        let isNumber = badge.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt32(badge) != nil
        guard isNumber || setup.layout.hasText || setup.layout.needsUsers && setup.userLayout == .long else {
            throw .badBadge("a number below 4294967296 on this clock")
        }
        let width = setup.layout == .twentyTwo ? 9 : 24
        guard (1...width).contains(badge.utf8.count), badge.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .badBadge("1 to \(width) bytes of text on this clock")
        }
    }

    private mutating func event(for entry: ClockMemory.Entry) -> ZKPacket? {
        guard isOpen, awayUntil == nil, fault != .silence, let session, session.isAuthorised,
            session.events.contains(.punch)
        else {
            return nil
        }
        if session.unacknowledged.count < Self.unacknowledgedLimit {
            self.session?.unacknowledged.append(entry.number)
        }
        eventsSent += 1
        return .event(.punch, data: entry.punch.eventData(setup.eventForm))
    }

    /// Punches of ten thousand badges in turn, so that no two are of the same person in the same second.
    mutating func punches(_ count: Int, at now: Now) throws(Refused) -> [ZKPacket] {
        let start = shown(at: now).secondsSince1970
        var events: [ZKPacket] = []
        for index in 0..<count {
            let second = LocalTime(secondsSince1970: start + Int64(index / 10_000))
            let taken = try punch("\(10_001 + memory.made % 10_000)", at: .shown(second))
            if let event = taken.event { events.append(event) }
        }
        return events
    }

    /// Old punches up to a minute ago, half a minute apart, as if they had been made while nobody listened.
    mutating func fillLog(_ count: Int, at now: Now) {
        let last = shown(at: now).secondsSince1970 - 60
        let people = max(memory.users.count, 1)
        for index in 0..<min(count, memory.capacity - memory.log.count) {
            let time = ZKTime.shown(LocalTime(secondsSince1970: last - Int64(count - index) * 30))
            let badge = memory.users.isEmpty ? "1" : memory.users[index % people].userID
            _ = memory.store(
                ZKPunch(
                    uid: memory.uid(of: badge), userID: badge, time: time, state: UInt8(index / people % 2), verify: 1))
        }
    }
}
