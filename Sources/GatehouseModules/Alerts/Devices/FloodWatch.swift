import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `device.flood`: more than 20 events a second (`limit`) for 10 s (`after`) from a device that is not reading out its
/// log; cleared when the rate has fallen for 60 s (`clear_after`).
///
/// The rate is that of the last 10 s, by the gateway's clock, and each half of them must carry its half: a heap of
/// events at one moment has not lasted for 10 s. What a device with a memory made more than a minute before it was
/// received is being read out, and does not count; neither does a device that says nothing but the state of its line.
struct FloodWatch: Sendable {
    static let code = "device.flood"
    private static let freshness = Duration.seconds(60)

    fileprivate struct Flow: Sendable {
        var window = RateWindow()
        /// When the rate was last above the limit, while the alert stands.
        var lastOver: Moment?
    }

    private var flows: [String: Flow] = [:]

    init() {}

    /// A punch or a scan.
    mutating func hear(_ fact: Fact, device: String, desk: inout AlertDesk, into findings: inout Findings) {
        let keeps = desk.site.devices[device]?.keepsReadings ?? true
        guard !keeps || findings.clock - fact.time <= Self.freshness else { return }
        let limit = desk.book.limit(Self.code, "limit", standard: 20)
        let after = desk.book.limit(Self.code, "after", standard: .seconds(10))
        let enough = after.value.wholeMilliseconds * Int64(limit.value) / 1000
        let isOver = flows[device, default: Flow()].window.add(
            findings.clock, span: max(2, after.value.wholeMilliseconds), enough: Int(clamping: enough))
        guard isOver else { return }
        let isNew = flows[device]?.lastOver == nil
        flows[device]?.lastOver = findings.clock
        let seconds = max(1, after.value.wholeMilliseconds / 1000)
        let rate = Double(flows[device]?.window.count ?? 0) / Double(seconds)
        raise(device, rate: rate, limit: limit, fact: fact, desk: &desk, into: &findings)
        guard isNew else { return }
        let calm = desk.book.limit(Self.code, "clear_after", standard: .seconds(60)).value
        desk.agenda.set(Due(.floodEnds, device), at: Deadline(findings.clock + calm))
    }

    private func raise(
        _ device: String, rate: Double, limit: (value: Int, from: String), fact: Fact, desk: inout AlertDesk,
        into findings: inout Findings
    ) {
        guard !desk.isStanding(Self.code, about: device) else {
            desk.book.add([fact.sequence], to: Alarm.key(Self.code, device))
            return
        }
        let name = desk.site.called(device: device)
        desk.raise(
            Alarm(
                code: Self.code, subject: device, evidence: [fact.sequence],
                rule: .rule(
                    measured: .number(rate.oneDecimal), limit: .integer(limit.value), unit: "events/s",
                    from: limit.from)
            ) { language in
                language == .chinese
                    ? "设备 \(name) 事件过多：每秒 \(rate.oneDecimal) 条"
                    : "Device \(name) gives \(rate.oneDecimal) events a second"
            }, into: &findings)
    }

    /// Perhaps the rate has fallen for long enough.
    mutating func reach(_ device: String, desk: inout AlertDesk, into findings: inout Findings) {
        guard let lastOver = flows[device]?.lastOver else { return }
        let calm = desk.book.limit(Self.code, "clear_after", standard: .seconds(60)).value
        guard lastOver + calm <= findings.clock else {
            desk.agenda.set(Due(.floodEnds, device), at: Deadline(lastOver + calm))
            return
        }
        flows[device]?.lastOver = nil
        desk.book.clear(Self.code, about: device, reason: "rate-fallen", into: &findings)
    }
}

/// When the events of the last seconds came.
struct RateWindow: Sendable {
    private var receipts: [Moment] = []
    /// Where the window and its second half begin.
    private var head = 0
    private var middle = 0

    var count: Int { receipts.count - head }

    /// One more event; whether there are now more than `enough` in the last `span` milliseconds, half of `enough` of
    /// them in each half.
    mutating func add(_ moment: Moment, span: Int64, enough: Int) -> Bool {
        receipts.append(moment)
        while moment.milliseconds - receipts[head].milliseconds >= span { head += 1 }
        middle = max(middle, head)
        while moment.milliseconds - receipts[middle].milliseconds >= span / 2 { middle += 1 }
        if head > 64, head > receipts.count / 2 {
            receipts.removeFirst(head)
            (head, middle) = (0, middle - head)
        }
        return count > enough && (middle - head) * 2 >= enough && (receipts.count - middle) * 2 >= enough
    }
}

extension RateWindow: Packed {
    func pack(into packer: inout Packer) {
        packer.add(Array(receipts[head...]), middle - head)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (receipts, middle) = try unpacker.values()
        guard (0...receipts.count).contains(middle) else { throw .unreadable("a rate") }
    }
}

extension FloodWatch: Packed {
    func pack(into packer: inout Packer) {
        packer.add(flows)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        flows = try unpacker.next()
    }
}

extension FloodWatch.Flow: Packed {
    func pack(into packer: inout Packer) {
        packer.add(window, lastOver)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (window, lastOver) = try unpacker.values()
    }
}
