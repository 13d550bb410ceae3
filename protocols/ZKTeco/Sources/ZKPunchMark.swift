/// What makes a punch of a terminal the same punch by whatever road it has come: read from the log, as a live event, in
/// a file on a USB stick, or pushed over HTTP. Every road makes this of its record, and the event's id of this.
public struct ZKPunchMark: Hashable, Sendable {
    /// The number or text that personnel knows, spaces around it trimmed: a file aligns it to the right. Leading zeros
    /// and letters count.
    public var userID: String
    /// The terminal's own clock.
    public var time: ZKTime
    /// The key pressed; nil where the road does not say.
    public var state: UInt8?
    /// How the person was recognised, as the terminal's raw code; nil where the road does not say.
    public var verify: UInt8?

    public init(userID: String, time: ZKTime, state: UInt8?, verify: UInt8?) {
        self.userID = ZKText.trimmed(userID)
        self.time = time
        self.state = state
        self.verify = verify
    }

    /// The event's id, `10023/2026-11-22T08:30:00/0/1`: user id, the terminal's time, state, verification; `-` where
    /// the road says nothing. The terminal itself is the event's source and so no part of it.
    public var identity: String {
        func text(_ code: UInt8?) -> String { code.map { String($0) } ?? "-" }
        return "\(userID)/\(time.text(separator: "T"))/\(text(state))/\(text(verify))"
    }

    /// A state or verification code as text roads write it; nil for anything but a number from 0 to 255.
    public static func code(_ text: String) -> UInt8? {
        let isDigits = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isDigits ? UInt8(text) : nil
    }
}

extension ZKTime {
    /// `YYYY-MM-DD` and `hh:mm:ss`, with the separator between them.
    public func text(separator: String = " ") -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(year)-\(two(month))-\(two(day))\(separator)\(two(hour)):\(two(minute)):\(two(second))"
    }
}

/// The words of the events for what codes mean, so that every road says the same. They are those of the schema of
/// `punch.recorded`.
extension ZKState {
    /// The direction that the key stands for: `in`, `out`, `break_out`, `break_in`, `overtime_in`, `overtime_out`; nil
    /// where it stands for none.
    public var direction: String? {
        switch self {
        case .checkIn: "in"
        case .checkOut: "out"
        case .breakOut: "break_out"
        case .breakIn: "break_in"
        case .overtimeIn: "overtime_in"
        case .overtimeOut: "overtime_out"
        case .mealStart, .mealEnd, .noneSet: nil
        }
    }
}

extension ZKVerifyWay {
    /// The method: `pin`, `fingerprint`, `card`, `face`, `palm`; nil where there is no word for it.
    public var method: String? {
        switch self {
        case .password: "pin"
        case .fingerprint: "fingerprint"
        case .card: "card"
        case .face: "face"
        case .palm: "palm"
        case .vein, .other: nil
        }
    }
}
