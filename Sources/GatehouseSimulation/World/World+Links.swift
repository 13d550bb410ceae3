import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// Connections: opening, carrying, losing.
extension World {
    /// Begins to connect; how it ends is known later.
    mutating func open(_ index: Int, _ number: LinkNumber, _ target: LinkTarget) throws(BrokenInvariant) {
        guard stations[index].session?.link == nil else {
            throw broken(.oneLink, "\(name(index)) opens link \(number.number) beside an open one")
        }
        guard let session = stations[index].session else { return }
        stations[index].session?.wanted = number
        let isDead = stations[index].deadTransports.contains(target.transport)
        let isUnheard = stations[index].isNetworked && target.transport == .tcp && !stations[index].isPlugged
        // Nobody says no: the connection times out.
        let pause =
            isDead && target.transport == .tcp || isUnheard
            ? Duration.seconds(5) : random.duration(in: .zero...(.milliseconds(80)))
        agenda.add(.openEnded(index, life: session.life, number, target), at: uptime + pause)
    }

    /// The attempt succeeds or fails. Either is nothing to a session that is gone.
    mutating func openEnded(
        _ index: Int, _ life: Int, _ number: LinkNumber, _ target: LinkTarget
    ) throws(BrokenInvariant) {
        guard stations[index].session?.life == life else { return }
        if let reason = refusal(index, target) {
            transcript.note(
                .openFailed, at: uptime, station: index, words("\(name(index)) \(target.address): \(reason)"))
            return try handle(.openFailed(number, reason: reason), index)
        }
        guard stations[index].session?.wanted == number else {
            // Meanwhile another one is wanted: the supervisor must close this one at once, without a word on it.
            let now = now
            let effects = stations[index].session?.supervisor.handle(.opened(number), at: now) ?? []
            guard effects == [.close(number)] else { throw broken(.oneLink, "\(name(index)) keeps an unwanted link") }
            return
        }
        try connect(index, number, target.transport)
    }

    /// Why no connection can be made there now; nil where it can. UDP asks nobody.
    private func refusal(_ index: Int, _ target: LinkTarget) -> String? {
        let station = stations[index]
        guard target.transport != .udp else { return nil }
        if !station.targets.contains(target) || !station.isNetworked && !station.isPlugged { return "absent" }
        if !station.isKnownBySerial, !station.isNetworked, station.place != 0 { return "absent" }
        if !station.isPlugged || station.deadTransports.contains(target.transport) { return "timed out" }
        return uptime < station.refusesUntil ? "connection refused" : nil
    }

    /// A connection stands, and both ends hear of it.
    private mutating func connect(_ index: Int, _ number: LinkNumber, _ transport: Transport) throws(BrokenInvariant) {
        lastSerial += 1
        let plan = isCalm ? LineFaults.Plan.sound(for: transport) : stations[index].lines[transport] ?? .clean
        stations[index].session?.link = OpenLink(
            number: number, serial: lastSerial, transport: transport,
            toDevice: LineFaults(plan, seed: random.next()), toGateway: LineFaults(plan, seed: random.next()))
        transcript.note(
            .opened, at: uptime, station: index, number: Int64(number.number),
            words("\(name(index)) link \(number.number) stands, \(transport.rawValue)"))
        stations[index].deviceLink = lastSerial
        stations[index].deviceTransport = transport
        try tell(.opened(transport), index)
        try handle(.opened(number), index)
    }

    /// Puts bytes on the device's line.
    mutating func carry(_ bytes: [UInt8], _ way: OpenLink.Way, _ index: Int) {
        guard let transport = stations[index].session?.link?.transport else { return }
        if stations[index].session?.link?.isSevered == true { return }
        if stations[index].isNetworked, isUnheard(index, transport) { return }
        if isCalm, stations[index].session?.link?[way].due == nil {
            stations[index].session?.link?[way] = LineFaults(.sound(for: transport), seed: random.next())
        }
        stations[index].session?.link?[way].carry(bytes, at: uptime)
        expect(index, way)
    }

    /// On the network nothing goes through a pulled cable; a stream that lost something is lost itself, see `pull`.
    private func isUnheard(_ index: Int, _ transport: Transport) -> Bool {
        !stations[index].isPlugged || transport == .udp && stations[index].deadTransports.contains(.udp)
    }

    /// Puts the next arrival on the agenda, once.
    private mutating func expect(_ index: Int, _ way: OpenLink.Way) {
        guard let link = stations[index].session?.link, let due = link[way].due else { return }
        let slot = way == .toDevice ? 0 : 1
        if let expected = link.expected[slot], expected <= due { return }
        stations[index].session?.link?.expected[slot] = due
        agenda.add(.arrival(index, serial: link.serial, way), at: max(due, uptime))
    }

    /// Takes out what has come to the end of a line, and has that end hear it.
    mutating func arrive(_ index: Int, _ serial: Int, _ way: OpenLink.Way) throws(BrokenInvariant) {
        guard stations[index].session?.link?.serial == serial else { return }
        stations[index].session?.link?.expected[way == .toDevice ? 0 : 1] = nil
        if way == .toGateway, (stations[index].session?.unstored ?? 0) > Self.unstoredLimit {
            stations[index].session?.link?.isHeld = true
            return
        }
        for delivery in stations[index].session?.link?[way].deliver(at: uptime) ?? [] {
            // Whoever hears something may hang up.
            guard let link = stations[index].session?.link, link.serial == serial else { return }
            switch delivery {
            case .disconnected: return try lose(index, serial, "the line broke")
            case .bytes(let bytes) where way == .toDevice: try hear(bytes, index)
            case .bytes(let bytes):
                transcript.mix(bytes)
                transcript.note(.received, at: uptime, station: index, words("\(name(index)) sends \(bytes.glimpse)"))
                if link.transport == .push {
                    try call(bytes, on: link, index)
                } else {
                    try handle(.received(link.number, bytes), index)
                }
            }
        }
        expect(index, way)
        try endIfDrained(index, serial)
    }

    /// The device hears bytes, if it still believes in this connection.
    private mutating func hear(_ bytes: [UInt8], _ index: Int) throws(BrokenInvariant) {
        transcript.mix(bytes)
        transcript.note(.heard, at: uptime, station: index, words("\(name(index)) hears \(bytes.glimpse)"))
        guard stations[index].deviceLink == stations[index].session?.link?.serial else { return }
        try tell(.received(bytes), index)
    }

    /// The device hung up, and everything that it had sent has arrived.
    func isDrained(_ index: Int) -> Bool {
        guard let link = stations[index].session?.link else { return false }
        return link.endsWhenDrained && link.toGateway.due == nil
    }

    private mutating func endIfDrained(_ index: Int, _ serial: Int) throws(BrokenInvariant) {
        guard isDrained(index), stations[index].session?.link?.serial == serial else { return }
        try lose(index, serial, "the device hung up")
    }

    /// The gateway closes: what it said last still goes out.
    mutating func close(_ index: Int, _ number: LinkNumber) {
        if stations[index].session?.wanted == number { stations[index].session?.wanted = nil }
        guard let link = stations[index].session?.link, link.number == number else { return }
        transcript.note(
            .closed, at: uptime, station: index, number: Int64(number.number),
            words("\(name(index)) link \(number.number) is closed by the gateway"))
        stations[index].session?.link = nil
        agenda.add(
            .farewell(index, serial: link.serial, link.transport, link.toDevice), at: link.toDevice.due ?? uptime)
    }

    /// What was on the line to the device when the gateway closed comes out, and then the end.
    mutating func farewell(
        _ index: Int, _ serial: Int, _ transport: Transport, _ line: LineFaults
    ) throws(BrokenInvariant) {
        var line = line
        for case .bytes(let bytes) in line.deliver(at: uptime) where stations[index].deviceLink == serial {
            transcript.mix(bytes)
            if stations[index].isPlugged { try tell(.received(bytes), index) }
        }
        if let due = line.due {
            agenda.add(.farewell(index, serial: serial, transport, line), at: due)
        } else if transport != .udp {
            agenda.add(.deviceHungUp(index, serial: serial), at: uptime)
        }
    }

    /// The connection is gone for the gateway, and in a while for the device.
    mutating func lose(_ index: Int, _ serial: Int, _ reason: String) throws(BrokenInvariant) {
        guard let link = stations[index].session?.link, link.serial == serial else { return }
        transcript.note(
            .lost, at: uptime, station: index, number: Int64(link.number.number),
            words("\(name(index)) link \(link.number.number) is lost: \(reason)"))
        stations[index].session?.link = nil
        stations[index].session?.wanted = nil
        deviceLearns(index, link)
        try handle(.closed(link.number, reason: reason), index)
    }

    /// UDP has no end: the device goes on talking to nobody.
    mutating func deviceLearns(_ index: Int, _ link: OpenLink) {
        guard link.transport != .udp else { return }
        agenda.add(
            .deviceHungUp(index, serial: link.serial), at: uptime + random.duration(in: .zero...(.milliseconds(500))))
    }

    /// The device learns of the end, unless somebody connected anew meanwhile.
    mutating func hangUpDevice(_ index: Int, _ serial: Int) throws(BrokenInvariant) {
        guard stations[index].deviceLink == serial else { return }
        stations[index].deviceLink = nil
        try tell(.closed, index)
    }
}
