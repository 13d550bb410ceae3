/// What a frame is about. Numbers as in the maker's document; any other number is kept as it came.
public struct AnvizCode: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// User and password, 12 bytes each, before anything else on models that ask for them.
    public static let authenticate = AnvizCode(rawValue: 0x04)
    /// The serial number in ASCII.
    public static let serialNumber = AnvizCode(rawValue: 0x24)
    /// 18 bytes, of which the first eight are the firmware's version.
    public static let configuration = AnvizCode(rawValue: 0x30)
    /// Six bytes of the clock, see `AnvizTime`.
    public static let getTime = AnvizCode(rawValue: 0x38)
    /// The same six bytes; the answer holds none.
    public static let setTime = AnvizCode(rawValue: 0x39)
    /// Six counts of three bytes.
    public static let counts = AnvizCode(rawValue: 0x3C)
    /// Records of the memory, at most 25 a time.
    public static let download = AnvizCode(rawValue: 0x40)
    /// The device's id.
    public static let deviceID = AnvizCode(rawValue: 0x46)
    /// The model's name, eight bytes.
    public static let model = AnvizCode(rawValue: 0x48)
    /// Erases records, or takes the mark "new" off them.
    public static let clear = AnvizCode(rawValue: 0x4E)
    /// A record the moment it is made; only its reply, 0xDF, is ever on the wire.
    public static let record = AnvizCode(rawValue: 0x5F)
    /// Sent by a device that has dialled in.
    public static let heartbeat = AnvizCode(rawValue: 0x7F)

    /// Whether it is an answer, and so is followed by a result.
    public var isReply: Bool { rawValue & 0x80 != 0 }

    /// The code of its answer.
    public var reply: AnvizCode { AnvizCode(rawValue: rawValue | 0x80) }

    /// The code of the command that it answers.
    public var command: AnvizCode { AnvizCode(rawValue: rawValue & 0x7F) }
}

/// How a device did with a command; numbers that the document does not name are kept as they came.
public struct AnvizResult: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Done; only then has an answer data.
    public static let ok = AnvizResult(rawValue: 0x00)
    /// Not done, for whatever reason.
    public static let failed = AnvizResult(rawValue: 0x01)
    /// The memory takes no more.
    public static let full = AnvizResult(rawValue: 0x04)
    /// There is nothing to hand out: no error where records are asked for.
    public static let empty = AnvizResult(rawValue: 0x05)
    /// No user has that number.
    public static let noSuchUser = AnvizResult(rawValue: 0x06)
    /// The device waited in vain, for a finger as a rule.
    public static let timeout = AnvizResult(rawValue: 0x08)
    /// The number is taken.
    public static let userExists = AnvizResult(rawValue: 0x0A)
    /// The finger is enrolled already.
    public static let fingerExists = AnvizResult(rawValue: 0x0B)
    /// The device takes no commands at the moment.
    public static let locked = AnvizResult(rawValue: 0x0F)

    /// The result in words, for an operator.
    public var text: String {
        switch self {
        case .ok: "done"
        case .failed: "it failed"
        case .full: "it is full"
        case .empty: "it is empty"
        case .noSuchUser: "there is no such user"
        case .timeout: "it timed out"
        case .userExists: "the user exists already"
        case .fingerExists: "the finger exists already"
        case .locked: "it is locked"
        default: "result \(rawValue)"
        }
    }
}
