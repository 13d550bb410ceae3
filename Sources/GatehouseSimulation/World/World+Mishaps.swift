import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// What people do, and what goes wrong.
extension World {
    /// Somebody comes to the device, and the next person after a while.
    mutating func errand(_ index: Int) throws(BrokenInvariant) {
        guard !isCalm else { return }
        let command = stations[index].drawn.errand(&stations[index].random)
        agenda.add(.errand(index), at: uptime + stations[index].random.duration(in: temper.errands))
        try say(command, index)
    }

    /// Something befalls the device, ends after a while, and is followed by something else.
    mutating func mishap(_ index: Int) throws(BrokenInvariant) {
        guard !isCalm else { return }
        let mishap = drawMishap(index)
        agenda.add(.mishap(index), at: uptime + stations[index].random.duration(in: temper.mishaps))
        let length = stations[index].random.duration(in: .milliseconds(100)...(.seconds(40)))
        try befall(index, mishap)
        agenda.add(.mend(index, mishap), at: uptime + length)
    }

    /// The families' own mishaps are the most frequent: they know best what goes wrong.
    private mutating func drawMishap(_ index: Int) -> Mishap {
        switch stations[index].random.number(in: 0...11) {
        case 0...4: return .own
        case 5: return .unplugged
        case 6: return .refusing
        case 7: return .dead(stations[index].drawn.transports[0])
        case 8: return .cut
        case 9: return .asked(.readLog)
        case 10: return .asked(.syncClock)
        default: return stations[index].drawn.mistaken == nil ? .asked(.identify) : .corrected
        }
    }

    /// It happens now.
    mutating func befall(_ index: Int, _ mishap: Mishap) throws(BrokenInvariant) {
        switch mishap {
        case .own: try say(stations[index].drawn.mishap(&stations[index].random), index)
        case .unplugged: try unplug(index)
        case .refusing:
            stations[index].refusesUntil = uptime + stations[index].random.duration(in: .zero...(.seconds(60)))
        case .dead(let transport): stations[index].deadTransports.insert(transport)
        case .cut: if let link = stations[index].session?.link { try lose(index, link.serial, "reset by peer") }
        case .asked(let command): try self.command(index, command)
        case .corrected: try correct(index)
        }
    }

    /// It is over. What ends by itself has nothing to mend.
    mutating func mend(_ index: Int, _ mishap: Mishap) throws(BrokenInvariant) {
        switch mishap {
        case .own: try say(stations[index].drawn.mend, index)
        case .unplugged: try replug(index)
        case .dead(let transport): stations[index].deadTransports.remove(transport)
        case .corrected: try correct(index)
        case .refusing, .cut, .asked: break
        }
    }

    /// The cable comes out.
    private mutating func unplug(_ index: Int) throws(BrokenInvariant) {
        guard stations[index].isPlugged else { return }
        stations[index].isPlugged = false
        transcript.note(.plugged, at: uptime, station: index, words("\(name(index)) is unplugged"))
        if stations[index].isNetworked {
            sever(index)
        } else {
            // Whichever is noticed first: the port's end or the bus's word.
            let link = stations[index].session?.link
            if stations[index].random.oneIn(2), let link { try lose(index, link.serial, "unplugged") }
            try handle(.targets(stations[index].targets), index)
            if let link { try lose(index, link.serial, "unplugged") }
        }
    }

    /// A stream through a pulled cable is dead, and its ends notice sooner or later.
    private mutating func sever(_ index: Int) {
        guard let link = stations[index].session?.link, [.tcp, .push].contains(link.transport) else { return }
        stations[index].session?.link?.isSevered = true
        stations[index].session?.link?.toDevice.hangUp()
        stations[index].session?.link?.toGateway.hangUp()
        agenda.add(
            .lost(index, serial: link.serial, reason: "timed out"),
            at: uptime + random.duration(in: .seconds(1)...(.seconds(30))))
    }

    /// The cable goes in again; a serial device with a serial number perhaps at another port.
    mutating func replug(_ index: Int) throws(BrokenInvariant) {
        guard !stations[index].isPlugged else { return }
        stations[index].isPlugged = true
        // A device that is known by its path is put back where it was.
        stations[index].place =
            stations[index].isKnownBySerial ? stations[index].random.number(in: 0...9) : 0
        transcript.note(
            .plugged, at: uptime, station: index,
            words("\(name(index)) is plugged in at \(stations[index].targets.map(\.address))"))
        guard !stations[index].isNetworked else { return }
        try handle(.targets(stations[index].targets), index)
        try handle(.reachable, index)
    }

    /// The site file is corrected: the session ends and, once what it had is on disk, another one begins.
    private mutating func correct(_ index: Int) throws(BrokenInvariant) {
        guard !stations[index].isCorrected, stations[index].drawn.mistaken != nil else { return }
        guard isUp, stations[index].session != nil else {
            stations[index].isCorrected = true
            return
        }
        try handle(.stop(reason: "the site file has changed"), index)
        guard stations[index].session?.isStoring == false, stations[index].session?.jobs.isEmpty == true else {
            agenda.add(.mend(index, .corrected), at: uptime + .milliseconds(100))
            return
        }
        stations[index].isCorrected = true
        transcript.note(.corrected, at: uptime, station: index, words("\(name(index)) is corrected in the site file"))
        try startSession(index)
    }
}

// MARK: - The whole site

extension World {
    /// Something befalls the site, and something else after a while.
    mutating func wideMishap() throws(BrokenInvariant) {
        guard !isCalm else { return }
        let mishap: WideMishap =
            switch random.number(in: 0...7) {
            case 0...1: .crash
            case 2...3: .crashAtCommit
            case 4: .full
            case 5: .slowDisk
            case 6: .wall
            default: .subscriber(random.number(in: 0...subscribers.count - 1))
            }
        let length = random.duration(in: .milliseconds(100)...(.seconds(25)))
        agenda.add(.wideMishap, at: uptime + random.duration(in: temper.wideMishaps))
        befall(mishap)
        agenda.add(.wideMend(mishap), at: uptime + length)
    }

    /// It happens now.
    mutating func befall(_ mishap: WideMishap) {
        switch mishap {
        case .crash: crash()
        case .crashAtCommit: diesAtCommit = isUp
        case .full:
            journal.isFull = true
            transcript.note(.full, at: uptime, words("the disk is full"))
        case .slowDisk: temper.commit = .milliseconds(200)...(.seconds(3))
        case .wall: setWall(by: .seconds(random.number(in: -7200...7200)))
        case .subscriber(let index): subscribers[index].restart()
        }
    }

    /// It is over.
    mutating func wideMend(_ mishap: WideMishap) throws(BrokenInvariant) {
        switch mishap {
        case .crash, .crashAtCommit: try startGateway()
        case .full:
            journal.isFull = false
            transcript.note(.full, at: uptime, words("there is room on the disk"))
        case .slowDisk: temper.commit = temper.usualCommit
        case .wall: setWall(by: .zero)
        case .subscriber: break
        }
    }

    /// An operator or a time server sets the gateway's clock.
    private mutating func setWall(by shift: Duration) {
        wallShifts.append((uptime, shift))
        transcript.note(.wall, at: uptime, words("the gateway's clock is off by \(shift)"))
    }

    /// The faults end.
    mutating func calm() throws(BrokenInvariant) {
        isCalm = true
        transcript.note(.calm, at: uptime, words("the faults end"))
        for mishap in [WideMishap.full, .slowDisk, .wall, .crash] { try wideMend(mishap) }
        for index in stations.indices {
            stations[index].refusesUntil = uptime
            stations[index].deadTransports.remove(.udp)
            if stations[index].drawn.transports.count == 1 { stations[index].deadTransports = [] }
            for mishap in [Mishap.own, .unplugged, .corrected] { try mend(index, mishap) }
        }
        agenda.add(.look, at: uptime + .seconds(1))
    }
}
