import GatehouseWireKit

/// What arrives unasked after the registration: a hint, not storage. Nothing is sent again after a broken
/// link.
public enum ZKEvent: Hashable, Sendable {
    /// One punch or several.
    case punches([ZKPunch])
    /// A punch event of no known form; the log will have the punch.
    case unknownForm([UInt8])
    /// Anything else: alarms, buttons, finger scores. Its code and data.
    case other(ZKEventMask, [UInt8])

    /// Reads a packet whose command is `event`; its session field is the event's code.
    public init(_ packet: ZKPacket) {
        let mask = ZKEventMask(rawValue: UInt32(packet.session))
        guard mask == .punch else {
            self = .other(mask, packet.data)
            return
        }
        // Some models send an empty one for a failed verification.
        guard !packet.data.isEmpty else {
            self = .other(mask, [])
            return
        }
        self = Self.punches(packet.data).map { .punches($0) } ?? .unknownForm(packet.data)
    }

    /// The forms of a punch, by length; several may lie back to back in one packet.
    public enum Form: Int, Hashable, Sendable, CaseIterable {
        /// uid, verify, state, time (ZEM560).
        case ten = 10
        /// User number of 32 bits, verify, state, time.
        case twelve = 12
        /// As `ten`, four bytes more (ZEM300).
        case fourteen = 14
        /// 24 characters of user id, verify, state, time: the usual one.
        case thirtyTwo = 32
        /// As `thirtyTwo`, four bytes more.
        case thirtySix = 36
        /// As `thirtyTwo`, five bytes more.
        case thirtySeven = 37
        /// As `thirtyTwo`, twenty bytes more.
        case fiftyTwo = 52
    }

    private static func punches(_ data: [UInt8]) -> [ZKPunch]? {
        if let form = Form(rawValue: data.count), let punches = read(data[...], as: form) { return punches }
        // The longest form that divides and makes sense; longer ones prove themselves by their text.
        for form in Form.allCases.reversed() where data.count % form.rawValue == 0 {
            if let punches = read(data[...], as: form) { return punches }
        }
        // An unknown longer form begins as the 32-byte one does; the rest has no known meaning.
        guard data.count > Form.thirtyTwo.rawValue else { return nil }
        return read(data.prefix(Form.thirtyTwo.rawValue), as: .thirtyTwo)
    }

    private static func read(_ data: ArraySlice<UInt8>, as form: Form) -> [ZKPunch]? {
        var cursor = ByteCursor(data)
        var punches: [ZKPunch] = []
        while let record = cursor.bytes(form.rawValue) {
            guard let punch = one(record, as: form) else { return nil }
            punches.append(punch)
        }
        return punches
    }

    private static func one(_ record: ArraySlice<UInt8>, as form: Form) -> ZKPunch? {
        var cursor = ByteCursor(record)
        var uid: UInt16?
        var userID: String?
        switch form {
        case .ten, .fourteen: uid = cursor.little(UInt16.self)
        case .twelve: userID = cursor.little(UInt32.self).map { String($0) }
        case .thirtyTwo, .thirtySix, .thirtySeven, .fiftyTwo:
            userID = cursor.bytes(24).flatMap(ZKText.identifier)
            guard userID?.isEmpty == false else { return nil }
        }
        guard let verify = cursor.u8(), let state = cursor.u8(), let time = cursor.bytes(6).flatMap({ ZKTime(six: $0) })
        else { return nil }
        // In the short forms the high half of the state byte is a mark of its own ("valid").
        let isShort = uid != nil
        return ZKPunch(uid: uid, userID: userID, time: time, state: isShort ? state & 15 : state, verify: verify)
    }
}

extension ZKPunch {
    /// The punch as the data of an event of that form.
    public func eventData(_ form: ZKEvent.Form) -> [UInt8] {
        var data: [UInt8] = []
        switch form {
        case .ten, .fourteen: data.appendLittle(uid ?? 0)
        case .twelve: data.appendLittle(userID.flatMap { UInt32($0) } ?? 0)
        case .thirtyTwo, .thirtySix, .thirtySeven, .fiftyTwo:
            data.append(contentsOf: ZKText.padded(userID ?? "", to: 24))
        }
        data.append(verify)
        data.append(state)
        data.append(contentsOf: time.six)
        return data + [UInt8](repeating: 0, count: form.rawValue - data.count)
    }
}

extension ZKPacket {
    /// An event as a device sends it: its code in the session field, reply id 0.
    public static func event(_ mask: ZKEventMask, data: [UInt8]) -> ZKPacket {
        ZKPacket(.event, session: UInt16(truncatingIfNeeded: mask.rawValue), replyID: 0, data: data)
    }
}
