import GatehouseDriverKit
import GatehouseModel

/// The life of a link: absent, pausing, opening, open, and back.
extension DeviceSupervisor {
    mutating func retarget(to targets: [LinkTarget], facts: DeviceFacts, at now: Now) -> [SupervisorEffect] {
        if facts != DeviceFacts() {
            plugged = facts
            snapshot.facts = self.facts
        }
        guard link != .stopped, targets != self.targets else { return [] }
        self.targets = targets
        cursor = 0
        switch link {
        case .opening(_, let target) where targets.contains(target),
            .open(_, let target, _) where targets.contains(target):
            return []
        case .opening(let number, _), .open(let number, _, _):
            var effects = play(.linkClosing, at: now) + [.close(number)]
            effects += linkLost(reason: targets.isEmpty ? "unplugged" : "moved to another port", at: now)
            backoff.reset()
            return effects + open(at: now)
        case .absent, .pausing:
            backoff.reset()
            guard !targets.isEmpty else {
                link = .absent
                snapshot.trouble = "not plugged in"
                return []
            }
            return open(at: now)
        case .stopped:
            return []
        }
    }

    mutating func reachable(at now: Now) -> [SupervisorEffect] {
        guard case .pausing = link else { return [] }
        backoff.reset()
        return open(at: now)
    }

    mutating func open(at now: Now) -> [SupervisorEffect] {
        guard !targets.isEmpty else {
            link = .absent
            return []
        }
        let target = targets[cursor % targets.count]
        lastLink += 1
        link = .opening(LinkNumber(lastLink), target)
        snapshot.address = target.address
        return [.open(LinkNumber(lastLink), target)]
    }

    mutating func opened(
        _ number: LinkNumber, descriptor: [UInt8], isShared: Bool, at now: Now
    ) -> [SupervisorEffect] {
        guard case .opening(number, let target) = link else { return [.close(number)] }
        link = .open(number, target, since: now.uptime)
        driverDeadline = nil
        isAnnounced = false
        turn = normaliser.profile.sharesLine ? (isShared ? .given : .due(now.uptime)) : .never
        var effects = descriptor.isEmpty ? [] : play(.described(descriptor), at: now)
        effects += play(.linkOpened(target.transport), at: now)
        // A driver that has nothing to ask and waits for nothing only listens: the open line is all there is to know.
        let asks = driverDeadline != nil || effects.contains { if case .send = $0 { true } else { false } }
        let listens = turn == .never && !asks
        if case .open(number, _, _) = link, listens, !isAnnounced { effects = announce(at: now) + effects }
        return effects + takeDueTurn(at: now)
    }

    mutating func openFailed(_ number: LinkNumber, reason: String, at now: Now) -> [SupervisorEffect] {
        guard case .opening(number, let target) = link else { return [] }
        let isNew = snapshot.trouble != reason
        snapshot.trouble = reason
        snapshot.state = .offline
        cursor += 1
        let pause = cursor % max(1, targets.count) == 0 ? backoff.next() : .zero
        link = .pausing(until: now.uptime + pause)
        let text = "cannot open \(target.address): \(reason); next try in \(pause.wholeMilliseconds) ms"
        return [.note(Note(isNew ? .warning : .debug, text))]
    }

    mutating func closed(_ number: LinkNumber, reason: String, at now: Now) -> [SupervisorEffect] {
        switch link {
        case .open(number, let target, _):
            let wasAnnounced = isAnnounced
            let effects = linkLost(reason: reason, at: now)
            // Datagrams have a way "open" to a port where nobody listens: what never answered gives way to the next.
            if !wasAnnounced, targets.count > 1 {
                cursor += 1
                pause(for: cursor % targets.count == 0 ? patience(with: target) : .zero, at: now)
            } else {
                pause(for: patience(with: target), at: now)
            }
            return effects
        case .opening(number, _):
            return openFailed(number, reason: reason, at: now)
        default:
            return []
        }
    }

    mutating func abandon(_ reason: AbandonReason, at now: Now) -> [SupervisorEffect] {
        guard case .open(let number, let target, _) = link else { return [] }
        var effects: [SupervisorEffect] = [.close(number)]
        effects += linkLost(reason: reason.explanation, at: now)
        switch reason {
        case .silent, .garbled:
            pause(for: patience(with: target), at: now)
        case .wrongTransport:
            cursor += 1
            pause(for: cursor % max(1, targets.count) == 0 ? backoff.next() : .zero, at: now)
        case .refused:
            pause(for: backoff.afterRefusal(), at: now)
        }
        return effects
    }

    mutating func stop(reason: String, at now: Now) -> [SupervisorEffect] {
        var effects: [SupervisorEffect] = []
        switch link {
        case .open(let number, _, _), .opening(let number, _):
            effects = play(.linkClosing, at: now)
            effects.append(.close(number))
            effects += linkLost(reason: reason, at: now)
        case .absent, .pausing, .stopped:
            break
        }
        link = .stopped
        return effects
    }

    /// Tells the driver that the link is gone and, if the device had been announced, everybody else.
    private mutating func linkLost(reason: String, at now: Now) -> [SupervisorEffect] {
        let lost = link
        // From here on the driver's sends go nowhere: nothing it returns may reach a link that is closed.
        link = .pausing(until: now.uptime)
        driverDeadline = nil
        turn = .never
        receipts.removeAll()
        // Why the device cannot be used is said better by its fault than by the link that ended because of it.
        if snapshot.state != .faulted || isAnnounced {
            snapshot.state = .offline
            snapshot.trouble = reason
        }
        guard case .open(_, let target, let since) = lost else { return [] }
        backoff.sessionEnded(after: now.uptime - since)
        var effects = play(.linkClosed, at: now).filter { if case .send = $0 { false } else { true } }
        guard isAnnounced else { return effects }
        isAnnounced = false
        let event = normaliser.disconnected(facts, address: target.address, reason: reason, at: now)
        effects.append(store([event]))
        effects.append(.note(Note(.notice, "disconnected from \(target.address): \(reason)")))
        return effects
    }

    /// How long to wait before the next try. A device that calls sets its own pace, and must not find nobody there.
    private mutating func patience(with target: LinkTarget) -> Duration {
        target.calls ? min(backoff.next(), .milliseconds(500)) : backoff.next()
    }

    private mutating func pause(for pause: Duration, at now: Now) {
        link = targets.isEmpty ? .absent : .pausing(until: now.uptime + pause)
    }
}

extension AbandonReason {
    fileprivate var explanation: String {
        switch self {
        case .silent: "no answer"
        case .garbled: "what came could not be understood"
        case .wrongTransport: "no answer on this transport"
        case .refused: "the device refused the gateway"
        }
    }
}
