/// The key that a person pressed with a punch. Often meaningless: many sites never teach the keys.
public enum ZKState: UInt8, Hashable, Sendable, CaseIterable {
    case checkIn = 0
    case checkOut = 1
    case breakOut = 2
    case breakIn = 3
    case overtimeIn = 4
    case overtimeOut = 5
    case mealStart = 8
    case mealEnd = 9
    case noneSet = 255
}

/// Two tables of verification codes are in use, and clash at 2, 3 and 9: which one holds is a property of
/// the device.
public enum ZKVerifyDialect: String, Hashable, Sendable, CaseIterable {
    /// Devices with 8- and 16-byte records: 0 password, 1 fingerprint, 2 card, 9 other
    /// (adrobinoga/zk-protocol).
    case old
    /// TFT and later devices (the vendor's push protocol, appendix 7).
    case new
}

/// How a person was recognised, as far as the two tables agree on words for it. Combinations are named
/// after their strongest part: vein and palm, face, fingerprint, card, number.
public enum ZKVerifyWay: Hashable, Sendable {
    case password
    case fingerprint
    case card
    case face
    case vein
    case palm
    case other

    /// What a code means in a dialect.
    public init(code: UInt8, dialect: ZKVerifyDialect) {
        self = dialect == .old ? Self.old(code) : Self.new(code)
    }

    private static func old(_ code: UInt8) -> ZKVerifyWay {
        switch code {
        case 0: .password
        case 1: .fingerprint
        case 2: .card
        default: .other
        }
    }

    /// Codes 5 to 7 let the person choose between two ways, so they say neither.
    private static func new(_ code: UInt8) -> ZKVerifyWay {
        switch code {
        case 2, 3: .password
        case 1, 8, 9, 10, 12, 13, 14: .fingerprint
        case 4, 11: .card
        case 15...20: .face
        case 21...24: .vein
        case 25...29: .palm
        default: .other
        }
    }
}

/// Which events a session wants, and which one an event is; the sum of the bits is the data of the
/// registration.
public struct ZKEventMask: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let punch = ZKEventMask(rawValue: 1)
    public static let button = ZKEventMask(rawValue: 16)
    public static let unlock = ZKEventMask(rawValue: 32)
    public static let verify = ZKEventMask(rawValue: 128)
    public static let fingerScore = ZKEventMask(rawValue: 256)
    public static let alarm = ZKEventMask(rawValue: 512)
    /// What vendor software registers for.
    public static let everything = ZKEventMask(rawValue: 0xFFFF)
}
