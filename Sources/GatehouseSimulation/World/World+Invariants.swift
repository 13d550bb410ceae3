import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// The journal as it must be, kept beside it row by row.
struct Ledger: Sendable {
    var checked = 0
    var identities: Set<MemoryJournal.Identity> = []
    var newest: [Topic: Int64] = [:]
}

/// The rules, each where it could be broken first.
extension World {
    /// The most bytes on one direction of a line.
    static let lineLimit = 1 << 20
    /// The most events that one input makes: a window of a log read.
    static let burstLimit = 4000
    /// The most stores that a driver waits for at once.
    static let receiptLimit = 300

    /// The failure, with all that is needed to see it again.
    func broken(_ rule: BrokenInvariant.Rule, _ detail: String) -> BrokenInvariant {
        BrokenInvariant(
            rule: rule, detail: detail, seed: seed, untilSeconds: plan.trouble.components.seconds, step: steps,
            uptime: uptime)
    }

    /// After each input to either end of a device's line.
    func checkQueues(_ index: Int) throws(BrokenInvariant) {
        guard let session = stations[index].session else { return }
        if session.supervisor.unstored > Self.receiptLimit {
            throw broken(.boundedQueues, "\(name(index)) waits for \(session.supervisor.unstored) receipts")
        }
        if session.unstored > Self.unstoredLimit + Self.burstLimit {
            throw broken(.boundedQueues, "\(name(index)) has \(session.unstored) events waiting for the disk")
        }
        guard let link = session.link else { return }
        if max(link.toDevice.byteCount, link.toGateway.byteCount) > Self.lineLimit {
            throw broken(.boundedQueues, "\(name(index)) has over \(Self.lineLimit) bytes on its line")
        }
    }

    /// After each input to a device: what it let go of must be in the journal.
    mutating func checkDevice(_ index: Int) throws(BrokenInvariant) {
        guard let device = stations[index].device as? any RecordKeeping else { return }
        while stations[index].madeAt.count < device.recordCount {
            stations[index].madeAt.append(uptime)
            stations[index].unsettled.append(stations[index].madeAt.count)
            stations[index].missing.append(stations[index].madeAt.count)
        }
        guard device.settledCount != stations[index].settledCount else { return }
        stations[index].settledCount = device.settledCount
        // Acknowledgements carry no number: where datagrams come twice or not at all, the device cannot
        // know what was meant.
        let isCertain = stations[index].deviceTransport != .udp
        var still: [Int] = []
        for number in stations[index].unsettled {
            let standing = device.standing(of: number)
            if standing.isErased {
                try check(.erasedOnlyWhenStored, number, of: device, index)
            } else if standing.isAcknowledged {
                if isCertain { try check(.acknowledgedOnlyWhenStored, number, of: device, index) }
            } else {
                still.append(number)
            }
        }
        stations[index].unsettled = still
    }

    /// A record that the device let go of must be in the journal by now.
    private func check(
        _ rule: BrokenInvariant.Rule, _ number: Int, of device: any RecordKeeping, _ index: Int
    ) throws(BrokenInvariant) {
        guard !holds(number, of: device, index) else { return }
        throw broken(rule, "\(name(index)) record \(number), \(device.identity(of: number)), is not in the journal")
    }

    /// Whether the journal holds that record of the device.
    func holds(_ number: Int, of device: any RecordKeeping, _ index: Int) -> Bool {
        journal.place(of: stations[index].identity(device.identity(of: number))) != nil
    }

    /// When `device.synced` is committed: what the device had made before the moment that it names is there.
    func checkSynced(_ event: Event, _ index: Int) throws(BrokenInvariant) {
        guard let device = stations[index].device as? any RecordKeeping,
            let data = try? JSONValue(parsing: event.data),
            let through = data["through"]?.text.flatMap({ Timestamp($0) })
        else { return }
        let made = stations[index].madeAt
        let end = firstTime(at: through.moment)
        for number in stations[index].missing where made[number - 1] < end {
            guard !holds(number, of: device, index) else { continue }
            throw broken(
                .syncedMeansStored,
                "\(name(index)) synced through \(through.text) without record \(number), \(device.identity(of: number))"
            )
        }
    }

    /// The first uptime at which the gateway's wall clock showed that moment or a later one: what was made
    /// before it, was made before any reading that could vouch for it.
    private func firstTime(at moment: Moment) -> Duration {
        for (index, span) in wallShifts.enumerated() {
            let end = index + 1 < wallShifts.count ? wallShifts[index + 1].since : uptime
            let reached = moment - (start + span.shift)
            if reached <= end { return max(reached, span.since) }
        }
        return uptime
    }

    /// After each transaction: the new rows, against the ledger.
    mutating func checkRows() throws(BrokenInvariant) {
        var ledger = ledger
        self.ledger = Ledger()
        for row in journal.rows.dropFirst(ledger.checked) {
            try Self.check(row, &ledger) { broken($0, $1) }
        }
        self.ledger = ledger
        guard journal.rows.count == ledger.checked, journal.head == Int64(ledger.checked) else {
            throw broken(
                .sequenceWithoutHoles, "the journal holds \(journal.rows.count) rows, its head is \(journal.head)")
        }
    }

    /// One row against what must come next.
    private static func check(
        _ row: MemoryJournal.Row, _ ledger: inout Ledger, broken: (BrokenInvariant.Rule, String) -> BrokenInvariant
    ) throws(BrokenInvariant) {
        let (sequence, topic) = (row.recorded.sequence, row.recorded.topic)
        ledger.checked += 1
        guard sequence == Int64(ledger.checked) else {
            throw broken(.sequenceWithoutHoles, "\(sequence) follows \(ledger.checked - 1)")
        }
        let identity = MemoryJournal.Identity(source: row.event.source, id: row.event.id)
        guard ledger.identities.insert(identity).inserted else {
            throw broken(.oneRowPerIdentity, "\(identity.source) \(identity.id) is there a second time, at \(sequence)")
        }
        guard row.recorded.previous == ledger.newest[topic] ?? 0 else {
            throw broken(.previousChains, "\(sequence) of \(topic.rawValue) points to \(row.recorded.previous)")
        }
        ledger.newest[topic] = sequence
    }

    /// The whole journal again from its first row.
    func checkJournal() throws(BrokenInvariant) {
        var fresh = Ledger()
        for row in journal.rows { try Self.check(row, &fresh) { broken($0, $1) } }
        guard fresh.checked == ledger.checked else {
            throw broken(.sequenceWithoutHoles, "the journal held \(ledger.checked) rows and holds \(fresh.checked)")
        }
    }
}
