import GatehouseDriverKit
import GatehouseModel

/// What a driver wants, turned into what the shell can do.
extension DeviceSupervisor {
    mutating func play(_ input: DriverInput, at now: Now) -> [SupervisorEffect] {
        var effects: [SupervisorEffect] = []
        for effect in driver.handle(input, at: now) {
            effects += carryOut(effect, at: now)
        }
        return effects
    }

    private mutating func carryOut(_ effect: DriverEffect, at now: Now) -> [SupervisorEffect] {
        switch effect {
        case .send(let bytes):
            guard case .open(let number, _, _) = link else { return [] }
            return [.send(number, bytes)]
        case .observed(let observations, let receipt):
            let announcement = announce(at: now)
            return announcement + [store(observations.map { normaliser.event(for: $0, at: now) }, receipt: receipt)]
        case .wake(let after):
            driverDeadline = now.uptime + after
            return []
        case .identified(let facts):
            return identified(facts, at: now)
        case .clock(let clock):
            snapshot.clockOffset = clock.corrected ? .zero : clock.offset
            return [store([normaliser.clock(clock, at: now)], receipt: nil)]
        case .synced(let moment):
            return [store([normaliser.synced(through: moment, at: now)], receipt: nil)]
        case .status(let status):
            snapshot.log = status
            return []
        case .frames(let good, let bad):
            snapshot.frames += good
            snapshot.badFrames += bad
            return []
        case .faulted(let fault):
            return faulted(fault, at: now)
        case .answered(let id, let answer):
            return [.answered(id, answer)]
        case .abandonLink(let reason):
            return abandon(reason, at: now)
        }
    }

    /// Says `device.connected`, once a link.
    mutating func announce(at now: Now) -> [SupervisorEffect] {
        guard case .open(_, let target, _) = link, !isAnnounced else { return [] }
        isAnnounced = true
        snapshot.state = .online
        snapshot.trouble = nil
        let event = normaliser.connected(facts, address: target.address, at: now)
        return [store([event], receipt: nil), .note(Note(.notice, "connected at \(target.address)"))]
    }

    mutating func store(_ events: [Event], receipt: Receipt?) -> SupervisorEffect {
        lastToken += 1
        if let receipt { receipts[StoreToken(lastToken)] = receipt }
        return .store(events, StoreToken(lastToken))
    }

    private mutating func identified(_ said: DeviceFacts, at now: Now) -> [SupervisorEffect] {
        self.said = said
        snapshot.facts = facts
        return announce(at: now)
    }

    private mutating func faulted(_ fault: DeviceFault, at now: Now) -> [SupervisorEffect] {
        if !isAnnounced { snapshot.state = .faulted }
        snapshot.trouble = fault.message
        let event = normaliser.faulted(fault, at: now)
        return [store([event], receipt: nil), .note(Note(.warning, "\(fault.code): \(fault.message)"))]
    }
}
