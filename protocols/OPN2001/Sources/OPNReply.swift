import GatehouseWireKit

/// What the scanner answers. All replies begin with 06 02 and say nothing of the request that they belong to.
public enum OPNReply: Hashable, Sendable {
    case identity(OPNIdentity)
    /// Done, and nothing more.
    case done
    /// What the clock shows; nil for a date that does not exist, as after an empty battery.
    case time(OPNTime?)
    case parameter(OPNParameter, UInt8)
    case data(OPNDump)
}

/// Who the scanner is.
public struct OPNIdentity: Hashable, Sendable {
    /// Eight bytes; by these a scanner is known, and its data begin with them.
    public var serial: [UInt8]
    /// Eight ASCII characters, for example `RBBV0214`.
    public var firmware: [UInt8]
    /// The version of the protocol, as far as is known.
    public var version: UInt8
    /// 0 for well, 22 for a battery that is nearly empty.
    public var status: UInt8

    /// The status of a battery that is nearly empty.
    public static let batteryLow: UInt8 = 22

    public init(serial: [UInt8], firmware: [UInt8], version: UInt8 = 0, status: UInt8 = 0) {
        precondition(serial.count == 8 && firmware.count == 8, "serial number and firmware are eight bytes each")
        self.serial = serial
        self.firmware = firmware
        self.version = version
        self.status = status
    }

    /// The serial number in hexadecimal digits, leading zeros kept.
    public var serialText: String { Hex.text(serial).uppercased() }

    /// The reply's 23 bytes.
    public var bytes: [UInt8] {
        OPNCheck.closed([0x06, 0x02, version, status] + serial + firmware + [0x00])
    }

    init?(frame: ArraySlice<UInt8>) {
        let start = frame.startIndex
        guard frame.count == 23, frame[start + 20] == 0 else { return nil }
        self.init(
            serial: Array(frame[start + 4..<start + 12]), firmware: Array(frame[start + 12..<start + 20]),
            version: frame[start + 2], status: frame[start + 3])
    }
}

extension OPNReply {
    /// The frame of a reply with a payload of its own form (`done`, `time`, `parameter`), or of the others.
    public var bytes: [UInt8] {
        switch self {
        case .identity(let identity): identity.bytes
        case .done: Self.frame([])
        case .time(let time): Self.frame(time?.fields ?? [0, 0, 0, 0, 0, 0])
        case .parameter(let parameter, let value): Self.frame([parameter.rawValue, value])
        case .data(let dump): dump.bytes()
        }
    }

    private static func frame(_ payload: [UInt8]) -> [UInt8] {
        OPNCheck.closed([0x06, 0x02, UInt8(payload.count)] + payload + (payload.isEmpty ? [] : [0x00]))
    }

    /// A whole frame whose check holds, as the answer to `request`; nil where it cannot be that.
    init?(frame: ArraySlice<UInt8>, to request: OPNRequest) {
        let payload = frame.dropFirst(3).dropLast(frame.count > 5 ? 3 : 2)
        switch (request, payload.count) {
        case (.interrogate, _):
            guard let identity = OPNIdentity(frame: frame) else { return nil }
            self = .identity(identity)
        case (.clear, 0), (.powerDown, 0), (.setTime, 0), (.setParameter, 0): self = .done
        case (.time, 6), (.setTime, 6): self = .time(OPNTime(fields: payload))
        case (.parameter(let asked), 2), (.setParameter(let asked, _), 2):
            guard payload.first == asked.rawValue, let value = payload.last else { return nil }
            self = .parameter(asked, value)
        default: return nil
        }
    }
}
