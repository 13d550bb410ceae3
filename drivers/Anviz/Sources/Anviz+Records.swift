import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// Reading records: rounds of new ones, each stored before its marks are cleared, and now and then all of them.
extension Anviz {
    /// How many records one round takes at most: what a lost link can cost in reading again.
    static var roundLimit: Int { 500 }
    /// How many records share a receipt when the whole memory is read, and how many such batches may wait.
    private static var batchSize: Int { 500 }
    private static var batchWindow: Int { 4 }
    /// How often a clock without anything new is said to be synced.
    private static var syncedInterval: Duration { .seconds(15 * 60) }

    /// Records that came by themselves and are not on disk; beyond so many receipts the download brings them.
    private static var liveLimit: Int { 64 }

    /// Hands over records that the clock sent by itself. They keep their marks, so nothing more is owed.
    mutating func publish(live records: [AnvizRecord]) {
        // Before a clock that calls has said who it is, its punches may be another door's.
        guard context.expectedSerial == nil || link?.isTrusted == true else { return }
        guard !records.isEmpty, let waiting = link?.liveReceipts.count, waiting < Self.liveLimit else { return }
        see(records)
        memory.lastSeen = now.uptime
        let receipt = nextReceipt()
        link?.liveReceipts.insert(receipt)
        effects.append(.observed(records.map { $0.observation(settings, road: .live) }, receipt))
    }

    /// Keeps the newest time, across which the clock must not be set back.
    private mutating func see(_ records: [AnvizRecord]) {
        guard let newest = records.map({ $0.shown(settings.epoch) }).max() else { return }
        memory.newest = max(newest, memory.newest ?? newest)
    }

    /// The answer to "anything new?".
    mutating func polled(_ counts: AnvizCounts, sent: Now) {
        guard counts.newRecords == 0 else { return beginRead(.new, counts.newRecords, sent: sent) }
        link?.pollDue = now.uptime + settings.poll
        memory.isRead = true
        synced(through: vouched(at: sent.wall))
        let isRested = now.uptime >= memory.erasingRest ?? .zero
        if context.clearLog == .whenFull, let capacity = settings.capacity, isRested,
            counts.records * 100 >= capacity * 90
        {
            memory.erasingRest = now.uptime + Self.syncedInterval
            beginRead(.all(erasing: true), counts.records, sent: sent)
        }
    }

    /// Said after the first complete read of a link, and then now and then.
    private mutating func synced(through moment: Moment) {
        guard let link, now.uptime >= link.syncedRest else { return }
        // Nothing can be vouched for before a clock's old records have been seen once.
        guard memory.lastFullRead != nil else { return }
        self.link?.syncedRest = now.uptime + Self.syncedInterval
        effects.append(.synced(through: moment))
    }

    /// Begins at the oldest record of the kind that is wanted.
    mutating func beginRead(_ kind: RecordRead.Kind, _ expected: Int, sent: Now) {
        var read = RecordRead(kind: kind, through: vouched(at: sent.wall), expected: expected)
        if kind != .new {
            read.commands = link?.readCommands ?? []
            link?.readCommands = []
            link?.fullReadDue = settings.fullRead.map { now.uptime + $0 }
        } else {
            memory.lastSeen = now.uptime
        }
        link?.read = read
        link?.jobs.append(.download(kind == .new ? .new : .all))
    }

    /// A packet, or the refusal of one.
    mutating func gotRecords(_ result: AnvizResult, _ mode: AnvizDownload.Mode, _ frame: AnvizFrame) {
        guard let read = link?.read else { return }
        guard result == .ok || result == .empty else {
            faultOnce(
                "download-refused", "the clock did not hand out its records: \(result.text); it is tried again",
                raw: frame.bytes)
            return dropRead("the clock did not hand out its records: \(result.text)")
        }
        guard let records = result == .empty ? [] : AnvizDownload.records(frame.data) else {
            link?.frames.bad += 1
            return retryDownload(mode)
        }
        if records == read.last, !records.isEmpty {
            // The packet before this one once more: asked for anew, it shows that the clock never heard `next`.
            if mode == .again {
                link?.jobs.insert(.download(.next), at: 0)
                return
            }
            if read.repeats { return stillWait(mode) }
        }
        take(records)
    }

    /// A packet that was asked for twice came twice: the one that is meant is still to come.
    private mutating func stillWait(_ mode: AnvizDownload.Mode) {
        link?.exchange = Exchange(
            job: .download(mode), code: .download, sent: now, deadline: now.uptime + .milliseconds(1500))
    }

    /// Counts a packet in, and goes on.
    private mutating func take(_ records: [AnvizRecord]) {
        guard var read = link?.read else { return }
        see(records)
        read.last = records
        read.taken += records.count
        read.waiting += records
        if read.kind == .new { read.distinct.formUnion(records) }
        read.isEnded = records.count < AnvizDownload.packetLimit
        read.isOver = read.isEnded || (read.kind == .new && read.taken >= Self.roundLimit)
        link?.read = read
        continueRead()
    }

    /// Asks for the next packet, hands over what has gathered, or ends the read, whichever it is time for.
    private mutating func continueRead() {
        guard let read = link?.read else { return }
        let isBatch = read.kind != .new && read.waiting.count >= Self.batchSize
        if !read.waiting.isEmpty, read.isOver || isBatch {
            let receipt = nextReceipt()
            link?.read?.outstanding.insert(receipt)
            link?.read?.waiting = []
            effects.append(.observed(read.waiting.map { $0.observation(settings, road: .log) }, receipt))
        }
        guard let outstanding = link?.read?.outstanding.count else { return }
        if read.isOver {
            if outstanding == 0 { stored() }
        } else if outstanding < Self.batchWindow, link?.jobs.contains(.download(.next)) == false, !isAsking {
            link?.jobs.append(.download(.next))
        }
    }

    private var isAsking: Bool {
        if case .download = link?.exchange?.job { true } else { false }
    }

    /// The journal has a batch. For live records nothing follows, and receipts of earlier links are unknown by now.
    mutating func recorded(_ receipt: Receipt) {
        guard link?.liveReceipts.remove(receipt) == nil, link?.read?.outstanding.remove(receipt) != nil else { return }
        continueRead()
        effects.append(.wantLine)
    }

    /// Everything of the read is on disk.
    private mutating func stored() {
        guard let read = link?.read else { return }
        switch read.kind {
        case .new where read.taken == 0: endRound(read)
        // The marks must still be there: had somebody else cleared them, ours would be those of records nobody has.
        case .new: link?.jobs.append(.counts(.beforeMarks))
        case .all(let erasing): completeAll(read, erasing: erasing)
        }
    }

    /// Exactly the records of the round are on disk; exactly their marks go.
    mutating func clearMarks(_ counts: AnvizCounts) {
        guard let read = link?.read, read.kind == .new else { return }
        guard counts.newRecords >= read.distinct.count else {
            fault(
                "marks-moved",
                "of \(read.distinct.count) new records only \(counts.newRecords) are still marked: does "
                    + "another program read this clock? Nothing is lost here; set full_read to be certain")
            return dropRead("another program reads this clock")
        }
        link?.jobs.append(.clearMarks(read.distinct.count))
    }

    /// The round ends, or its marks stay and bring the same records again.
    mutating func marksCleared(_ result: AnvizResult, _ count: Int, _ frame: AnvizFrame) {
        guard let read = link?.read else { return }
        guard result == .ok else {
            faultOnce(
                "clear-refused",
                "the clock did not take the marks off \(count) records: \(result.text); they are read "
                    + "again with every round", raw: frame.bytes)
            link?.pollDue = now.uptime + .seconds(60)
            link?.read = nil
            return
        }
        if let cleared = AnvizNumber.read(frame.data), cleared != count {
            faultOnce(
                "clear-differs",
                "\(count) marks were to be cleared and the clock cleared \(cleared); read-log brings "
                    + "what was missed", raw: frame.bytes)
        }
        endRound(read)
    }

    /// A round that ended with a short packet had everything that was new when it began.
    private mutating func endRound(_ read: RecordRead) {
        link?.read = nil
        guard read.isEnded else {
            link?.pollDue = now.uptime
            return
        }
        link?.pollDue = now.uptime + settings.poll
        memory.isRead = true
        synced(through: read.through)
        // A clock that runs ahead may be set back only now that the newest record is known.
        if let offset = link?.offset, offset > .zero, context.clock == .sync { link?.clockDue = now.uptime }
    }

    /// The whole memory is on disk: said only if it was as much as the counts promised.
    private mutating func completeAll(_ read: RecordRead, erasing: Bool) {
        link?.read = nil
        guard read.taken >= read.expected else {
            let reason = "the clock has \(read.expected) records and handed out \(read.taken); it is read again later"
            fault("read-incomplete", reason)
            for command in read.commands { effects.append(.answered(command, .refused(reason))) }
            if memory.lastFullRead == nil { link?.fullReadDue = now.uptime + Self.syncedInterval }
            return
        }
        memory.lastFullRead = now.uptime
        link?.syncedRest = .zero
        synced(through: read.through)
        for command in read.commands { effects.append(.answered(command, .done(["records": .integer(read.taken)]))) }
        if erasing, !read.repeats {
            link?.read = read
            link?.jobs.append(.counts(.beforeErasing))
        }
    }

    /// A packet did not come, or made no sense. The first time it is asked for again; then the read begins anew, which
    /// costs nothing but time, since no mark has been cleared.
    mutating func retryDownload(_ mode: AnvizDownload.Mode) {
        guard let read = link?.read else { return }
        link?.read?.repeats = true
        if mode == .next {
            link?.jobs.insert(.download(.again), at: 0)
        } else if read.kind == .new || read.restarts >= 2 {
            dropRead("the clock's packets came damaged")
        } else {
            // What has been handed over stays so; the whole memory is asked for from its beginning.
            link?.read?.last = nil
            link?.read?.taken = 0
            link?.read?.waiting = []
            link?.read?.restarts += 1
            link?.jobs.insert(.download(.all), at: 0)
        }
    }

    /// Gives a read up; the next poll begins another.
    mutating func dropRead(_ reason: String) {
        for command in link?.read?.commands ?? [] { effects.append(.answered(command, .refused(reason))) }
        if link?.read == nil {
            for command in link?.readCommands ?? [] { effects.append(.answered(command, .refused(reason))) }
            link?.readCommands = []
        }
        let isFull = link?.read.map { $0.kind != .new } ?? false
        if (isFull && memory.lastFullRead == nil) || link?.fullReadDue.map({ $0 <= now.uptime }) == true {
            link?.fullReadDue = now.uptime + .seconds(60)
        }
        link?.read = nil
        link?.jobs.removeAll { job in
            switch job {
            case .download, .counts, .clearMarks, .eraseAll: true
            default: false
            }
        }
        let due = max(link?.pollDue ?? .zero, now.uptime + .seconds(1))
        link?.pollDue = due
    }
}
