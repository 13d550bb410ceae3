public import GatehouseBus
public import GatehouseModel

/// A program's connection to a gateway: ask, append, and follow its events without losing one.
///
///     let client = try GatehouseClient(events: "tcp://127.0.0.1:7780", requests: "tcp://127.0.0.1:7781")
///     for try await event in try client.events(after: lastStored, topics: ["punch."]) {
///         store(event)
///     }
///
/// Sockets belong to threads of the client's own. It connects by itself, again after the gateway was away too.
public final class GatehouseClient: Sendable {
    private let endpoints: Endpoints
    private let patience: Duration
    private let letters: Mailbox<RequestLetter>
    private let thread: DedicatedThread

    /// `keys`: what `gatehouse keys new` made for this client. `patience`: how long an answer may take.
    public convenience init(
        events: String, requests: String, keys: ClientKeyFile? = nil, patience: Duration = .seconds(10)
    ) throws(BusError) {
        try self.init(Endpoints(events: events, requests: requests, keys: keys), patience: patience)
    }

    public init(_ endpoints: Endpoints, patience: Duration = .seconds(10)) throws(BusError) {
        precondition(patience > .zero, "an answer takes time")
        let letters = try Mailbox<RequestLetter>(weightLimit: 1)
        let started = try Handover<BusError?>()
        let thread = try DedicatedThread {
            do throws(BusError) {
                let thread = try RequestThread(endpoints: endpoints, letters: letters)
                started.give(nil)
                thread.run()
            } catch {
                started.give(error)
            }
        }
        if let error = started.take() {
            thread.join()
            throw error
        }
        self.endpoints = endpoints
        self.patience = patience
        self.letters = letters
        self.thread = thread
    }

    deinit { close() }

    /// Ends the connection; whoever waits for an answer gets `closed`. Feeds of events go on until they are
    /// dropped.
    public func close() {
        letters.post(.stop)
        thread.join()
    }

    /// Version, site and head of the gateway.
    public func ping() async throws(ClientError) -> Pong {
        guard case .pong(let pong) = try await ask("PING", []) else {
            throw .incomprehensible("no PONG came to a PING")
        }
        return pong
    }

    /// The last sequence in the journal.
    public func head() async throws(ClientError) -> Int64 {
        guard let frame = try await askForOK("HEAD", []).first, let head = Int64(wire: frame) else {
            throw .incomprehensible("the head is no number")
        }
        return head
    }

    /// Stores events (CloudEvents, JSON), all or none, and returns when they are on disk. Appending the same
    /// source and id again is safe: it comes back as a duplicate.
    public func append(_ events: [[UInt8]]) async throws(ClientError) -> [AppendResult] {
        let frames = try await askForOK("APPEND", events)
        return try Self.results(frames, count: events.count)
    }

    private static func results(_ frames: [[UInt8]], count: Int) throws(ClientError) -> [AppendResult] {
        guard frames.count == count * 2 else { throw .incomprehensible("not every event was accounted for") }
        var results: [AppendResult] = []
        for index in 0..<count {
            guard let sequence = Int64(wire: frames[index * 2]) else {
                throw .incomprehensible("a sequence is no number")
            }
            results.append(AppendResult(sequence: sequence, isDuplicate: frames[index * 2 + 1] == [1]))
        }
        return results
    }

    /// Stores what a module has found, as `append` does; `pass` is the gateway's for modules that run apart.
    public func derive(
        _ events: [[UInt8]], module: String, pass: ModulePass
    ) async throws(ClientError) -> [AppendResult] {
        let frames = try await askForOK("DERIVE", [Array(module.utf8), pass.bytes] + events)
        return try Self.results(frames, count: events.count)
    }

    /// The devices and how they fare, a JSON list.
    public func devices() async throws(ClientError) -> [UInt8] {
        try await askForOK("DEVICES", []).first ?? []
    }

    /// Has a device do something: `sync-clock`, `read-log`, `identify` or `message`. Reading a whole log takes
    /// time: give it.
    public func command(
        _ name: String, device: String, arguments: [UInt8] = Array("{}".utf8), patience: Duration? = nil
    ) async throws(ClientError) -> [UInt8] {
        let frames = [Array(device.utf8), Array(name.utf8), arguments]
        return try await askForOK("COMMAND", frames, patience: patience).first ?? []
    }

    /// All events after `stored` (0 for all there are) whose topic begins with one of `topics` (none for all),
    /// then the live ones, for as long as the feed is read. It waits for a gateway that is away and goes on
    /// where it stopped.
    public func events(after stored: Int64, topics: [String] = []) throws(BusError) -> EventFeed {
        try feed(Follower(after: stored, topics: topics), patience: nil)
    }

    /// The events of a range (`to` nil: up to the head now) whose topic begins with one of `topics`; then the
    /// feed ends.
    public func replay(from: Int64 = 1, to: Int64? = nil, topics: [String] = []) throws(BusError) -> EventFeed {
        precondition(from > 0 && to ?? 1 > 0, "sequences begin at 1")
        return try feed(Follower(after: from - 1, topics: topics, isFinite: true, through: to), patience: patience)
    }

    private func feed(_ follower: Follower, patience: Duration?) throws(BusError) -> EventFeed {
        let (letters, buffer, endpoints) = (try Mailbox<FeedLetter>(weightLimit: 1), EventBuffer(), endpoints)
        let started = try Handover<BusError?>()
        _ = try DedicatedThread {
            do throws(BusError) {
                let thread = try FeedThread(
                    endpoints: endpoints, follower: follower, patience: patience, letters: letters, buffer: buffer)
                started.give(nil)
                thread.run()
            } catch {
                started.give(error)
            }
        }
        if let error = started.take() { throw error }
        return EventFeed(lease: EventFeed.Lease(buffer: buffer, letters: letters))
    }

    private func askForOK(
        _ verb: String, _ arguments: [[UInt8]], patience: Duration? = nil
    ) async throws(ClientError) -> [[UInt8]] {
        guard case .ok(let frames) = try await ask(verb, arguments, patience: patience) else {
            throw .incomprehensible("no OK came to \(verb)")
        }
        return frames
    }

    private func ask(
        _ verb: String, _ arguments: [[UInt8]], patience: Duration? = nil
    ) async throws(ClientError) -> Reply {
        let answer = await withCheckedContinuation { asker in
            let question = Question(
                frames: [Array(verb.utf8)] + arguments, patience: patience ?? self.patience, asker: asker)
            if !letters.post(.ask(question)) { asker.resume(returning: .failure(.closed)) }
        }
        let reply = try answer.get()
        if case .error(let code, let message) = reply { throw .refused(code: code, message: message) }
        return reply
    }
}
