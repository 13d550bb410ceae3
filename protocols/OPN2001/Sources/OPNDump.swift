import GatehouseWireKit

/// Everything that a scanner's memory held when it was read, in the order in which it was scanned.
///
/// It keeps the bytes and cuts the scans out when they are asked for: a full memory would be many megabytes otherwise.
public struct OPNDump: Hashable, Sendable {
    /// Eight bytes.
    public let serial: [UInt8]
    /// The scans' bytes, without what comes before and after them.
    public let records: [UInt8]
    /// How many scans there are.
    public let count: Int

    /// Records whose lengths fit; nil where they do not.
    public init?(serial: [UInt8], records: [UInt8]) {
        guard serial.count == 8 else { return nil }
        var (position, count) = (0, 0)
        while position < records.count {
            let length = Int(records[position])
            guard length >= OPNScan.fixedSize, position + 1 + length <= records.count else { return nil }
            position += 1 + length
            count += 1
        }
        self.serial = serial
        self.records = records
        self.count = count
    }

    /// The memory of a scanner that holds these.
    public init(serial: [UInt8], scans: [OPNScan]) {
        precondition(serial.count == 8, "a serial number is eight bytes")
        self.serial = serial
        records = scans.flatMap(\.bytes)
        count = scans.count
    }

    /// The serial number in hexadecimal digits, leading zeros kept.
    public var serialText: String { Hex.text(serial).uppercased() }

    /// A number that another memory has with a chance of one in 2^64: for telling whether anything has changed.
    public var fingerprint: UInt64 {
        [serial, records].joined().reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The next scans from a place on, at most `limit`, and the place after them; from 0 to the count of bytes.
    public func scans(from place: Int, limit: Int) -> (scans: [OPNScan], next: Int) {
        var scans: [OPNScan] = []
        var position = place
        while scans.count < limit, records.indices.contains(position) {
            let end = position + 1 + Int(records[position])
            guard end <= records.count, let scan = OPNScan(records[position + 1..<end]) else { break }
            scans.append(scan)
            position = end
        }
        return (scans, position)
    }

    /// The reply's frame, with the check over what `check` says.
    public func bytes(check: OPNDataCheck = .whole) -> [UInt8] {
        let body = [0x06, 0x02] + serial + records + [0x00]
        let value = check.value(of: body[...])
        return body + [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }
}

/// Which bytes of the data the check is made of: the public implementations differ in it.
public enum OPNDataCheck: String, Hashable, Sendable, CaseIterable {
    /// All bytes before it.
    case whole
    /// All but the serial number.
    case withoutSerial = "without-serial"

    /// The check of data up to and with the 00 at their end.
    func value(of body: ArraySlice<UInt8>) -> UInt16 {
        switch self {
        case .whole: OPNCheck.value(of: body)
        case .withoutSerial: OPNCheck.value(of: [body.prefix(2), body.dropFirst(10)].joined())
        }
    }
}

/// One code as the scanner stored it.
public struct OPNScan: Hashable, Sendable {
    /// Symbology and time, without the code between them.
    static let fixedSize = 5

    /// The scanner's number for the symbology, see `OPNSymbology`.
    public var symbology: UInt8
    /// The code's bytes.
    public var code: [UInt8]
    /// When it was scanned, packed; see `time`.
    public var stamp: UInt32

    public init(symbology: UInt8, code: [UInt8], stamp: UInt32) {
        precondition(code.count <= 250, "a scan has at most 250 bytes of code")
        self.symbology = symbology
        self.code = code
        self.stamp = stamp
    }

    /// When it was scanned; nil for a date that does not exist.
    public var time: OPNTime? { OPNTime(stamp: stamp) }

    /// The record: the length of what follows, symbology, code, time.
    public var bytes: [UInt8] {
        var bytes = [UInt8(code.count + Self.fixedSize), symbology] + code
        bytes.appendBig(stamp)
        return bytes
    }

    /// A record without its length; nil where it is too short.
    init?(_ record: ArraySlice<UInt8>) {
        guard let symbology = record.first, record.count >= Self.fixedSize, record.count <= 255 else { return nil }
        var tail = ByteCursor(record.suffix(4))
        guard let stamp = tail.big(UInt32.self) else { return nil }
        self.init(symbology: symbology, code: Array(record.dropFirst().dropLast(4)), stamp: stamp)
    }
}
