import GatehouseModel

extension RequestDesk {
    func begin(_ order: ReplayOrder, at address: ReturnAddress, userID: String?, uptime: Duration) throws(BusRefusal) {
        guard replays[address] == nil else {
            throw BusRefusal(.malformed, "a replay of that correlation is under way; cancel it or choose another")
        }
        let limits = configuration.limits
        let own = replays.values.count {
            $0.userID == userID && (userID != nil || $0.address.connection == address.connection)
        }
        if replays.count >= limits.replays { evictStalest(at: uptime) }
        guard replays.count < limits.replays, own < limits.replaysOfClient else {
            throw BusRefusal(.busy, "too many replays are under way; cancel one or ask again later")
        }
        replaysBegun += 1
        counters.replays += 1
        replays[address] = Replay(
            number: replaysBegun, address: address, userID: userID, order: order, head: head, at: uptime)
    }

    /// Gives up the replay that has stood still longest, if that is long enough: clients that died without a word
    /// must not keep everybody else out.
    private func evictStalest(at uptime: Duration) {
        guard let stalest = replays.values.min(by: { $0.lastMove < $1.lastMove }),
            uptime - stalest.lastMove >= configuration.limits.replayGrace
        else { return }
        drop(stalest, BusRefusal(.unavailable, "the replay stood still and others wait; start again from there"))
    }

    /// Moves every replay on. Returns how long the thread may sleep on their account: zero when one has more to
    /// send, nil when all wait for somebody else.
    func moveReplays(at uptime: Duration) -> Duration? {
        var pauses: [Duration] = []
        for replay in replays.values {
            if let pause = move(replay, at: uptime) { pauses.append(pause) }
        }
        return pauses.min()
    }

    /// Takes a page that a task has fetched.
    func receive(_ page: Result<ReplayPage, BusRefusal>, at address: ReturnAddress, number: UInt64, uptime: Duration) {
        guard let replay = replays[address], replay.number == number else { return }
        switch page {
        case .failure(let refusal): drop(replay, refusal)
        case .success(let page):
            guard !replay.receive(page, at: uptime) else { return }
            drop(replay, BusRefusal(.unavailable, "the journal could not be read; ask again later"))
        }
    }

    /// Ends the replays of those who are not let in any more.
    func dropRevokedReplays() {
        for replay in replays.values {
            do throws(BusRefusal) { _ = try client(replay.userID) } catch { drop(replay, error) }
        }
    }

    func end(_ replay: Replay?, at address: ReturnAddress) {
        let last = replay.map { $0.isComplete ? $0.through : $0.lastSent } ?? 0
        reply([Array("END".utf8), last.wireBytes], to: address)
    }

    private func move(_ replay: Replay, at uptime: Duration) -> Duration? {
        fetch(for: replay)
        guard uptime - replay.lastMove < configuration.limits.replayPatience else {
            // This is also how a replay is found whose client has gone without a word.
            drop(
                replay, BusRefusal(.unavailable, "the replay stood still for too long; start again after what you have")
            )
            return nil
        }
        if isCrowded(replay.address) { return nil }
        if let retry = replay.retry, retry.at > uptime { return retry.at - uptime }
        for _ in 0..<512 {
            guard let event = replay.next() else { break }
            switch send(event, of: replay) {
            case .sent: replay.sent(at: uptime)
            case .full: return replay.holdBack(at: uptime)
            case .unreachable:
                replays[replay.address] = nil
                return nil
            }
        }
        fetch(for: replay)
        if replay.isComplete {
            end(replays.removeValue(forKey: replay.address), at: replay.address)
            return nil
        }
        return replay.next() == nil ? nil : .zero
    }

    private func drop(_ replay: Replay, _ refusal: BusRefusal) {
        replays[replay.address] = nil
        refuse(refusal, to: replay.address)
    }

    private func send(_ event: Recorded, of replay: Replay) -> Socket.Sending {
        let address = replay.address
        let outcome = socket.send(address.connection, more: true)
        guard outcome == .sent else { return outcome }
        counters.replayed += 1
        if address.isDelimited { _ = socket.send([], more: true) }
        _ = socket.send(address.correlation, more: true)
        _ = socket.send("EVENT", more: true)
        _ = socket.send(event.topic.rawValue, more: true)
        let header = EventHeader(sequence: event.sequence, previous: event.previous, recorded: event.recorded)
        _ = header.withBytes { socket.send(bytes: $0, more: true) }
        _ = socket.send(event.body, more: false)
        return .sent
    }

    private func fetch(for replay: Replay) {
        guard let range = replay.takeFetch() else { return }
        let (runtime, letters) = (runtime, letters)
        let (prefix, address, number) = (replay.prefix, replay.address, replay.number)
        Task {
            let page: Result<ReplayPage, BusRefusal>
            do throws(BusRefusal) {
                page = .success(try await runtime.page(in: range, prefix: prefix, limit: .replay))
            } catch {
                page = .failure(error)
            }
            letters.post(.page(page, address, number: number))
        }
    }
}
