import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `device.clock_rollback`: a device's newer record is stamped more than 5 min before an older one; cleared 24 h on.
///
/// Newer is what was received later, because a device gives its records in the order in which it made them. The
/// exception is a device with a memory that has been away: until it says that everything is delivered (or an hour has
/// passed), what happens now may come before what happened meanwhile. Then records older than the limit are compared
/// with each other and with those from before it went, not with those that have just been made.
///
/// Once the alert is cleared, what comes is compared with the device's last record: one stray date far ahead is told
/// once, not every day until it has come.
struct ClockRollbackWatch: Sendable {
    static let code = "device.clock_rollback"
    private static let longestReadOut = Duration.seconds(3600)

    fileprivate struct Record: Sendable {
        var time: Moment
        var sequence: Int64
    }

    fileprivate struct Log: Sendable {
        /// The record with the latest stamp.
        var latest: Record?
        /// The last one received.
        var last: Record?
        /// The latest stamp among what is being read out and what was known before.
        var readOut: Record?
        /// Until when, at most, it is reading out what it kept; nil while it is not.
        var readingUntil: Moment?
    }

    private var logs: [String: Log] = [:]

    init() {}

    /// The device was away: what it kept comes first, in its own order.
    mutating func connected(_ device: String, at moment: Moment) {
        var log = logs[device] ?? Log()
        if log.readingUntil == nil { log.readOut = log.latest }
        log.readingUntil = moment + Self.longestReadOut
        logs[device] = log
    }

    /// All that it kept has been delivered.
    mutating func synced(_ device: String) {
        logs[device]?.readingUntil = nil
    }

    /// A punch or a scan.
    mutating func hear(_ fact: Fact, device: String, desk: inout AlertDesk, into findings: inout Findings) {
        let limit = desk.book.limit(Self.code, "limit", standard: .seconds(300))
        let record = Record(time: fact.time, sequence: fact.sequence)
        var log = logs[device] ?? Log()
        if let until = log.readingUntil, until <= findings.clock { log.readingUntil = nil }
        let isOld = findings.clock - record.time > limit.value
        let isReadOut = log.readingUntil != nil && isOld && desk.site.devices[device]?.keepsReadings ?? true
        let older = isReadOut ? log.readOut : log.latest
        if let older, older.time - record.time > limit.value {
            raise(device, older: older, newer: record, limit: limit, desk: &desk, into: &findings)
        }
        if isReadOut, log.readOut.map({ $0.time < record.time }) ?? true { log.readOut = record }
        if log.latest.map({ $0.time < record.time }) ?? true { log.latest = record }
        log.last = record
        logs[device] = log
    }

    private func raise(
        _ device: String, older: Record, newer: Record, limit: (value: Duration, from: String), desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        let isNew = !desk.isStanding(Self.code, about: device)
        let name = desk.site.called(device: device)
        let back = older.time - newer.time
        let spoken = back.spoken
        desk.raise(
            Alarm(
                code: Self.code, subject: device,
                evidence: isNew ? [older.sequence, newer.sequence] : [newer.sequence],
                rule: .rule(measured: back.secondsJSON, limit: limit.value.secondsJSON, unit: "s", from: limit.from)
            ) { language in
                language == .chinese
                    ? "设备 \(name) 的时钟被调回：新记录比旧记录早 \(spoken)"
                    : "The clock of \(name) went back: a newer record is stamped \(spoken) before an older one"
            }, into: &findings)
        guard isNew else { return }
        let on = desk.book.limit(Self.code, "clear_after", standard: .seconds(86_400)).value
        desk.agenda.set(Due(.rollbackEnds, device), at: Deadline(findings.clock + on))
    }

    /// 24 h on.
    mutating func reach(_ device: String, desk: inout AlertDesk, into findings: inout Findings) {
        desk.book.clear(Self.code, about: device, reason: "time-passed", into: &findings)
        guard let last = logs[device]?.last else { return }
        logs[device]?.latest = last
        logs[device]?.readOut = last
    }
}

extension ClockRollbackWatch: Packed {
    func pack(into packer: inout Packer) {
        packer.add(logs)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        logs = try unpacker.next()
    }
}

extension ClockRollbackWatch.Record: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence) = try unpacker.values()
    }
}

extension ClockRollbackWatch.Log: Packed {
    func pack(into packer: inout Packer) {
        packer.add(latest, last, readOut, readingUntil)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (latest, last, readOut, readingUntil) = try unpacker.values()
    }
}
