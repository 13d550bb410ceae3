import GatehouseBus
import GatehouseClient
import GatehouseModel
import GatehouseModules
import GatehouseRuntime
import Logging
import UnixSignals

/// One module in a process of its own: it follows the bus like any subscriber, and appends what it finds.
actor ModuleApart {
    private static let eventsBetweenSnapshots: Int64 = 50_000
    private static let pause: Duration = .seconds(1)

    private let name: String
    private let client: GatehouseClient
    private let pass: ModulePass
    private let snapshot: ModuleSnapshot
    private let timekeeper = Timekeeper()
    private let logger: Logger
    private var fold: ModuleFold
    /// The last event heard, by which a snapshot knows its journal.
    private var last: [UInt8] = []
    private var kept: Int64 = 0

    init(
        name: String, client: GatehouseClient, pass: ModulePass, state: String, version: String, logger: Logger
    ) {
        self.name = name
        self.client = client
        self.pass = pass
        self.logger = logger
        snapshot = ModuleSnapshot(folder: state, version: version, names: [name])
        fold = ModuleFold([name])
    }

    /// Follows the gateway until SIGTERM or SIGINT; `started` hears after which event it begins.
    func run(started: (Int64) -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await resume()
        started(fold.sequence)
        let feed = try client.events(after: fold.sequence)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for try await event in feed { try await self.hear(event) } }
            group.addTask { try await self.watchClock() }
            group.addTask { for await _ in signals { return } }
            try await group.next()
            group.cancelAll()
        }
        keep()
    }

    private func resume() async throws {
        let found: ModuleSnapshot.Found?
        do throws(SnapshotProblem) { found = try snapshot.read() } catch { return tell(error) }
        guard let found else { return }
        let position = found.fold.sequence
        var body: [UInt8]?
        for try await event in try client.replay(from: position, to: position) { body = event.body }
        guard let body, found.isOf(journalWith: body) else { return tell(.ofAnotherJournal) }
        (fold, last, kept) = (found.fold, body, position)
    }

    private func tell(_ problem: SnapshotProblem) {
        logger.notice("\(problem); the module reads the journal from its beginning, which takes longer")
    }

    private func hear(_ event: Recorded) async throws {
        let found = fold.take(event)
        last = event.body
        try await append(found)
        if fold.sequence - kept >= Self.eventsBetweenSnapshots { keep() }
    }

    /// Says that time has passed, where a deadline has come and no event shows it.
    private func watchClock() async throws {
        var (sequence, again) = (fold.sequence, 0)
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(200))
            if fold.sequence != sequence { (sequence, again) = (fold.sequence, 0) }
            guard let reminder = fold.reminder(at: timekeeper.wall, again: again) else { continue }
            again += 1
            try await append([reminder])
        }
    }

    /// A gateway that is away is waited for; one that refuses is not.
    private func append(_ events: [Event]) async throws {
        let zone = Timestamp(timekeeper.wall, in: .utc)
        let bodies = events.map { $0.encoded(sequence: 0, recorded: zone) }
        for start in stride(from: 0, to: bodies.count, by: 200) {
            let part = Array(bodies[start..<min(start + 200, bodies.count)])
            while true {
                do {
                    _ = try await client.derive(part, module: name, pass: pass)
                    break
                } catch ClientError.refused(let code, let message)
                    where code != "busy" && code != "unavailable" && code != "disk-full"
                {
                    throw ClientError.refused(code: code, message: message)
                } catch {
                    logger.warning("the gateway takes nothing just now: \(error)")
                    try await Task.sleep(for: Self.pause)
                }
            }
        }
    }

    private func keep() {
        guard fold.sequence > kept, !last.isEmpty else { return }
        do {
            try snapshot.write(fold, body: last)
            kept = fold.sequence
        } catch {
            logger.warning("no snapshot: \(error); the next start takes longer")
        }
    }
}
