import GatehouseModel
import ZKTecoWire

/// What the clock tells a test.
extension SimulatedZKTeco {
    /// Counts since the simulation began; `punched` includes old records. `list` adds the punches themselves.
    func report(_ list: String?, at now: Now) -> JSONValue {
        let counts: [(String, Int)] = [
            ("users", memory.users.count), ("log", memory.log.count), ("capacity", memory.capacity),
            ("punched", memory.made), ("events", eventsSent), ("acknowledged", memory.acknowledgedCount),
            ("read", memory.readCount), ("erased", memory.erased.count),
        ]
        var members = counts.map { JSONValue.Member($0, .integer($1)) }
        members.insert(.init("serial", .string(setup.serial)), at: 0)
        members.append(.init("connected", .bool(session != nil)))
        members.append(.init("clock", .string(shown(at: now).text)))
        if let list { members.append(.init("punches", .array(entries(list).map(Self.describe)))) }
        return .object(members)
    }

    private func entries(_ list: String) -> [ClockMemory.Entry] {
        let all = memory.erased + memory.log
        switch list {
        case "acknowledged": return all.filter(\.isAcknowledged)
        case "read": return all.filter(\.isRead)
        case "erased": return memory.erased
        default: return all
        }
    }

    static func describe(_ entry: ClockMemory.Entry) -> JSONValue {
        [
            "record": .integer(entry.number), "badge": .optional(entry.punch.userID),
            "time": .string(entry.punch.time.local?.text ?? ""), "state": .integer(entry.punch.state),
            "verify": .integer(entry.punch.verify),
        ]
    }
}
