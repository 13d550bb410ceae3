import GatehouseWireKit

/// What a reader answers, in plain text.
public enum OSDPReply: Hashable, Sendable {
    case acknowledged
    case refused(OSDPRefusal)
    case identity(OSDPIdentity)
    case capabilities(OSDPCapabilities)
    /// Whether the housing is open, and whether the power fails.
    case localStatus(tamper: Bool, power: Bool)
    /// One state for each reader behind the device.
    case readerStatus([OSDPReaderState])
    case card(OSDPCard)
    /// The keys pressed since the last time, as the device codes them, and where.
    case keys(reader: UInt8, [UInt8])
    /// The device is at work: ask the same again later.
    case busy
    /// Anything else: a maker's own, a withdrawn code, or data too short for its code.
    case other(code: UInt8, [UInt8])

    /// The code of `ACK`.
    public static let acknowledgedCode: UInt8 = 0x40
    /// The code of `NAK`.
    public static let refusedCode: UInt8 = 0x41
    /// The code of `CCRYPT`.
    public static let cryptogramCode: UInt8 = 0x76
    /// The code of `RMAC_I`.
    public static let initialMACCode: UInt8 = 0x78
    /// The code of `BUSY`.
    public static let busyCode: UInt8 = 0x79

    /// Reads a reply's code and data; what is too short for its code becomes `other`.
    public init(code: UInt8, data: [UInt8]) {
        self = Self.read(code, ByteCursor(data)) ?? .other(code: code, data)
    }

    private static func read(_ code: UInt8, _ data: ByteCursor) -> OSDPReply? {
        var data = data
        switch code {
        case acknowledgedCode: return .acknowledged
        case refusedCode: return data.u8().map { .refused(OSDPRefusal(rawValue: $0)) }
        case 0x45: return OSDPIdentity(&data).map { .identity($0) }
        case 0x46: return .capabilities(OSDPCapabilities(&data))
        case 0x48:
            guard let tamper = data.u8(), let power = data.u8() else { return nil }
            return .localStatus(tamper: tamper != 0, power: power != 0)
        case 0x4B: return .readerStatus(data.rest.prefix(OSDPReaderState.limit).map { OSDPReaderState(rawValue: $0) })
        case 0x50: return OSDPCard(&data).map { .card($0) }
        case 0x53:
            guard let reader = data.u8(), let count = data.u8(), let keys = data.bytes(Int(count)) else { return nil }
            return .keys(reader: reader, Array(keys))
        case busyCode: return .busy
        default: return nil
        }
    }
}

/// Why a reader refuses.
public struct OSDPRefusal: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The frame's check was wrong: send it again.
    public static let check = OSDPRefusal(rawValue: 1)
    /// The command's length was wrong.
    public static let length = OSDPRefusal(rawValue: 2)
    public static let unknownCommand = OSDPRefusal(rawValue: 3)
    /// Begin anew at sequence 0.
    public static let sequence = OSDPRefusal(rawValue: 4)
    /// No secure channel, or not with this key; within a session: it is gone.
    public static let secureChannel = OSDPRefusal(rawValue: 5)
    /// Not outside, or not within, the secure channel.
    public static let securityConditions = OSDPRefusal(rawValue: 6)
    /// The command's data cannot be carried out.
    public static let cannotProcess = OSDPRefusal(rawValue: 9)

    /// In words, for the operator.
    public var explanation: String {
        switch self {
        case .check: "the frame's check was wrong"
        case .length: "the command's length was wrong"
        case .unknownCommand: "it does not know the command"
        case .sequence: "the sequence number was wrong"
        case .secureChannel: "it has no such secure channel"
        case .securityConditions: "not without a secure channel"
        case .cannotProcess: "it cannot carry that out"
        default: "refusal \(rawValue)"
        }
    }
}

/// What a reader says it is.
public struct OSDPIdentity: Hashable, Sendable {
    /// The maker's three bytes, as registered with the IEEE.
    public var vendor: [UInt8]
    public var model: UInt8
    public var version: UInt8
    public var serial: UInt32
    /// Major, minor and build.
    public var firmware: [UInt8]

    init?(_ data: inout ByteCursor) {
        guard let vendor = data.bytes(3), let model = data.u8(), let version = data.u8(),
            let serial = data.little(UInt32.self), let firmware = data.bytes(3)
        else { return nil }
        self.vendor = Array(vendor)
        self.model = model
        self.version = version
        self.serial = serial
        self.firmware = Array(firmware)
    }
}

/// The state of a reader behind the device.
public struct OSDPReaderState: RawRepresentable, Hashable, Sendable {
    /// More than these are not looked at.
    static let limit = 8

    public var rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let normal = OSDPReaderState(rawValue: 0)
    public static let notConnected = OSDPReaderState(rawValue: 1)
    public static let tampered = OSDPReaderState(rawValue: 2)
}
