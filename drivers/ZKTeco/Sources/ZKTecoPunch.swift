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
        let mark = ZKPunchMark(userID: line.userID, time: line.time, state: line.state, verify: line.verify)
        return reading(mark, native, usesState, dialect)
    }

    /// The reading of a punch from the log or an event. `userID` is what the user table says where the
    /// punch itself carries the internal number only; with neither, the badge is `uid:<n>` and marked as
    /// unresolved.
    static func reading(
        of punch: ZKPunch, userID: String?, road: Road, usesState: Bool, dialect: ZKVerifyDialect
    ) -> PunchReading {
        let named = (punch.userID ?? userID).map(ZKText.trimmed).flatMap { $0.isEmpty ? nil : $0 }
        let mark = ZKPunchMark(
            userID: named ?? "uid:\(punch.uid ?? 0)", time: punch.time, state: punch.state, verify: punch.verify)
        var native: [JSONValue.Member] = []
        if let uid = punch.uid { native.append(.init("uid", .integer(uid))) }
        native.append(.init("userId", .optional(named)))
        native.append(.init("state", .integer(punch.state)))
        native.append(.init("verify", .integer(punch.verify)))
        if let workCode = punch.workCode, workCode != 0 { native.append(.init("workCode", .integer(workCode))) }
        native.append(.init("road", .string(road.rawValue)))
        if named == nil { native.append(.init("unresolved", true)) }
        return reading(mark, native, usesState, dialect)
    }

    private static func reading(
        _ mark: ZKPunchMark, _ native: [JSONValue.Member], _ usesState: Bool, _ dialect: ZKVerifyDialect
    ) -> PunchReading {
        let direction = usesState ? mark.state.flatMap { ZKState(rawValue: $0)?.direction } : nil
        let method = mark.verify.flatMap { ZKVerifyWay(code: $0, dialect: dialect).method }
        return PunchReading(
            identity: mark.identity, badge: mark.userID,
            direction: direction.flatMap { .init(rawValue: $0) } ?? .unknown,
            method: method.flatMap { .init(rawValue: $0) } ?? .unknown, deviceTime: LocalTime(mark.time),
            native: .object(native + clockMark(mark.time)))
    }

    /// A terminal whose battery is dead starts again in 2000: such a punch is kept, and marked.
    private static func clockMark(_ time: ZKTime) -> [JSONValue.Member] {
        time.year == 2000 ? [.init("clockUnset", true)] : []
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
