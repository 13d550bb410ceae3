import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Nobody is blamed for a broken clock.
extension AttendanceBook {
    private static let halfHour: Int64 = 30 * 60_000
    /// The years in which punches may lie; what is vouched for may reach further.
    private static let years = Moment(seconds: -62_135_596_800)..<Moment(seconds: 253_402_300_800)

    /// Whether the record closes, stays pending, or says less because no clock could tell. One that has closed is open
    /// again where what came later has moved its window's end, or shows that a clock may yet tell more of it.
    func judge(_ record: inout AttendanceRecord, _ rules: BookRules) {
        record.isClosed = false
        guard record.closes <= clock else { return }
        if isPending(record, rules) {
            record.status.insert(.pending)
            return
        }
        record.isClosed = true
        if !record.isOvertime { leaveUnproven(&record, rules) }
    }

    /// Whether a clock with memory may yet tell of punches that turn the record round.
    private func isPending(_ record: AttendanceRecord, _ rules: BookRules) -> Bool {
        guard !record.status.isDisjoint(with: .doubtful),
            clock.milliseconds < record.closes.milliseconds + rules.allowedLateness
        else { return false }
        return rules.clocks.contains { clock in
            clock.hasMemory && !vouching.vouches(clock.device, hasMemory: true, at: record.closes)
        }
    }

    /// What no clock could have told is not said.
    private func leaveUnproven(_ record: inout AttendanceRecord, _ rules: BookRules) {
        let doubtfulIn: RecordStatus = [.late, .missingIn, .absent]
        let doubtfulOut: RecordStatus = [.early, .missingOut, .absent]
        let said = record.status
        guard !said.isDisjoint(with: doubtfulIn.union(doubtfulOut)), let shift = placesOfShifts[Int(record.key.shift)]
        else { return }
        let terms = rules.terms[shift]
        if !said.isDisjoint(with: doubtfulIn),
            !isVouched(
                from: record.expectedStart - .milliseconds(Self.halfHour),
                through: record.expectedStart + .milliseconds(terms.graceIn))
        {
            record.status.subtract(doubtfulIn)
            record.status.insert(.unproven)
            record.lateMinutes = 0
        }
        if !said.isDisjoint(with: doubtfulOut),
            !isVouched(
                from: record.expectedEnd - .milliseconds(terms.graceOut),
                through: record.expectedEnd + .milliseconds(Self.halfHour))
        {
            record.status.subtract(doubtfulOut)
            record.status.insert(.unproven)
            record.earlyMinutes = 0
        }
    }

    /// Whether any clock vouches for any moment of a span, both ends included. Without a clock there is nothing to
    /// doubt.
    func isVouched(from first: Moment, through last: Moment) -> Bool {
        guard let rules, !rules.clocks.isEmpty else { return true }
        return rules.clocks.contains {
            vouching.vouches($0.device, hasMemory: $0.hasMemory, from: first, through: last)
        }
    }

    mutating func hearOfDevice(_ fact: Fact, into changes: inout Changes) {
        guard let device = fact.content.device else { return }
        guard let clock = rules?.clocks.first(where: { $0.device == device }) else {
            vouching.hear(fact)
            return
        }
        let before = vouching.spans(of: device, hasMemory: clock.hasMemory, in: Self.years)
        vouching.hear(fact)
        let after = vouching.spans(of: device, hasMemory: clock.hasMemory, in: Self.years)
        guard before != after else { return }
        changes.vouchingHasChanged = true
        for range in Self.difference(before, after) { refreshDoubtful(range, into: &changes) }
    }

    /// Where exactly one of two lists of spans stands.
    static func difference(_ first: [Range<Moment>], _ second: [Range<Moment>]) -> [Range<Moment>] {
        var start = 0
        while start < min(first.count, second.count), first[start] == second[start] { start += 1 }
        let (ones, others) = (Array(first[start...]), Array(second[start...]))
        return (ones.flatMap { others.gaps(in: $0) } + others.flatMap { ones.gaps(in: $0) }).merged
    }

    /// Works out anew whatever is pending or could be unproven, or is, and asks about a moment of the range.
    private mutating func refreshDoubtful(_ range: Range<Moment>, into changes: inout Changes) {
        guard let rules else { return }
        var records: [AttendanceRecord] = []
        for key in questions.keys(from: range.lowerBound) {
            let file = Int(key.person)
            // Before its window's end a record says what the punches say.
            guard let place = files[file].place(of: key), files[file].records[place].closes <= clock,
                !files[file].records[place].status.isDisjoint(with: OpenQuestions.statuses),
                asks(files[file].records[place], about: range, rules)
            else { continue }
            records.append(files[file].records[place])
        }
        records.sort { $0.key.person == $1.key.person ? $0.comes(before: $1) : $0.key.person < $1.key.person }
        for record in records { refresh(record.key, into: &changes) }
    }
}

extension AttendanceBook {
    /// Whether it makes a difference to the record which clocks vouch for a moment of the range: one of those when its
    /// person should have come or gone, or its window's end.
    private func asks(_ record: AttendanceRecord, about range: Range<Moment>, _ rules: BookRules) -> Bool {
        guard let shift = placesOfShifts[Int(record.key.shift)] else { return true }
        let terms = rules.terms[shift]
        func holds(_ moment: Moment, before: Int64, after: Int64) -> Bool {
            range.lowerBound.milliseconds <= moment.milliseconds + after
                && moment.milliseconds - before <= range.upperBound.milliseconds
        }
        return holds(record.closes, before: 0, after: 0)
            || holds(record.expectedStart, before: Self.halfHour, after: terms.graceIn)
            || holds(record.expectedEnd, before: terms.graceOut, after: Self.halfHour)
    }
}

extension Fact.Content {
    fileprivate var device: String? {
        switch self {
        case .connected(let device, _), .disconnected(let device, _), .synced(let device, _): device
        default: nil
        }
    }
}
