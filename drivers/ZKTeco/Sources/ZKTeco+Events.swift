import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// Punches as they are made. They reach the journal before the terminal is told that they have arrived.
extension ZKTeco {
    /// Events that wait for the journal or for the user table; beyond it the log brings the punches.
    private static let eventLimit = 256

    /// Takes an event. One before the registration belongs to another session, and the log will have it.
    mutating func take(event: ZKEvent) {
        guard link?.registered == true else { return }
        link?.keepAliveDue = now.uptime + Self.keepAliveInterval
        switch event {
        case .punches(let punches): take(punches)
        case .unknownForm(let raw):
            faultOnce(
                "event-unknown",
                "a live event of \(raw.count) bytes is of no known form; the punch is taken from the log",
                raw: raw)
            acknowledgeEvent()
            takeFromLog()
        case .other: acknowledgeEvent()
        }
    }

    private mutating func take(_ punches: [ZKPunch]) {
        guard let link else { return }
        // The terminal counts acknowledgements, so that an event must not overtake one that still waits for the user
        // table.
        if link.held.isEmpty, punches.allSatisfy({ isResolved($0) }) { return publish(punches) }
        guard link.held.count < Self.eventLimit else { return takeFromLog() }
        self.link?.held.append(punches)
        let isUnderWay = link.jobs.contains { [.sizes(.users), .read(.users)].contains($0) }
        let isReading = [.sizes(.users), .read(.users)].contains(link.exchange?.job)
        if !isUnderWay, !isReading { self.link?.jobs.append(.sizes(.users)) }
    }

    private func isResolved(_ punch: ZKPunch) -> Bool {
        punch.userID != nil || punch.uid.map { link?.users[$0] != nil } ?? true
    }

    /// Hands the punches of one event over under one receipt, since it is acknowledged as one.
    private mutating func publish(_ punches: [ZKPunch]) {
        guard let waiting = link?.unrecordedEvents.count, waiting < Self.eventLimit else { return takeFromLog() }
        let receipt = nextReceipt()
        link?.unrecordedEvents.insert(receipt)
        for punch in punches { memory.newestPunch = max(memory.newestPunch ?? punch.time, punch.time) }
        effects.append(.observed(punches.map { observation($0, road: .live, layout: memory.layout) }, receipt))
    }

    /// More events wait than are kept: these are not acknowledged, and the log is read as soon as it can
    /// be.
    /// A read that is under way may have passed the punches already, so another one follows it.
    private mutating func takeFromLog() {
        link?.readDue = now.uptime
        let isReading = link?.read != nil
        link?.readsAgain = isReading
    }

    /// All acknowledgements of a session are the same packet: the terminal counts, it does not match.
    mutating func acknowledgeEvent() {
        guard let link, !link.abandoned else { return }
        send(ZKPacket(.ok, session: link.session, replyID: 0))
    }

    /// Keeps the user table for this link only: numbers are given anew when users are deleted.
    mutating func takeUsers(_ dataset: [UInt8]) {
        do throws(ZKUserTable.Refusal) {
            for user in try ZKUserTable.read(dataset, count: memory.lastSizes?.users ?? 0) where !user.userID.isEmpty {
                link?.users[user.uid] = user.userID
            }
        } catch {
            faultOnce(
                "users-unreadable",
                "the terminal's user table makes no sense; punches without a user id show the internal number, uid:<n>",
                raw: dataset)
        }
        publishHeld()
    }

    /// Hands over the events that waited for the user table, resolved or not.
    mutating func publishHeld() {
        let held = link?.held ?? []
        link?.held = []
        for punches in held { publish(punches) }
    }
}
