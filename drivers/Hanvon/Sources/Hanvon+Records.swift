import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// Reading records by time. The answer is taken apart as it comes; its records go to the journal in batches.
extension Hanvon {
    /// How many records share a receipt.
    static var batchSize: Int { 200 }
    private static var syncedInterval: Duration { .seconds(15 * 60) }

    /// After a look at the clock: what is to be read now.
    mutating func considerReading(sent: Now) {
        let isFull = link?.readCommands.isEmpty == false || memory.fullReadDue.map { now.uptime >= $0 } == true
        // The newest punches first, when everything is due and something is known: it may take long.
        let isFirst = isFull && !memory.isRead && memory.readFrom != nil && link?.syncedRest == .zero
        if isFirst, link?.readCommands.isEmpty == true { link?.jobs.append(.records(isFull: false)) }
        link?.jobs.append(.records(isFull: isFull))
    }

    /// Begins a read: everything, or from a little before the last one on.
    mutating func recordQuery(isFull: Bool) -> HanvonMessage {
        let local = context.zone.local(at: now.wall)
        let seconds = local.secondsSince1970 + (link?.offset ?? .zero).components.seconds
        var read = RecordRead(
            isFull: isFull, through: vouched(at: now.wall),
            shown: link?.offset == nil ? nil : LocalTime(secondsSince1970: seconds))
        if isFull {
            read.commands = link?.readCommands ?? []
            link?.readCommands = []
        }
        link?.read = read
        guard !isFull, let from = memory.readFrom else { return HanvonMessage("GetRecord") }
        let start = LocalTime(secondsSince1970: from.secondsSince1970 - settings.overlap.components.seconds)
        return HanvonMessage("GetRecord", [.init("start_time", start.deviceText)])
    }

    /// Items before the first `time` are the answer's own; each `time` begins a record.
    mutating func takeRecord(_ item: HanvonMessage.Item) {
        guard link?.read != nil else { return }
        if item.key == "time" {
            endRecord()
            link?.read?.record.take(item)
        } else if link?.read?.record.isEmpty == true {
            link?.items.take(item)
        } else {
            link?.read?.record.take(item)
        }
    }

    /// The record under way is complete, since another one or the end follows.
    private mutating func endRecord() {
        guard let record = link?.read?.record, !record.isEmpty else { return }
        link?.read?.record = HanvonRecord()
        link?.read?.taken += 1
        guard let observation = record.observation(settings, road: "log"), let time = record.time else {
            link?.read?.unreadableCount += 1
            if link?.read?.unreadable.isEmpty == true { link?.read?.unreadable = [record.bytes] }
            return
        }
        let newest = max(link?.read?.newest ?? time, time)
        link?.read?.newest = newest
        link?.read?.waiting.append(observation)
    }

    /// Hands what has gathered to the journal, if it is so much.
    mutating func handOver(atLeast count: Int) {
        guard let waiting = link?.read?.waiting, !waiting.isEmpty, waiting.count >= count else { return }
        let receipt = nextReceipt()
        link?.read?.waiting = []
        link?.read?.outstanding.insert(receipt)
        effects.append(.observed(waiting, receipt))
    }

    /// The answer is complete.
    mutating func recordsEnded() {
        endRecord()
        handOver(atLeast: 1)
        guard let read = link?.read, let header = link?.items else { return }
        if let newest = read.newest { memory.newest = max(newest, memory.newest ?? newest) }
        guard header["result"] == "success" else {
            let reason = "the clock did not hand out its records: \(header["reason"] ?? "no reason given")"
            faultOnce("records-refused", reason + "; they are asked for again", raw: header.bytes)
            return giveUp(reason, pause: .seconds(60))
        }
        if let first = read.unreadable.first {
            faultOnce(
                "record-unreadable",
                "\(read.unreadableCount) records have no id or no time that can be understood; "
                    + "they are left out", raw: first)
        }
        if let total = header["total"].flatMap({ Int($0) }), total != read.taken {
            let reason = "the clock announced \(total) records and sent \(read.taken)"
            fault("read-incomplete", reason + "; they are read again")
            return giveUp(reason, pause: settings.poll)
        }
        link?.read?.isOver = true
        completeIfStored()
    }

    /// Ends a read that brought too little; the next one begins after the pause.
    private mutating func giveUp(_ reason: String, pause: Duration) {
        for command in link?.read?.commands ?? [] { effects.append(.answered(command, .refused(reason))) }
        link?.read = nil
        link?.jobs = []
        link?.pollDue = now.uptime + pause
    }

    /// The journal has a batch, or a delivered record. Receipts of earlier links are unknown and mean nothing.
    mutating func recorded(_ receipt: Receipt) {
        if link?.read?.outstanding.remove(receipt) != nil { return completeIfStored() }
        guard link?.owed.contains(where: { $0.receipt == receipt }) == true else { return }
        link?.recorded.insert(receipt)
        payOwed()
    }

    /// The read is over when its last record is on disk.
    private mutating func completeIfStored() {
        guard let read = link?.read, read.isOver, read.outstanding.isEmpty else { return }
        link?.read = nil
        memory.readFrom = read.shown ?? read.newest ?? memory.readFrom
        link?.pollDue = now.uptime + settings.poll
        for command in read.commands { effects.append(.answered(command, .done(["records": .integer(read.taken)]))) }
        if read.isFull { completeFull(read) }
        guard memory.isRead, now.uptime >= link?.syncedRest ?? .zero else { return }
        link?.syncedRest = now.uptime + Self.syncedInterval
        effects.append(.synced(through: read.through))
    }

    /// Everything is on disk: from here on, reading the last minutes is enough.
    private mutating func completeFull(_ read: RecordRead) {
        memory.isRead = true
        memory.fullReadDue = settings.fullRead.map { now.uptime + $0 }
        link?.syncedRest = .zero
        if memory.logUsed != read.taken {
            effects.append(.status(DeviceStatus(logUsed: read.taken, logCapacity: settings.capacity)))
        }
        memory.logUsed = read.taken
        // A clock that runs ahead may be set back only now that the newest record is known.
        if let offset = link?.offset, offset > .zero, context.clock == .sync { link?.pollDue = now.uptime }
        guard context.clearLog == .whenFull, let capacity = settings.capacity, read.unreadableCount == 0,
            read.taken * 100 >= capacity * 90, let shown = read.shown
        else { return }
        let end = LocalTime(secondsSince1970: shown.secondsSince1970 - settings.overlap.components.seconds)
        link?.jobs.append(.delete(upTo: end))
    }

    /// Deleted or not, everything is counted again.
    mutating func deleted(_ answer: HanvonRecord) {
        guard answer["result"] == "success" else {
            return fault(
                "clear-failed", "the clock did not delete its records: \(answer["reason"] ?? "no reason given")",
                raw: answer.bytes)
        }
        memory.logUsed = nil
    }
}
