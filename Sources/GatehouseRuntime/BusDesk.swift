import GatehouseBus
import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel

/// Answers what the bus asks: reads the journal, appends to it, speaks to the devices.
struct BusDesk: BusRequests {
    let reader: JournalReader
    let writer: JournalWriter
    let gateway: Gateway
    let imports: ImportDesk
    let consumers: ConsumerDesk
    let identify: IdentifyDesk
    let sticks: StickDesk
    let derived: DeriveDesk
    let modules: ModuleDesk
    let timekeeper: Timekeeper
    let rules: AppendRules
    private let hazardTurns = Turns()

    init(
        reader: JournalReader, writer: JournalWriter, gateway: Gateway, imports: ImportDesk, consumers: ConsumerDesk,
        identify: IdentifyDesk, sticks: StickDesk, derived: DeriveDesk, modules: ModuleDesk, timekeeper: Timekeeper,
        site: String
    ) {
        self.reader = reader
        self.writer = writer
        self.gateway = gateway
        self.imports = imports
        self.consumers = consumers
        self.identify = identify
        self.sticks = sticks
        self.derived = derived
        self.modules = modules
        self.timekeeper = timekeeper
        rules = AppendRules(site: site)
    }

    func page(in range: ClosedRange<Int64>, prefix: String, limit: PageLimit) async throws(BusRefusal) -> ReplayPage {
        let limits = JournalPage.Limits(events: limit.events, bytes: limit.bytes)
        let result = await Blocking.run { [reader] () -> Result<JournalPage, JournalError> in
            do throws(JournalError) {
                return .success(
                    try reader.page(
                        from: range.lowerBound, through: range.upperBound, topicPrefix: prefix, limits: limits))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let page): return ReplayPage(events: page.events, scannedThrough: page.scannedThrough)
        case .failure(let error): throw BusRefusal(.unavailable, "\(error)")
        }
    }

    func append(_ bodies: [[UInt8]], from client: BusClient) async throws(BusRefusal) -> [AppendResult] {
        let now = await Timestamp(timekeeper.wall, in: gateway.zone)
        var events: [Event] = []
        for body in bodies { events.append(try event(body, from: client, now: now)) }
        guard events.contains(where: { $0.topic.rawValue.hasPrefix("hazard.") }) else { return try await store(events) }
        // Two people who take the same step in the same instant: the second is judged after the first is stored.
        await hazardTurns.take()
        do throws(BusRefusal) {
            try await checkHazards(events)
            let stored = try await store(events)
            await hazardTurns.give()
            return stored
        } catch {
            await hazardTurns.give()
            throw error
        }
    }

    private func store(_ events: [Event]) async throws(BusRefusal) -> [AppendResult] {
        do throws(JournalError) {
            return try await writer.append(events, whenFull: .fail).map {
                AppendResult(sequence: $0.sequence, isDuplicate: $0.isDuplicate)
            }
        } catch {
            throw BusRefusal(error == .full ? .diskFull : .unavailable, "\(error)")
        }
    }

    /// A step that a hazard's state does not allow is refused where it is asked for. One that is there already is a
    /// client's second try, and no second step.
    private func checkHazards(_ events: [Event]) async throws(BusRefusal) {
        let steps = events.filter { $0.topic.rawValue.hasPrefix("hazard.") }
        let known = await Blocking.run { [reader] in
            let new = steps.filter { (try? reader.sequence(source: $0.source, id: $0.id)) == .some(nil) }
            return (new: new, head: (try? reader.head().sequence) ?? 0)
        }
        if let refusal = await modules.refusal(of: known.new, after: known.head) {
            throw BusRefusal(.invalidEvent, "data.hazard: \(refusal.reason)")
        }
    }

    private func event(_ body: [UInt8], from client: BusClient, now: Timestamp) throws(BusRefusal) -> Event {
        let event: Event
        do throws(EventProblem) {
            event = try Event(cloudEvent: body, now: now)
        } catch {
            let code: BusRefusal.Code = body.count > Event.sizeLimit ? .tooLarge : .invalidEvent
            throw BusRefusal(code, "\(error.field): \(error.reason)")
        }
        if let refusal = rules.refusal(of: event, from: client) { throw refusal }
        if let problem = PeopleEvents.problem(in: event) {
            throw BusRefusal(.invalidEvent, "\(problem.field): \(problem.reason)")
        }
        return event
    }

    func derive(_ bodies: [[UInt8]], module: String, pass: [UInt8]) async throws(BusRefusal) -> [AppendResult] {
        try await derived.take(bodies, module: module, pass: pass)
    }

    func devices() async -> [UInt8] {
        let rows = await identify.amend(await gateway.snapshots()) + sticks.rows()
        return JSONValue.array(rows.map(\.json)).bytes
    }

    func command(_ name: String, device: String, arguments: [UInt8]) async throws(BusRefusal) -> [UInt8] {
        let json: JSONValue
        do throws(JSONProblem) {
            json = arguments.isEmpty ? .object([]) : try JSONValue(parsing: arguments)
        } catch {
            throw BusRefusal(.malformed, "the arguments are no JSON at byte \(error.offset): \(error.reason)")
        }
        if name == ImportDesk.command { return try await imports.take(json, for: device).bytes }
        if name == ConsumerDesk.command {
            guard device == ConsumerDesk.device else {
                throw BusRefusal(.unknownDevice, "confirm is the gateway's own: send it to \(ConsumerDesk.device)")
            }
            return try await consumers.take(json).bytes
        }
        if name == IdentifyDesk.command, device == IdentifyDesk.device { return try await identify.take(json).bytes }
        guard let answer = await gateway.perform(try Self.command(name, json), on: device) else {
            throw BusRefusal(.unknownDevice, "\(device.prefix(80)) is no device here; `gatehouse devices` lists them")
        }
        switch answer {
        case .done(let result): return result.bytes
        case .refused(let reason): throw BusRefusal(.unavailable, reason)
        }
    }

    private static func command(_ name: String, _ arguments: JSONValue) throws(BusRefusal) -> DeviceCommand {
        switch name {
        case "sync-clock": return .syncClock
        case "read-log": return .readLog
        case "identify": return .identify
        case "message":
            guard let text = arguments["text"]?.text, (1...200).contains(text.utf8.count) else {
                throw BusRefusal(.malformed, "message needs {\"text\": \"…\"} of 1 to 200 bytes")
            }
            return .message(text)
        default:
            throw BusRefusal(
                .malformed, "\(name.prefix(40)) is no command; sync-clock, read-log, identify and message are")
        }
    }
}
