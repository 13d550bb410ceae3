/// What the host asks. The scanner never speaks first.
public enum OPNRequest: Hashable, Sendable {
    /// Who are you; also wakes the link.
    case interrogate
    /// Everything in the memory; nothing is erased by reading.
    case data
    /// Erases the whole memory.
    case clear
    case time
    case setTime(OPNTime)
    case parameter(OPNParameter)
    case setParameter(OPNParameter, UInt8)
    /// Lets the scanner sleep.
    case powerDown

    /// The frame: opcode, 02, length of the payload, the payload and 00 after it where there is one, check.
    public var bytes: [UInt8] {
        let payload = payload
        return OPNCheck.closed(
            [opcode, 0x02, UInt8(payload.count)] + payload + (payload.isEmpty ? [] : [0x00]))
    }

    /// The first byte.
    public var opcode: UInt8 {
        switch self {
        case .interrogate: 0x01
        case .clear: 0x02
        case .setParameter: 0x03
        case .powerDown: 0x05
        case .data: 0x07
        case .parameter: 0x08
        case .setTime: 0x09
        case .time: 0x0A
        }
    }

    private var payload: [UInt8] {
        switch self {
        case .interrogate, .data, .clear, .time, .powerDown: []
        case .setTime(let time): time.fields
        case .parameter(let parameter): [parameter.rawValue]
        case .setParameter(let parameter, let value): [parameter.rawValue, value]
        }
    }
}

/// The number of one setting of the scanner; each is one byte.
public struct OPNParameter: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// 1: the memory is erased by every upload. Off in the factory.
    public static let clearAfterUpload = OPNParameter(rawValue: 0x0F)
    /// 1: each scan is stored with its time. On in the factory.
    public static let storeTime = OPNParameter(rawValue: 0x23)
}
