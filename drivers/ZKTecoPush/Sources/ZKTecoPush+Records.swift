import GatehouseDriverKit
import GatehouseModel
import IClockWire
import ZKTecoWire

/// One line of a data post, as what it means here.
extension ZKTecoPush {
    enum Record {
        case punch(PunchReading)
        /// It concerns nobody here, and is counted.
        case nothing
        /// It has been told as a fault.
        case told
        case unreadable
    }

    /// Reads one line. `stamped` on the last batch of a post: only then does its stamp stand for all of it.
    mutating func reading(_ line: ArraySlice<UInt8>, of upload: PushUpload, stamped: Bool) -> Record {
        switch upload.table {
        case .attendance: return attendance(line, stamp: stamped ? upload.stamp : nil)
        case .operations: return operation(line)
        case .accessEvents, .rows("transaction", _): return access(line)
        case .photo, .options, .accessState, .rows, .other: return .nothing
        }
    }

    private mutating func attendance(_ line: ArraySlice<UInt8>, stamp: String?) -> Record {
        guard let record = IClockAttlog(line), let time = ZKTime(text: record.time[...]) else { return .unreadable }
        guard !record.isVerification else { return .nothing }
        let mark = ZKPunchMark(
            userID: record.pin, time: time, state: record.status.flatMap(ZKPunchMark.code),
            verify: record.verify.flatMap(ZKPunchMark.code))
        var native = codes(mark, state: record.status, verify: record.verify)
        if let work = record.workCode, work != "0" { native.append(.init("workCode", .string(work))) }
        if let mask = record.mask, mask != "0" { native.append(.init("mask", .string(mask))) }
        if let degrees = record.temperature, degrees != "0", degrees != "255" {
            native.append(.init("temperature", .string(degrees)))
        }
        if let offset = record.timeOffset { native.append(.init("timeOffset", .integer(offset))) }
        if let stamp { native.append(.init("stamp", .string(stamp))) }
        if stamp != nil, let other = memory.operationStamp { native.append(.init("operationStamp", .string(other))) }
        return .punch(reading(mark, native, identity: mark.identity, timeOffset: record.timeOffset))
    }

    private mutating func access(_ line: ArraySlice<UInt8>) -> Record {
        guard let record = IClockAccess(line),
            let time = record.time.flatMap({ ZKTime(text: $0[...]) }) ?? record.timeCode.flatMap({ ZKTime(code: $0) })
        else { return .unreadable }
        guard let pin = record.pin, settings.accessEvents == .any || record.event < 20 else { return .nothing }
        let mark = ZKPunchMark(
            userID: pin, time: time, state: record.inOut.flatMap(ZKPunchMark.code),
            verify: record.verify.flatMap(ZKPunchMark.code))
        var native = codes(mark, state: record.inOut, verify: record.verify)
        native.append(.init("event", .integer(record.event)))
        if let door = record.door { native.append(.init("door", .string(door))) }
        if let card = record.card { native.append(.init("card", .string(card))) }
        // A door writes several events of a person within a second; what happened tells them apart.
        return .punch(reading(mark, native, identity: "\(mark.identity)/e\(record.event)", timeOffset: nil))
    }

    /// The members that a punch of every road has.
    private func codes(_ mark: ZKPunchMark, state: String?, verify: String?) -> [JSONValue.Member] {
        func code(_ number: UInt8?, _ text: String?) -> JSONValue {
            number.map { .integer($0) } ?? .optional(text)
        }
        return [
            .init("userId", .string(mark.userID)), .init("state", code(mark.state, state)),
            .init("verify", code(mark.verify, verify)), .init("road", "push"),
        ]
    }

    private mutating func reading(
        _ mark: ZKPunchMark, _ native: [JSONValue.Member], identity: String, timeOffset: Int?
    ) -> PunchReading {
        let (shown, own) = (siteTime(mark.time, timeOffset), LocalTime(mark.time))
        note(punch: identity, at: own)
        noteClock(shown)
        var native = native
        if shown != own { native.append(.init("ownTime", .string(own.text))) }
        if mark.time.year == 2000 { native.append(.init("clockUnset", true)) }
        let direction = settings.direction == .device ? mark.state.flatMap { ZKState(rawValue: $0)?.direction } : nil
        let method = mark.verify.flatMap { ZKVerifyWay(code: $0, dialect: settings.dialect).method }
        return PunchReading(
            identity: identity, badge: mark.userID, direction: direction.flatMap { .init(rawValue: $0) } ?? .unknown,
            method: method.flatMap { .init(rawValue: $0) } ?? .unknown, deviceTime: shown, native: .object(native))
    }

    /// The device's time as the site's clock shows it, where the line says how far the device's is ahead of UTC.
    private func siteTime(_ time: ZKTime, _ offset: Int?) -> LocalTime {
        let own = LocalTime(time)
        guard let offset else { return own }
        let instant = Moment(seconds: own.secondsSince1970 - Int64(offset))
        return context.zone.local(at: instant)
    }

    /// A punch that has not been made yet by the site's clock proves that the device's is ahead. That it is behind
    /// cannot be told from a punch that comes late.
    private mutating func noteClock(_ time: LocalTime) {
        let shown = now.wall.milliseconds + Int64(context.zone.offsetSeconds(at: now.wall)) * 1000
        let ahead = Duration.milliseconds(time.secondsSince1970 * 1000 - shown)
        guard ahead > .seconds(5) else { return }
        if let told = memory.toldAhead, ahead <= told + .seconds(5) { return }
        memory.toldAhead = ahead
        effects.append(.clock(DeviceClock(offset: ahead, corrected: false)))
    }

    private mutating func operation(_ line: ArraySlice<UInt8>) -> Record {
        switch IClockOperlogLine(line) {
        case .record: return .nothing
        case .unreadable: return .unreadable
        case .operation(let operation):
            guard let meaning = operation.meaning, memory.isNews(line) else { return .nothing }
            let (code, words) = Self.audit(meaning)
            fault(code, "at \(operation.time), by administrator \(operation.admin): \(words)", raw: line)
            return .told
        }
    }

    private static func audit(_ meaning: IClockOperation.Meaning) -> (code: String, words: String) {
        switch meaning {
        case .timeChanged: ("audit-time-changed", "the terminal's clock was set at its menu")
        case .attendanceCleared:
            ("audit-log-cleared", "the terminal's punches were cleared; what had come is kept here")
        case .dataCleared: ("audit-data-cleared", "all data was cleared from the terminal")
        case .factoryReset: ("audit-factory-reset", "the terminal was set back to its factory settings")
        case .clearedAfterExport:
            ("audit-log-exported", "the punches were cleared after they were written to a USB stick: import the stick")
        case .keyChanged: ("audit-key-changed", "the terminal's connection password was changed")
        case .serverChanged: ("audit-server-changed", "the address that the terminal pushes to was changed")
        case .duress: ("alarm-duress", "somebody identified under duress")
        case .tampered: ("alarm-tamper", "the terminal was opened or torn off")
        case .doorForced: ("alarm-door-forced", "the door was opened by force")
        case .invalidTries: ("alarm-invalid-tries", "somebody tried in vain again and again")
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
