import GatehouseEngine
import GatehouseModel

/// When all is over: is everything well?
extension World {
    /// From the end of the faults on, now and then: is there anything left to wait for?
    mutating func look() throws(BrokenInvariant) {
        if isWell() || uptime > plan.trouble + plan.patience {
            isQuiet = true
            transcript.note(
                .quiet, at: uptime, number: journal.head, words("all is quiet; the journal holds \(journal.head)"))
        } else {
            agenda.add(.look, at: uptime + .seconds(5))
        }
    }

    /// Every device back, every record stored, every subscriber served.
    private mutating func isWell() -> Bool {
        for index in stations.indices { findMissing(index) }
        return isUp && desk.underWay.isEmpty && publishedThrough == journal.head
            && stations.allSatisfy { station in
                station.missing.isEmpty && station.session?.supervisor.snapshot.state == .online
            } && subscribers.allSatisfy { $0.delivered == wanted(by: $0) }
    }

    /// Looks again only for records that were missing before: nothing leaves the journal.
    private mutating func findMissing(_ index: Int) {
        guard let device = stations[index].device as? any RecordKeeping else { return }
        stations[index].missing = stations[index].missing.filter { !holds($0, of: device, index) }
    }

    /// What that subscriber must have been given.
    private func wanted(by subscriber: Subscriber) -> [Int64] {
        journal.rows.filter { subscriber.topic == nil || $0.recorded.topic == subscriber.topic }.map(
            \.recorded.sequence)
    }

    /// The rules that hold in the end.
    func checkEnd() throws(BrokenInvariant) {
        try checkJournal()
        for (index, station) in stations.enumerated() {
            try checkRecords(index)
            let snapshot = station.session?.supervisor.snapshot
            guard snapshot?.state == .online else {
                throw broken(.everybodyBack, "\(name(index)) is not online: \(snapshot?.trouble ?? "no session")")
            }
        }
        for subscriber in subscribers {
            let wanted = wanted(by: subscriber)
            guard subscriber.delivered != wanted else { continue }
            let place = zip(subscriber.delivered, wanted).enumerated().first { $1.0 != $1.1 }?.offset
            throw broken(
                .subscriberMissesNothing,
                "\(subscriber.topic?.rawValue ?? "all topics"): \(subscriber.delivered.count) of \(wanted.count), "
                    + "differing from number \(place ?? min(wanted.count, subscriber.delivered.count)) on")
        }
    }

    /// Every record of the device is in the journal, and no punch that it never made.
    private func checkRecords(_ index: Int) throws(BrokenInvariant) {
        guard let device = stations[index].device as? any RecordKeeping else { return }
        var made: Set<String> = []
        for number in stride(from: 1, through: device.recordCount, by: 1) {
            made.insert(device.identity(of: number))
            guard !holds(number, of: device, index) else { continue }
            throw broken(.nothingLost, "\(name(index)) record \(number), \(device.identity(of: number))")
        }
        let source = stations[index].profile.source
        for row in journal.rows where row.event.topic == "punch.recorded" && row.event.source == source {
            guard made.contains(row.event.id) else {
                throw broken(.nothingInvented, "\(name(index)) never made \(row.event.id)")
            }
        }
    }
}
