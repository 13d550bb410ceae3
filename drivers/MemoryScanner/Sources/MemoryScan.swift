import GatehouseDriverKit
import GatehouseModel
import GatehouseWireKit
import OPN2001Wire

/// Turns a stored scan into a reading, the same one however often the memory is read.
enum MemoryScan {
    /// The reading of a scan, the `number`th of those with the same time in a row; nil where it holds no code.
    static func observation(of scan: OPNScan, number: Int, of dump: OPNDump) -> Observation? {
        guard !scan.code.isEmpty else { return nil }
        var stamp: [UInt8] = []
        stamp.appendBig(scan.stamp)
        let time = scan.time.flatMap { LocalTime($0) }
        var native: [JSONValue.Member] = [
            .init("scanner", .string(dump.serialText)), .init("symbologyNumber", .integer(scan.symbology)),
            .init("symbologyName", .optional(OPNSymbology.name(of: scan.symbology))),
        ]
        if time == nil { native.append(.init("stamp", .string(Hex.text(stamp)))) }
        let shown = time?.text ?? Hex.text(stamp)
        return .scan(
            ScanReading(
                identity: "\(dump.serialText)/\(shown)/\(number)/\(text(of: scan.code))", payload: scan.code,
                deviceTime: time, native: .object(native)))
    }

    /// Codes are printed text as a rule; others are written in hexadecimal.
    private static func text(of code: [UInt8]) -> String {
        code.allSatisfy { (0x20...0x7E).contains($0) }
            ? String(decoding: code, as: UTF8.self) : "0x" + Hex.text(code)
    }
}
