public import GatehouseModel
import GatehouseRules

/// A scan that was read, in its place among the scans of its device.
public struct ScanAnswer: Hashable, Sendable {
    public var sequence: Int64
    public var time: Moment
    public var device: String
    public var reading: ScanReading
    /// Who scanned; nil where nobody was named.
    public var guardPerson: String?
    /// The checkpoint scanned, or the one of which a condition speaks; nil for a condition without one, and for others.
    public var checkpoint: String?
}

/// What scans say of whom and of which checkpoint, by the scans' own times, in whatever order they arrive.
///
/// At one device a person's scan says who scans from then on, until another person's scan or `guard_session` later. A
/// condition speaks of the last checkpoint scanned there within `condition_window`. Of scans at one time, the one
/// received first was first.
///
/// Scans are forgotten when they were received longer ago than a guard's session, the largest lateness of a route and
/// eight days together: a device that keeps readings longer delivers those that belong together at one time.
public struct ScanBook: Sendable {
    /// What one scan says, and which scans received earlier say something else now.
    public struct Heard: Sendable {
        public var answer: ScanAnswer
        /// By time; with their new answers.
        public var changed: [ScanAnswer]
    }

    private var names = NameTable()
    private var logs: [Int32: ScanLog] = [:]
    private var rules: Rules?

    /// What of the site matters.
    private struct Rules: Sendable {
        var codes: ScanCodes
        /// The guard to whom every scan at a device belongs.
        var owners: [String: String]
        var session: Duration
        var window: Duration
        var memory: Duration
    }

    public init() {}

    /// The rules that hold from now on. What was read keeps its meaning.
    public mutating func apply(_ index: SiteIndex) {
        let patrol = index.site.patrol
        let reach = index.site.routes.map { $0.duration + $0.tolerance + $0.allowedLateness }.max() ?? .zero
        rules = Rules(
            codes: ScanCodes(index), owners: index.devices.compactMapValues(\.guardPerson),
            session: patrol.guardSession, window: patrol.conditionWindow,
            memory: reach + patrol.guardSession + .seconds(8 * 86_400))
    }

    /// A `scan.recorded`; nil for any other event, before there is a site, and for a scan that was heard before.
    public mutating func hear(_ fact: Fact, clock: Moment) -> Heard? {
        guard let rules, case .scan(let scan) = fact.content else { return nil }
        let reading = rules.codes.reading(of: scan)
        var answer = ScanAnswer(sequence: fact.sequence, time: fact.time, device: scan.device, reading: reading)
        answer.guardPerson = rules.owners[scan.device]
        guard let entry = entry(fact, reading) else { return Heard(answer: answer, changed: []) }

        let device = names.number(of: scan.device)
        // Taken out while it is worked with.
        var log = ScanLog()
        swap(&log, &logs[device, default: ScanLog()])
        defer { swap(&log, &logs[device, default: ScanLog()]) }
        log.forget(receivedBefore: clock - rules.memory)
        switch reading {
        case .checkpoint(let checkpoint):
            guard log.checkpoints.add(entry) else { return nil }
            answer.checkpoint = checkpoint
            name(&answer, entry, log, rules)
            return Heard(answer: answer, changed: respoken(by: entry, at: scan.device, log, rules))
        case .condition:
            guard log.conditions.add(entry) else { return nil }
            answer.checkpoint = log.checkpoints.value(through: entry, within: rules.window).map { names[$0] }
            name(&answer, entry, log, rules)
            return Heard(answer: answer, changed: [])
        default:
            guard log.people.add(entry) else { return nil }
            name(&answer, entry, log, rules)
            return Heard(answer: answer, changed: renamed(by: entry, at: scan.device, log, rules))
        }
    }

    private mutating func entry(_ fact: Fact, _ reading: ScanReading) -> ScanEntry? {
        switch reading {
        case .checkpoint(let id), .condition(let id), .person(let id):
            ScanEntry(
                time: fact.time, sequence: fact.sequence, received: fact.received, value: names.number(of: id))
        case .forged, .unknown: nil
        }
    }

    /// Says who scanned, where the device belongs to nobody.
    private func name(_ answer: inout ScanAnswer, _ entry: ScanEntry, _ log: ScanLog, _ rules: Rules) {
        guard answer.guardPerson == nil else { return }
        answer.guardPerson = log.people.value(through: entry, within: rules.session).map { names[$0] }
    }

    /// The checkpoints and conditions that were scanned after a person's scan which has arrived after them.
    private func renamed(
        by person: ScanEntry, at device: String, _ log: ScanLog, _ rules: Rules
    ) -> [ScanAnswer] {
        guard rules.owners[device] == nil else { return [] }
        let previous = log.people.last(before: person)
        let end = log.people.first(after: person)
        func changed(_ line: ScanLine) -> [ScanEntry] {
            line.entries(after: person, before: end, within: rules.session).filter { entry in
                let former = previous.flatMap { entry.time - $0.time <= rules.session ? $0.value : nil }
                return former != person.value
            }
        }
        let guardPerson = names[person.value]
        let places = changed(log.checkpoints).map { entry in
            let name = names[entry.value]
            return ScanAnswer(
                sequence: entry.sequence, time: entry.time, device: device, reading: .checkpoint(name),
                guardPerson: guardPerson, checkpoint: name)
        }
        let conditions = changed(log.conditions).map { entry in
            ScanAnswer(
                sequence: entry.sequence, time: entry.time, device: device, reading: .condition(names[entry.value]),
                guardPerson: guardPerson,
                checkpoint: log.checkpoints.value(through: entry, within: rules.window).map { names[$0] })
        }
        return (places + conditions).sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
    }

    /// The conditions that speak of a checkpoint whose scan has arrived after them.
    private func respoken(
        by checkpoint: ScanEntry, at device: String, _ log: ScanLog, _ rules: Rules
    ) -> [ScanAnswer] {
        guard log.conditions.count > 0 else { return [] }
        let previous = log.checkpoints.last(before: checkpoint)
        let end = log.checkpoints.first(after: checkpoint)
        let later = log.conditions.entries(after: checkpoint, before: end, within: rules.window)
        return later.compactMap { entry in
            let former = previous.flatMap { entry.time - $0.time <= rules.window ? $0.value : nil }
            guard former != checkpoint.value else { return nil }
            var answer = ScanAnswer(
                sequence: entry.sequence, time: entry.time, device: device, reading: .condition(names[entry.value]),
                guardPerson: rules.owners[device], checkpoint: names[checkpoint.value])
            name(&answer, entry, log, rules)
            return answer
        }
    }
}

extension ScanBook: Packed {
    public func pack(into packer: inout Packer) {
        packer.add(names, logs)
    }

    /// The rules are not in it: the site is applied again.
    public init(from unpacker: inout Unpacker) throws(PackProblem) {
        (names, logs) = try unpacker.values()
        for log in logs.values {
            for entry in log.people.entries + log.checkpoints.entries + log.conditions.entries
            where !(0..<names.count).contains(Int(entry.value)) {
                throw .unreadable("a scan")
            }
        }
    }
}
