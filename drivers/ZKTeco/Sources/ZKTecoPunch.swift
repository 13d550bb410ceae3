public import GatehouseDriverKit
import GatehouseModel
public import ZKTecoWire

/// Turns a terminal's punch into a reading, the same one by whatever road the punch has come.
public enum ZKTecoPunch {
    /// How a punch has come to the gateway.
    public enum Road: String, Hashable, Sendable {
        /// Read out of the terminal's log.
        case log
        /// As an event, when it was made.
        case live
        /// In a file on a USB stick.
        case usb
    }

    /// The event's id, `10023/2026-11-22T08:30:00/0/1`: user id, the terminal's time, state,
    /// verification. The terminal itself is the event's source and so no part of it. A file may lack the
    /// last two; `-` stands for them.
    public static func identity(userID: String, time: ZKTime, state: UInt8?, verify: UInt8?) -> String {
        func text(_ code: UInt8?) -> String { code.map { String($0) } ?? "-" }
        return "\(userID)/\(LocalTime(time).text)/\(text(state))/\(text(verify))"
    }

    /// The reading of a line of `attlog.dat`.
    ///
    /// - Parameters:
    ///   - usesState: whether the site's people press the state keys; else the direction is unknown.
    ///   - dialect: the terminal's table of verification codes.
    public static func reading(
        of line: AttlogLine, usesState: Bool = false, dialect: ZKVerifyDialect = .new
    ) -> PunchReading {
        var native: [JSONValue.Member] = [.init("userId", .string(line.userID))]
        native.append(.init("state", line.state.map { .integer($0) } ?? .null))
        native.append(.init("verify", line.verify.map { .integer($0) } ?? .null))
        native.append(.init("workCode", .optional(line.workCode)))
        native.append(.init("deviceNumber", .optional(line.deviceNumber)))
        native.append(.init("road", .string(Road.usb.rawValue)))
        return PunchReading(
            identity: identity(userID: line.userID, time: line.time, state: line.state, verify: line.verify),
            badge: line.userID, direction: usesState ? line.state.map(direction) ?? .unknown : .unknown,
            method: line.verify.map { method($0, dialect) } ?? .unknown, deviceTime: LocalTime(line.time),
            native: .object(native + clockMark(line.time)))
    }

    /// The reading of a punch from the log or an event. `userID` is what the user table says where the
    /// punch itself carries the internal number only; with neither, the badge is `uid:<n>` and marked as
    /// unresolved.
    static func reading(
        of punch: ZKPunch, userID: String?, road: Road, usesState: Bool, dialect: ZKVerifyDialect
    ) -> PunchReading {
        let named = (punch.userID ?? userID).flatMap { $0.isEmpty ? nil : $0 }
        let badge = named ?? "uid:\(punch.uid ?? 0)"
        var native: [JSONValue.Member] = []
        if let uid = punch.uid { native.append(.init("uid", .integer(uid))) }
        native.append(.init("userId", .optional(named)))
        native.append(.init("state", .integer(punch.state)))
        native.append(.init("verify", .integer(punch.verify)))
        if let workCode = punch.workCode, workCode != 0 { native.append(.init("workCode", .integer(workCode))) }
        native.append(.init("road", .string(road.rawValue)))
        if named == nil { native.append(.init("unresolved", true)) }
        return PunchReading(
            identity: identity(userID: badge, time: punch.time, state: punch.state, verify: punch.verify),
            badge: badge, direction: usesState ? direction(punch.state) : .unknown,
            method: method(punch.verify, dialect), deviceTime: LocalTime(punch.time),
            native: .object(native + clockMark(punch.time)))
    }

    /// A terminal whose battery is dead starts again in 2000: such a punch is kept, and marked.
    private static func clockMark(_ time: ZKTime) -> [JSONValue.Member] {
        time.year == 2000 ? [.init("clockUnset", true)] : []
    }

    private static func direction(_ state: UInt8) -> PunchReading.Direction {
        switch ZKState(rawValue: state) {
        case .checkIn: .in
        case .checkOut: .out
        case .breakOut: .breakOut
        case .breakIn: .breakIn
        case .overtimeIn: .overtimeIn
        case .overtimeOut: .overtimeOut
        case .mealStart, .mealEnd, .noneSet, nil: .unknown
        }
    }

    private static func method(_ verify: UInt8, _ dialect: ZKVerifyDialect) -> PunchReading.Method {
        switch ZKVerifyWay(code: verify, dialect: dialect) {
        case .password: .pin
        case .fingerprint: .fingerprint
        case .card: .card
        case .face: .face
        case .palm: .palm
        case .vein, .other: .unknown
        }
    }
}

extension LocalTime {
    /// What the terminal's clock showed.
    init(_ time: ZKTime) {
        guard
            let local = LocalTime(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second)
        else { preconditionFailure("the wire has checked that the date exists") }
        self = local
    }
}

extension ZKTime {
    /// Nil outside the terminals' range, 2000 to 2132.
    init?(_ local: LocalTime) {
        self.init(
            year: local.year, month: local.month, day: local.day, hour: local.hour, minute: local.minute,
            second: local.second)
    }
}
