import GatehouseWireKit

/// A whole attendance log, read into punches or refused as a whole.
///
/// Nothing in the bytes says how long a record is, and a wrong length yields punches that look nearly
/// right (pitfall of many libraries). So the length is the byte count divided by the device's own record
/// count, which must come out even and known, and every date must exist.
public struct ZKAttendanceLog: Hashable, Sendable {
    /// Why a log was not read. The bytes should be kept, and the read tried again.
    public enum Refusal: Error, Hashable, Sendable {
        /// The byte count at the front is not the number of bytes that follow it.
        case lengthMismatch
        /// That many bytes do not divide by that many records into a size that is known.
        case unknownSize(bytes: Int, records: Int)
        /// The record at this place has a date that does not exist, or no text where the user id should be.
        case implausible(record: Int, layout: ZKRecordLayout)
        /// Neither of the two eight-byte layouts gives dates that make sense.
        case neitherEight
    }

    public var layout: ZKRecordLayout
    /// In the device's order, which is that of punching.
    public var punches: [ZKPunch]
    /// Records that make no sense in a log that otherwise does: garbled by a device whose memory was
    /// full. Kept raw.
    public var unreadable: [[UInt8]]

    /// Reads a dataset as it came out of `ZKTransfer`.
    ///
    /// - Parameters:
    ///   - count: the device's own number of records at the time (`ZKFreeSizes.records`).
    ///   - latest: the device's clock, or a later time: an eight-byte layout that puts a punch over a day beyond
    ///     it is out.
    ///   - eight: which eight-byte layout to take without asking what makes sense.
    public static func read(
        _ dataset: [UInt8], count: Int, latest: ZKTime? = nil, eight: ZKRecordLayout? = nil
    ) throws(Refusal) -> ZKAttendanceLog {
        guard let records = ZKDataset.records(dataset) else { throw .lengthMismatch }
        let size = try size(bytes: records.count, records: count)
        guard size == 8 else {
            guard let layout = ZKRecordLayout.allCases.first(where: { $0.size == size }) else {
                throw .unknownSize(bytes: records.count, records: count)
            }
            return try read(records, as: layout)
        }
        if let eight, eight.size == 8 { return try read(records, as: eight) }
        return try chooseEight(records, latest: latest)
    }

    private static func size(bytes: Int, records: Int) throws(Refusal) -> Int {
        // An empty log has no layout; any will do.
        if bytes == 0, records == 0 { return ZKRecordLayout.forty.size }
        guard records > 0, bytes > 0, bytes % records == 0 else { throw .unknownSize(bytes: bytes, records: records) }
        return bytes / records
    }

    /// Reads every record in one layout.
    private static func read(_ records: ArraySlice<UInt8>, as layout: ZKRecordLayout) throws(Refusal) -> ZKAttendanceLog
    {
        var log = ZKAttendanceLog(layout: layout, punches: [], unreadable: [])
        log.punches.reserveCapacity(records.count / layout.size)
        var firstBad: Int?
        for (index, start) in stride(from: records.startIndex, to: records.endIndex, by: layout.size).enumerated() {
            let record = records[start..<min(start + layout.size, records.endIndex)]
            if let punch = layout.read(record) {
                log.punches.append(punch)
            } else {
                firstBad = firstBad ?? index
                log.unreadable.append(Array(record))
            }
        }
        if let firstBad, !log.provesItsCut { throw .implausible(record: firstBad, layout: layout) }
        return log
    }

    /// Whether the good records show beyond doubt that the layout is right, although some are bad: at
    /// least 99 in 100 are good and carry a user id in plain text, which a wrong cut cannot imitate.
    public var provesItsCut: Bool {
        guard layout.hasText, unreadable.count * 100 <= punches.count else { return false }
        return punches.allSatisfy { punch in
            punch.userID.map { id in !id.isEmpty && id.utf8.allSatisfy { (0x21...0x7E).contains($0) } } ?? false
        }
    }
}

extension ZKAttendanceLog {
    /// No attendance terminal with such records is older; read the wrong way, dates fall all over.
    private static let eightEarliest = 2005

    /// Reads eight-byte records both ways and keeps the way that makes sense.
    private static func chooseEight(_ records: ArraySlice<UInt8>, latest: ZKTime?) throws(Refusal) -> ZKAttendanceLog {
        let ways = [ZKRecordLayout.eightA, .eightB].compactMap { layout in
            try? read(records, as: layout)
        }.filter { $0.isPlausible(until: latest) }
        guard let first = ways.first else { throw .neitherEight }
        guard ways.count == 2 else { return first }
        // Both survive: the one in order of time, or else the one whose state codes exist, or else the
        // more common.
        return ways.first { $0.isInOrder && $0.hasKnownStates } ?? ways.first { $0.isInOrder }
            ?? ways.first { $0.hasKnownStates } ?? first
    }

    /// A terminal whose battery is dead starts again in 2000, and its records are kept. Alone they decide nothing,
    /// since either way of reading gives such dates: then the log is refused rather than guessed at.
    private func isPlausible(until latest: ZKTime?) -> Bool {
        guard punches.contains(where: { $0.time.year >= Self.eightEarliest }) else { return false }
        return punches.allSatisfy { punch in
            guard punch.time.year >= Self.eightEarliest || punch.time.year == 2000 else { return false }
            // Codes of consecutive days differ by one day's seconds, except across the end of a short
            // month: strict enough.
            return latest.map { punch.time.code <= $0.code + 86_400 } ?? true
        }
    }

    private var isInOrder: Bool {
        zip(punches, punches.dropFirst()).allSatisfy { $0.time <= $1.time }
    }

    private var hasKnownStates: Bool {
        punches.allSatisfy { $0.state < 16 || $0.state == 255 }
    }
}
