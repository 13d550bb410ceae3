import GatehouseEngine
import GatehouseModel

/// What waits for the disk. Whatever waits is one transaction, and of each device at most one batch is under way.
struct WriterDesk: Sendable {
    struct Batch: Sendable {
        var station: Int
        /// The session that it came from.
        var life: Int
        var events: [Event]
        var tokens: [StoreToken]
    }

    var waiting: [Batch] = []
    var underWay: [Batch] = []
}

/// Storing and publishing.
extension World {
    /// Events handed over at once.
    static let batchLimit = 1000

    /// Queues events behind those that the device handed over earlier.
    mutating func store(_ events: [Event], _ token: StoreToken, _ index: Int) {
        stations[index].session?.jobs.append(Session.StoreJob(events: events, token: token))
        stations[index].session?.unstored += events.count
        storeNext(index)
    }

    /// Hands what waits to the desk, one batch at a time, so that a device's events keep their order.
    private mutating func storeNext(_ index: Int) {
        guard let session = stations[index].session, !session.isStoring, !session.jobs.isEmpty else { return }
        var batch = WriterDesk.Batch(station: index, life: session.life, events: [], tokens: [])
        for job in session.jobs {
            guard batch.tokens.isEmpty || batch.events.count + job.events.count <= Self.batchLimit else { break }
            batch.events += job.events
            batch.tokens.append(job.token)
        }
        stations[index].session?.jobs.removeFirst(batch.tokens.count)
        stations[index].session?.isStoring = true
        desk.waiting.append(batch)
        beginTransaction()
    }

    /// Takes everything that waits at the desk, of whichever device.
    private mutating func beginTransaction() {
        guard desk.underWay.isEmpty, !desk.waiting.isEmpty else { return }
        desk.underWay = desk.waiting
        desk.waiting = []
        agenda.add(.commit(life: life), at: uptime + random.duration(in: temper.commit))
    }

    /// The transaction ends. A full disk takes nothing, and everybody goes on waiting.
    mutating func commit(_ life: Int) throws(BrokenInvariant) {
        guard life == self.life else { return }
        guard !journal.isFull else {
            agenda.add(.commit(life: life), at: uptime + .seconds(1))
            return
        }
        let head = journal.head
        for batch in desk.underWay {
            journal.append(batch.events, at: now.wall)
            for event in batch.events {
                transcript.mix(event.id)
                if event.topic == "device.synced" { try checkSynced(event, batch.station) }
            }
            agenda.add(
                .stored(batch.station, life: batch.life, batch.tokens, events: batch.events.count),
                at: uptime + random.duration(in: .zero...(.milliseconds(3))))
        }
        transcript.note(
            .committed, at: uptime, number: journal.head,
            words("committed \(head + 1)…\(journal.head), \(desk.underWay.count) batches"))
        desk.underWay = []
        try checkRows()
        guard !diesAtCommit else { return crash() }
        agenda.add(.publish(life: life), at: uptime + random.duration(in: .zero...(.milliseconds(3))))
        beginTransaction()
    }

    /// A batch is on disk: the supervisor hears of each token, and the reading goes on where it was held.
    mutating func stored(_ index: Int, _ life: Int, _ tokens: [StoreToken], _ events: Int) throws(BrokenInvariant) {
        guard stations[index].session?.life == life else { return }
        stations[index].session?.isStoring = false
        stations[index].session?.unstored -= events
        transcript.note(
            .stored, at: uptime, station: index, number: Int64(events), words("\(name(index)): \(events) stored"))
        for token in tokens { try handle(.stored(token), index) }
        storeNext(index)
        guard let link = stations[index].session?.link, link.isHeld else { return }
        stations[index].session?.link?.isHeld = false
        agenda.add(.arrival(index, serial: link.serial, .toGateway), at: uptime)
    }

    /// Tells everybody what is new since the last time. Some do not hear it: the bus may lose anything.
    mutating func publish(_ life: Int) throws(BrokenInvariant) {
        guard life == self.life, publishedThrough < journal.head else { return }
        for sequence in publishedThrough + 1...journal.head {
            guard let row = journal.row(at: sequence) else {
                throw broken(.publishedOnlyWhenStored, "event \(sequence) is published and not in the journal")
            }
            journal.markPublished(sequence)
            for index in subscribers.indices where !random.oneIn(temper.missesOneIn) {
                if subscribers[index].hear(row.recorded) { askReplay(index) }
            }
        }
        publishedThrough = journal.head
        transcript.note(
            .published, at: uptime, number: publishedThrough, words("published through \(publishedThrough)"))
    }

    /// A subscriber's question takes a moment to arrive.
    private mutating func askReplay(_ index: Int) {
        agenda.add(.replay(index), at: uptime + random.duration(in: .milliseconds(1)...(.milliseconds(200))))
    }

    /// The gateway answers with everything from where the subscriber asked to the head.
    mutating func replay(_ index: Int) {
        guard subscribers[index].awaitsReplay else { return }
        // Nobody answers: it asks again later, as a client does.
        guard isUp else {
            agenda.add(.replay(index), at: uptime + .seconds(2))
            return
        }
        let wanted = subscribers[index].wanted
        let events = journal.rows.dropFirst(Int(wanted) - 1).map(\.recorded)
        subscribers[index].replayed(events, head: journal.head)
        transcript.note(
            .replayed, at: uptime, station: index, number: wanted, words("replay from \(wanted): \(events.count)"))
    }

    /// The gateway says how far the journal goes; this too may be missed.
    mutating func beat() {
        agenda.add(.heartbeat, at: uptime + .seconds(10))
        guard isUp else { return }
        for index in subscribers.indices where !random.oneIn(temper.missesOneIn) {
            if subscribers[index].heartbeat(head: journal.head) { askReplay(index) }
        }
    }
}
