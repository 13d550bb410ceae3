import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// Reading the log: counters, transfer, counters again, and then batch by batch to the journal.
extension ZKTeco {
    /// How many observations share a receipt.
    static let batchSize = 1000
    /// How many batches may wait for the journal at once.
    static let batchWindow = 4
    /// How often a log whose count moves or whose bytes make no sense is transferred before the next
    /// quarter of an hour.
    private static let readAttempts = 3

    /// A read begins with the counters: a record's size follows from their number.
    mutating func startRead() {
        link?.jobs.append(.sizes(.before))
    }

    /// Takes the counters for whatever they were asked for.
    mutating func gotSizes(_ reply: ZKPacket, for purpose: Job.SizesPurpose, sent: Now) {
        guard reply.command == .ok, let sizes = ZKFreeSizes(reply.data) else {
            faultOnce(
                "sizes-unreadable",
                "the terminal did not say how full it is, and so its log cannot be read; update its firmware",
                raw: reply.bytes)
            return sizesFailed(purpose)
        }
        note(sizes)
        switch purpose {
        case .before: beginRead(sizes, at: sent.wall)
        case .after: compare(sizes, at: sent.wall)
        case .users: link?.jobs.insert(.read(.users), at: 0)
        case .recount: recounted(sizes)
        }
    }

    private mutating func sizesFailed(_ purpose: Job.SizesPurpose) {
        switch purpose {
        case .before, .after: endRead(failure: "the terminal did not say how many records it holds")
        case .users: publishHeld()
        case .recount: unlockAfterFailure()
        }
    }

    private mutating func beginRead(_ sizes: ZKFreeSizes, at moment: Moment) {
        let commands = link?.readCommands ?? []
        let read = LogRead(through: vouched(at: moment), before: sizes, commands: commands)
        link?.read = read
        link?.readCommands = []
        transferLog(sizes)
    }

    private mutating func transferLog(_ sizes: ZKFreeSizes) {
        let jobs = sizes.records > 0 ? [.read(.attendance)] : closing()
        link?.jobs.insert(contentsOf: jobs, at: 0)
    }

    /// What follows the transfer. Events are asked for between it and the last look at the counters, so
    /// that no punch falls between the two roads.
    private mutating func closing() -> [Job] {
        guard link?.registered == false else { return [.sizes(.after)] }
        link?.registered = true
        return [.register, .sizes(.after)]
    }

    /// Takes what a bulk read brought. Records of eight bytes carry no user id, so the user table follows them.
    mutating func transferred(_ bytes: [UInt8], of dataset: ZKTransfer.Dataset) {
        switch dataset {
        case .users: takeUsers(bytes)
        case .attendance:
            guard let before = link?.read?.before.records else { return }
            link?.read?.dataset = bytes
            let size = (bytes.count - min(4, bytes.count)) / max(before, 1)
            let jobs = (size == 8 ? [.read(.users)] : []) + closing()
            link?.jobs.insert(contentsOf: jobs, at: 0)
        }
    }

    mutating func transferFailed(_ failure: ZKTransfer.Failure, of dataset: ZKTransfer.Dataset) {
        let what = dataset == .users ? "user table" : "log"
        let reason =
            switch failure {
            case .unsupported(let command): "the terminal answered \(command.rawValue) when its \(what) was to be read"
            case .tooLarge(let size): "the terminal announced a \(what) of \(size) bytes, more than any terminal holds"
            case .exhausted: "the terminal's \(what) broke off three times"
            }
        fault("log-transfer-failed", reason + "; the gateway tries again")
        if failure == .exhausted { return abandon(.silent) }
        if dataset == .users { publishHeld() } else { endRead(failure: reason) }
    }

    /// How many punches made during one read are allowed for.
    private static var overtakenLimit: Int { 64 }

    /// A punch made during the transfer may or may not be in the dataset, and spoils the division: then once more.
    private mutating func compare(_ after: ZKFreeSizes, at moment: Moment) {
        guard let read = link?.read else { return }
        let hasMoved = after.records != read.before.records
        if hasMoved, read.attempts < Self.readAttempts {
            return readAgain(after, at: moment)
        }
        // A gate so busy that every read is overtaken: the bytes are as many records as there were at some moment
        // between. A layout without text may make sense by chance then, so only one that has proved itself before is
        // believed.
        let lowest = max(read.before.records, after.records - Self.overtakenLimit)
        for count in hasMoved ? Array(lowest...max(lowest, after.records)) : [after.records] {
            guard let log = decode(read.dataset, count: count) else { continue }
            if !hasMoved || log.provesItsCut || log.layout == memory.layout { return accept(log) }
        }
        guard read.attempts < Self.readAttempts else { return refuseLog(read) }
        readAgain(after, at: moment)
    }

    private mutating func readAgain(_ sizes: ZKFreeSizes, at moment: Moment) {
        link?.read?.before = sizes
        let through = vouched(at: moment)
        link?.read?.through = through
        link?.read?.attempts += 1
        link?.read?.dataset = []
        transferLog(sizes)
    }

    private func decode(_ dataset: [UInt8], count: Int) -> ZKAttendanceLog? {
        let latest = ZKTime(context.zone.local(at: now.wall + (link?.offset ?? .zero)))
        // The layout that the site gives, or that worked last time; without either, the one that makes
        // sense.
        let remembered = memory.layout.flatMap { $0.size == 8 ? $0 : nil }
        if let layout = settings.eight ?? remembered,
            let log = try? ZKAttendanceLog.read(dataset, count: count, latest: latest, eight: layout)
        {
            return log
        }
        return settings.eight == nil ? try? ZKAttendanceLog.read(dataset, count: count, latest: latest) : nil
    }

    private mutating func refuseLog(_ read: LogRead) {
        let bytes = max(0, read.dataset.count - 4)
        let isShort = bytes == 8 * read.before.records
        let reason =
            "the log of \(bytes) bytes makes no sense as \(read.before.records) records; "
            + "nothing of it is taken, and it is read again later"
            + (isShort ? "; settings: { layout8: A } or B in the site file decides where the terminal is known" : "")
        fault("log-unreadable", reason, raw: read.dataset)
        endRead(failure: reason)
    }

    /// The log makes sense: from here on its punches are on their way to the journal.
    private mutating func accept(_ log: ZKAttendanceLog) {
        if !log.punches.isEmpty { memory.layout = log.layout }
        if let newest = log.punches.map(\.time).max() { memory.newestPunch = max(newest, memory.newestPunch ?? newest) }
        memory.logIsKnown = true
        if !log.unreadable.isEmpty {
            faultOnce(
                "record-unreadable",
                "\(log.unreadable.count) records of the terminal's log are garbled and are left out",
                raw: log.unreadable.joined())
        }
        link?.read?.log = log
        link?.read?.dataset = []
        handOver()
    }

    /// Hands batches over as fast as the journal takes them.
    private mutating func handOver() {
        guard let log = link?.read?.log else { return }
        while let read = link?.read, read.outstanding.count < Self.batchWindow, read.handedOver < log.punches.count {
            let batch = log.punches[read.handedOver...].prefix(Self.batchSize)
            let receipt = nextReceipt()
            precondition(!batch.isEmpty, "a receipt stands for something")
            link?.read?.handedOver = batch.endIndex
            link?.read?.outstanding.insert(receipt)
            effects.append(.observed(batch.map { observation($0, road: .log, layout: log.layout) }, receipt))
        }
        if let read = link?.read, read.outstanding.isEmpty { complete(read, log) }
    }

    /// A punch as a reading, with the settings and the user table at hand.
    func observation(_ punch: ZKPunch, road: ZKTecoPunch.Road, layout: ZKRecordLayout?) -> Observation {
        let usual: ZKVerifyDialect = punch.uid != nil && punch.userID == nil ? .old : .new
        return .punch(
            ZKTecoPunch.reading(
                of: punch, userID: punch.uid.flatMap { link?.users[$0] }, road: road,
                usesState: settings.direction == .device, dialect: settings.dialect ?? layout?.dialect ?? usual))
    }

    /// The journal has a batch or an event. Receipts of earlier links are unknown by now and mean nothing.
    mutating func recorded(_ receipt: Receipt) {
        if link?.unrecordedEvents.remove(receipt) != nil {
            // The terminal may forget the event only now.
            acknowledgeEvent()
        } else if link?.read?.outstanding.remove(receipt) != nil {
            handOver()
        }
    }

    /// Every punch of the read is on disk.
    private mutating func complete(_ read: LogRead, _ log: ZKAttendanceLog) {
        effects.append(.synced(through: read.through))
        for command in read.commands {
            let layout: JSONValue = log.punches.isEmpty ? .null : .string(log.layout.rawValue)
            effects.append(.answered(command, .done(["records": .integer(log.punches.count), "layout": layout])))
        }
        link?.read = nil
        let pause = link?.readsAgain == true ? .zero : Self.readInterval
        link?.readDue = now.uptime + pause
        link?.readsAgain = false
        // A clock that runs ahead may be set back only now that the newest punch is known.
        if let offset = link?.offset, offset > .zero, context.clock == .sync { link?.jobs.append(.getTime) }
        considerClearing(after: log)
    }

    /// Gives the read up until the next quarter of an hour, or the next connection.
    private mutating func endRead(failure: String) {
        for command in link?.read?.commands ?? link?.readCommands ?? [] {
            effects.append(.answered(command, .refused(failure)))
        }
        if link?.read == nil { link?.readCommands = [] }
        link?.read = nil
        link?.readDue = now.uptime + Self.readInterval
        unlockAfterFailure()
    }
}
