import GatehouseWireKit

/// The layouts of a punch in the attendance log. Records carry no mark: which layout it is follows from
/// their size, and for eight bytes from what makes sense (`ZKAttendanceLog`).
public enum ZKRecordLayout: String, Hashable, Sendable, CaseIterable {
    /// uid, verify, time, state.
    case eightA = "8A"
    /// uid, packed state and way, time (ZEM500, MA300).
    case eightB = "8B"
    /// User number, time, state, verify, work code ("extended" format of UDP devices).
    case sixteen = "16"
    /// uid and nine characters of user id (LX50).
    case twentyTwo = "22"
    /// uid and 24 characters of user id (TFT terminals: the usual one).
    case forty = "40"
    /// As `forty`, nine bytes more (visible-light terminals).
    case fortyNine = "49"

    /// Bytes a record.
    public var size: Int {
        switch self {
        case .eightA, .eightB: 8
        case .sixteen: 16
        case .twentyTwo: 22
        case .forty: 40
        case .fortyNine: 49
        }
    }

    /// Whether records carry the user id in text, so that a wrong cut shows.
    public var hasText: Bool { size >= 22 }

    /// Whether records carry the user's internal number only.
    public var needsUsers: Bool { size == 8 }

    /// Which table of verification codes devices with such records usually follow.
    public var dialect: ZKVerifyDialect { size <= 16 ? .old : .new }

    /// Reads one record; nil when it is not `size` bytes long, its date does not exist or its user id is
    /// no text.
    public func read(_ record: ArraySlice<UInt8>) -> ZKPunch? {
        guard record.count == size else { return nil }
        var cursor = ByteCursor(record)
        switch self {
        case .eightA: return Self.readEightA(&cursor)
        case .eightB: return Self.readEightB(&cursor)
        case .sixteen: return Self.readSixteen(&cursor)
        case .twentyTwo: return Self.readTwentyTwo(&cursor)
        case .forty, .fortyNine: return Self.readForty(&cursor)
        }
    }

    private static func readEightA(_ cursor: inout ByteCursor) -> ZKPunch? {
        guard let uid = cursor.little(UInt16.self), let verify = cursor.u8(), let time = cursor.zkTime(),
            let state = cursor.u8()
        else { return nil }
        return ZKPunch(uid: uid, time: time, state: state, verify: verify)
    }

    private static func readEightB(_ cursor: inout ByteCursor) -> ZKPunch? {
        guard let uid = cursor.little(UInt16.self), let packed = cursor.u8(), cursor.skip(1), let time = cursor.zkTime()
        else { return nil }
        return ZKPunch(uid: uid, time: time, state: packed & 7, verify: packed >> 3 & 3)
    }

    private static func readSixteen(_ cursor: inout ByteCursor) -> ZKPunch? {
        guard let user = cursor.little(UInt32.self), let time = cursor.zkTime(), let state = cursor.u8(),
            let verify = cursor.u8(), cursor.skip(2), let workCode = cursor.little(UInt32.self)
        else { return nil }
        return ZKPunch(userID: String(user), time: time, state: state, verify: verify, workCode: workCode)
    }

    private static func readTwentyTwo(_ cursor: inout ByteCursor) -> ZKPunch? {
        guard let uid = cursor.little(UInt16.self), let id = cursor.bytes(9).flatMap(ZKText.identifier), cursor.skip(1),
            let verify = cursor.u8(), let time = cursor.zkTime(), let state = cursor.u8()
        else { return nil }
        return ZKPunch(uid: uid, userID: id, time: time, state: state, verify: verify)
    }

    private static func readForty(_ cursor: inout ByteCursor) -> ZKPunch? {
        guard let uid = cursor.little(UInt16.self), let id = cursor.bytes(24).flatMap(ZKText.identifier),
            let verify = cursor.u8(), let time = cursor.zkTime(), let state = cursor.u8(),
            let workCode = cursor.little(UInt32.self)
        else { return nil }
        return ZKPunch(uid: uid, userID: id, time: time, state: state, verify: verify, workCode: workCode)
    }

    /// The record as a device stores it; what the layout cannot carry is lost.
    public func bytes(_ punch: ZKPunch) -> [UInt8] {
        var record: [UInt8] = []
        switch self {
        case .eightA:
            record.appendLittle(punch.uid ?? 0)
            record.append(punch.verify)
            record.appendLittle(punch.time.code)
            record.append(punch.state)
        case .eightB:
            record.appendLittle(punch.uid ?? 0)
            record.append(0x20 | (punch.verify & 3) << 3 | punch.state & 7)
            record.append(0)
            record.appendLittle(punch.time.code)
        case .sixteen:
            record.appendLittle(punch.userID.flatMap { UInt32($0) } ?? 0)
            record.appendLittle(punch.time.code)
            record.append(contentsOf: [punch.state, punch.verify, 0, 0])
            record.appendLittle(punch.workCode ?? 0)
        case .twentyTwo, .forty, .fortyNine:
            appendText(punch, to: &record)
        }
        return record + [UInt8](repeating: 0, count: size - record.count)
    }

    private func appendText(_ punch: ZKPunch, to record: inout [UInt8]) {
        record.appendLittle(punch.uid ?? 0)
        record.append(contentsOf: ZKText.padded(punch.userID ?? "", to: self == .twentyTwo ? 9 : 24))
        if self == .twentyTwo { record.append(0) }
        record.append(punch.verify)
        record.appendLittle(punch.time.code)
        record.append(punch.state)
        if self != .twentyTwo { record.appendLittle(punch.workCode ?? 0) }
    }
}

extension ByteCursor {
    /// The next four bytes as a time code; nil for a date that does not exist.
    mutating func zkTime() -> ZKTime? {
        little(UInt32.self).flatMap { ZKTime(code: $0) }
    }
}
