import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// Turns a record into a reading, the same one by whatever road it has come.
extension AnvizRecord {
    /// How a record has come to the gateway.
    enum Road: String, Sendable {
        /// Read out of the memory.
        case log
        /// Sent the moment it was made.
        case live
    }

    /// The event's id, `1234/848564200/128/8`: user, seconds as the clock counts them, type, backup. The epoch is no
    /// part of it, so that a corrected setting does not make old records new ones.
    var identity: String { "\(user)/\(seconds)/\(type)/\(backup)" }

    /// What the clock showed.
    func shown(_ epoch: AnvizEpoch) -> LocalTime {
        LocalTime(secondsSince1970: Int64(seconds) + epoch.secondsSince1970)
    }

    /// The reading, with all of the record's own fields in `native`.
    func observation(_ settings: AnvizSettings, road: Road) -> Observation {
        var native: [JSONValue.Member] = [
            .init("user", .integer(user)), .init("seconds", .integer(seconds)), .init("backup", .integer(backup)),
            .init("type", .integer(type)), .init("state", .integer(state)),
        ]
        if workCode != 0 { native.append(.init("workCode", .integer(workCode))) }
        native.append(.init("road", .string(road.rawValue)))
        let time = shown(settings.epoch)
        // A clock whose battery is dead starts again at its epoch: such a record is kept, and marked.
        if time.year == 2000 { native.append(.init("clockUnset", true)) }
        return .punch(
            PunchReading(
                identity: identity, badge: String(user), direction: settings.directions[state] ?? .unknown,
                method: method, deviceTime: time, native: .object(native)))
    }

    /// A card that is confirmed with a finger or a password counts as the card.
    private var method: PunchReading.Method {
        if isCard { return .card }
        if isFinger { return .fingerprint }
        return isPassword ? .pin : .unknown
    }
}
