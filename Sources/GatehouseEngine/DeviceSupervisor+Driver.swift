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
            return onLink { .send($0, bytes) }
        case .feature(let report):
            return onLink { .feature($0, report) }
        case .passLine(let again):
            return passLine(again: again, at: now)
        case .wantLine:
            return wantLine(at: now)
        case .respond(let id, let response):
            return onLink { .respond($0, id, response) }
        case .observed(let observations, let receipt):
            return observed(observations, receipt, at: now)
        case .wake(let after):
            driverDeadline = now.uptime + after
            return []
        case .identified(let facts):
            return identified(facts, at: now)
        case .clock(let clock):
            snapshot.clockOffset = clock.corrected ? .zero : clock.offset
            return [store([normaliser.clock(clock, at: now)])]
        case .synced(let moment):
            return [store([normaliser.synced(through: moment, at: now)])]
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

    /// What can only be done on a link that stands.
    func onLink(_ effect: (LinkNumber) -> SupervisorEffect) -> [SupervisorEffect] {
        guard case .open(let number, _, _) = link else { return [] }
        return [effect(number)]
    }

    private mutating func observed(
        _ observations: [Observation], _ receipt: Receipt, at now: Now
    ) -> [SupervisorEffect] {
        let announcement = announce(at: now)
        let isKnown = observations.allSatisfy(normaliser.scans.knows)
        let events = observations.map { normaliser.event(for: $0, at: now) }
        return announcement + [store(events, handover: Handover(receipt: receipt, isKnown: isKnown))]
    }

    /// Says `device.connected`, once a link.
    mutating func announce(at now: Now) -> [SupervisorEffect] {
        guard case .open(_, let target, _) = link, !isAnnounced else { return [] }
        isAnnounced = true
        snapshot.state = .online
        snapshot.trouble = nil
        let event = normaliser.connected(facts, address: target.address, at: now)
        return [store([event]), .note(Note(.notice, "connected at \(target.address)"))]
    }

    mutating func store(_ events: [Event], handover: Handover? = nil) -> SupervisorEffect {
        lastToken += 1
        if let handover { receipts[StoreToken(lastToken)] = handover }
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
        return [store([event]), .note(Note(.warning, "\(fault.code): \(fault.message)"))]
    }
}
