import OPN2001Wire

/// Replies of a scanner with the serial number 12345678, for tests that play the scanner themselves.
enum OPNReplies {
    static let serial: [UInt8] = [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]
    static let identity = OPNReply.identity(OPNIdentity(serial: serial, firmware: Array("RBBV0214".utf8))).bytes
    static let noTime = OPNReply.time(nil).bytes
    static let emptyData = OPNReply.data(OPNDump(serial: serial, scans: [])).bytes

    static func parameter(_ number: UInt8, _ value: UInt8) -> [UInt8] {
        OPNReply.parameter(OPNParameter(rawValue: number), value).bytes
    }
}
