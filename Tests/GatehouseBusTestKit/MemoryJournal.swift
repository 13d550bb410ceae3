package import GatehouseBus
package import GatehouseModel

/// A journal and its devices in memory, for a bus under test.
package actor MemoryJournal: BusRequests {
    package private(set) var events: [Recorded] = []
    package private(set) var pagesRead = 0
    private var sequences: [String: Int64] = [:]
    private var lastOfTopic: [Topic: Int64] = [:]
    private var isHolding = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var arrivals = 0
    private var awaited: (count: Int, waiter: CheckedContinuation<Void, Never>)?
    private var bus: Bus?
    private let rules = AppendRules(site: "default")

    package init(_ events: [Recorded] = []) {
        self.events = events
        for event in events { lastOfTopic[event.topic] = event.sequence }
    }

    /// Appended events are published there.
    package func publish(to bus: Bus?) {
        self.bus = bus
    }

    /// Writes events as a device would, and publishes them.
    @discardableResult
    package func write(_ topics: [Topic]) -> [Recorded] {
        let batch = topics.map { store($0, body: Array("{\"type\":\"gatehouse.\($0.rawValue)\"}".utf8)) }
        bus?.publish(batch)
        return batch
    }

    /// From now on appends and commands wait.
    package func hold() {
        isHolding = true
    }

    package func release() {
        isHolding = false
        for waiting in held { waiting.resume() }
        held = []
    }

    /// Waits until that many appends and commands have come in all.
    package func arrived(_ count: Int) async {
        guard arrivals < count else { return }
        await withCheckedContinuation { awaited = (count, $0) }
    }

    package func page(
        in range: ClosedRange<Int64>, prefix: String, limit: PageLimit
    ) async throws(BusRefusal) -> ReplayPage {
        pagesRead += 1
        let through = min(range.upperBound, Int64(events.count), range.lowerBound + Int64(limit.events) - 1)
        guard range.lowerBound <= through else { return ReplayPage(events: [], scannedThrough: range.upperBound) }
        let slice = events[Int(range.lowerBound - 1)..<Int(through)]
        let matching = prefix.isEmpty ? Array(slice) : slice.filter { $0.topic.rawValue.hasPrefix(prefix) }
        return ReplayPage(events: matching, scannedThrough: through)
    }

    package func append(
        _ bodies: [[UInt8]], from client: BusClient
    ) async throws(BusRefusal) -> [AppendResult] {
        await pass()
        var parsed: [(Event, [UInt8])] = []
        for body in bodies {
            let event: Event
            do throws(EventProblem) {
                event = try Event(
                    cloudEvent: body, now: Timestamp(moment: Moment(milliseconds: 0), offsetSeconds: 0))
            } catch {
                throw BusRefusal(.invalidEvent, "\(error.field): \(error.reason)")
            }
            if let refusal = rules.refusal(of: event, from: client) { throw refusal }
            parsed.append((event, body))
        }
        var new: [Recorded] = []
        let results = parsed.map { event, body in
            let identity = event.source + "\n" + event.id
            if let sequence = sequences[identity] { return AppendResult(sequence: sequence, isDuplicate: true) }
            new.append(store(event.topic, body: body))
            sequences[identity] = Int64(events.count)
            return AppendResult(sequence: Int64(events.count), isDuplicate: false)
        }
        bus?.publish(new)
        return results
    }

    package func devices() async -> [UInt8] {
        Array(#"[{"device":"door"}]"#.utf8)
    }

    package func command(
        _ name: String, device: String, arguments: [UInt8]
    ) async throws(BusRefusal) -> [UInt8] {
        await pass()
        guard device == "door" else { throw BusRefusal(.unknownDevice, "no device is called \(device)") }
        return Array("{\"command\":\"\(name)\"}".utf8)
    }

    private func pass() async {
        arrivals += 1
        if let awaited, arrivals >= awaited.count {
            awaited.waiter.resume()
            self.awaited = nil
        }
        if isHolding { await withCheckedContinuation { held.append($0) } }
    }

    private func store(_ topic: Topic, body: [UInt8]) -> Recorded {
        let event = Recorded(
            sequence: Int64(events.count) + 1, previous: lastOfTopic[topic] ?? 0,
            recorded: Moment(milliseconds: 1_700_000_000_000), topic: topic, body: body)
        events.append(event)
        lastOfTopic[topic] = event.sequence
        return event
    }
}

extension [Recorded] {
    /// That many events, the topics in turn, each with a body of `size` bytes.
    package static func sample(_ count: Int, topics: [Topic] = ["punch.recorded", "scan.recorded"], size: Int = 60)
        -> [Recorded]
    {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: size)
        return (0..<count).map { index in
            Recorded(
                sequence: Int64(index + 1), previous: Int64(Swift.max(0, index + 1 - topics.count)),
                recorded: Moment(milliseconds: 1_700_000_000_000), topic: topics[index % topics.count], body: body)
        }
    }
}
