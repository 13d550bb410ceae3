import FCARDWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseWireKit

/// Turns a record into a reading, the same one however often it is read.
enum WandRecord {
    /// Checkpoints and members of staff alike are scans of a card: what a card stands for, the site file says.
    static func observation(of record: FCARDRecord, wand: UInt8, format: FCARDNumber) -> Observation {
        let time = record.time.flatMap { LocalTime($0) }
        var native: [JSONValue.Member] = [
            .init("wand", .integer(wand)), .init("record", .integer(record.serial)),
            .init("staff", .integer(record.staff)), .init("state", .integer(record.state)),
            .init("card", .integer(record.card)),
        ]
        let shown = time?.text ?? Hex.text(record.timeBytes)
        if time == nil { native.append(.init("time", .string(shown))) }
        // The place alone comes again when the memory has wrapped around, or was emptied.
        let identity = "\(wand)/\(record.serial)/\(shown)/\(record.state)/\(record.card)"
        return .scan(
            ScanReading(
                identity: identity, payload: Array(format.text(of: record.card).utf8), deviceTime: time,
                native: .object(native)))
    }
}
