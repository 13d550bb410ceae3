import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A record as events show it: with the names and rules of the site that held when it was computed.
struct ShownRecord: Sendable {
    private let record: AttendanceRecord
    /// The counted punches.
    private let punches: [BookPunch]
    /// The names of the clocks, by their numbers.
    private let devices: [String]
    private let corrections: [BookCorrection]
    private let site: SiteIndex
    private let isWithdrawn: Bool

    init(
        _ record: AttendanceRecord, punches: [BookPunch], devices: [String], corrections: [BookCorrection],
        in site: SiteIndex, isWithdrawn: Bool = false
    ) {
        self.record = record
        self.punches = punches
        self.devices = devices
        self.corrections = corrections
        self.site = site
        self.isWithdrawn = isWithdrawn
    }

    private var zone: Zone { site.site.zone }

    private var shift: Shift? { record.shift.flatMap { site.shifts[$0] } }

    /// The data of `attendance.updated` and `attendance.closed`.
    var data: JSONValue {
        let person = site.people[record.person]
        var members: [JSONValue.Member] = [
            .init("person", .string(record.person)), .init("name", .string(person?.name ?? record.person)),
            .init("department", .optional(person?.department)), .init("date", .string(record.date.text)),
            .init("shift", .optional(record.shift)), .init("start", text(record.start)),
            .init("end", text(record.end)),
            .init("status", .array(isWithdrawn ? [] : record.status.words.map { .string($0) })),
        ]
        members += isWithdrawn ? Self.nothing : figures
        members += [
            .init("punches", .sequences(record.punches)),
            .init("corrections", .array(corrections.map(correction))),
            .init("formula", .string(isWithdrawn ? "no such shift any more" : formula)), .init("inputs", inputs),
        ]
        if record.revision > 0 { members.append(.init("revision", .integer(record.revision))) }
        if isWithdrawn { members.append(.init("withdrawn", true)) }
        return .object(members)
    }

    private var figures: [JSONValue.Member] {
        [
            .init("in", text(record.in?.time)), .init("out", text(record.out?.time)),
            .init("lateMinutes", .integer(record.lateMinutes)), .init("earlyMinutes", .integer(record.earlyMinutes)),
            .init("workedMinutes", .integer(record.workedMinutes)),
            .init("leaveMinutes", .integer(record.leaveMinutes)),
            .init("scheduledMinutes", .integer(record.scheduledMinutes)),
            .init("overtime", Self.overtime(record.overtime)),
        ]
    }

    /// The figures of a record that is none.
    private static let nothing: [JSONValue.Member] =
        [.init("in", .null), .init("out", .null)]
        + ["lateMinutes", "earlyMinutes", "workedMinutes", "leaveMinutes", "scheduledMinutes"].map { .init($0, 0) }
        + [.init("overtime", overtime(AttendanceRecord.Overtime()))]

    private static func overtime(_ minutes: AttendanceRecord.Overtime) -> JSONValue {
        KPIFigure.json(minutes.byRate)
    }

    private func correction(_ correction: BookCorrection) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("sequence", .sequence(correction.sequence)),
            // Whoever does not say who and why has said so.
            .init("by", .string(correction.by.isEmpty ? "-" : correction.by)),
            .init("reason", .string(correction.reason.isEmpty ? "-" : correction.reason)),
        ]
        if correction.voids == nil {
            members.append(.init("add", text(correction.time)))
        } else {
            members.append(.init("void", .optional(correction.voidedID)))
        }
        return .object(members)
    }

    /// Every event that the record was computed from, in the order of the journal.
    private var inputs: JSONValue {
        var rows: [Int64: JSONValue] = [:]
        for punch in punches {
            let device = punch.device == BookPunch.noDevice ? nil : devices[Int(punch.device)]
            rows[punch.sequence] = [
                "sequence": .sequence(punch.sequence),
                "topic": .string(punch.isAdded ? "punch.corrected" : "punch.recorded"), "time": text(punch.time),
                "device": .optional(device), "direction": .string(punch.direction.rawValue),
            ]
        }
        for sequence in record.punches where rows[sequence] == nil {
            // Kept, though neither counted nor unscheduled.
            rows[sequence] = ["sequence": .sequence(sequence), "topic": "punch.recorded", "repeat": true]
        }
        for correction in corrections where rows[correction.sequence] == nil {
            rows[correction.sequence] = ["sequence": .sequence(correction.sequence), "topic": "punch.corrected"]
        }
        return .array(rows.sorted { $0.key < $1.key }.map(\.value))
    }

    private func text(_ moment: Moment?) -> JSONValue {
        .optional(moment.map { Timestamp($0, in: zone).text })
    }
}

extension ShownRecord {
    /// The computation in words, with the numbers put in. Numbers and signs need no translation.
    private var formula: String {
        let expected = (start: record.expectedStart, end: record.expectedEnd)
        let isExpected = record.shift != nil && !record.isWhollyOnLeave
        var parts: [String] = []
        if isExpected, let arrival = record.in?.time, arrival > expected.start {
            parts.append(
                Self.comparison(
                    "late", "in \(clock(arrival)) − \(clock(expected.start))", (arrival - expected.start).wholeMinutes,
                    shift?.graceIn.wholeMinutes ?? 0))
        }
        if isExpected, let departure = record.out?.time, departure < expected.end {
            parts.append(
                Self.comparison(
                    "early", "\(clock(expected.end)) − out \(clock(departure))",
                    (expected.end - departure).wholeMinutes,
                    shift?.graceOut.wholeMinutes ?? 0))
        }
        if record.shift != nil {
            parts.append(
                "worked \(record.workedMinutes) of \(record.scheduledMinutes) min within "
                    + "\(clock(record.start))–\(clock(record.end))")
        }
        if record.leaveMinutes > 0 { parts.append("leave \(record.leaveMinutes) min") }
        let overtime = record.overtime
        if overtime.total > 0 || record.shift == nil {
            parts.append(
                "overtime \(overtime.atOneAndHalf) at 1.5 + \(overtime.atTwo) at 2 + \(overtime.atThree) at 3 "
                    + "= \(overtime.total) min")
        }
        return parts.joined(separator: "; ")
    }

    private static func comparison(_ word: String, _ difference: String, _ minutes: Int, _ grace: Int) -> String {
        minutes > grace
            ? "\(word) \(difference) = \(minutes) min > grace \(grace) min"
            : "not \(word): \(difference) = \(minutes) min ≤ grace \(grace) min"
    }

    private func clock(_ moment: Moment) -> String { moment.clockText(in: zone) }
}
