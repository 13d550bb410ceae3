public import GatehouseModel

/// What the bus asks of the program around it. It knows no journal and no device; whoever implements this does.
///
/// Calls come from tasks, several at a time, but the appends of one client come one after the other, in the
/// order in which they were sent.
public protocol BusRequests: Sendable {
    /// The next part of a replay: events in `range` whose topic begins with `prefix`, ascending, at most `limit`.
    func page(in range: ClosedRange<Int64>, prefix: String, limit: PageLimit) async throws(BusRefusal) -> ReplayPage

    /// Stores all events (CloudEvents, JSON, at most 64 KiB each) or none, and returns when they are on disk: one
    /// result for each, in their order. `AppendRules` says who may append what.
    func append(_ bodies: [[UInt8]], from client: BusClient) async throws(BusRefusal) -> [AppendResult]

    /// Stores what a module that runs in a process of its own has found, all or none. `pass` shows that it may speak
    /// for the module.
    func derive(_ bodies: [[UInt8]], module: String, pass: [UInt8]) async throws(BusRefusal) -> [AppendResult]

    /// The devices and how they fare, as a JSON list.
    func devices() async -> [UInt8]

    /// Has a device do something; `arguments` and the result are JSON.
    func command(_ name: String, device: String, arguments: [UInt8]) async throws(BusRefusal) -> [UInt8]
}

extension BusRequests {
    public func derive(_ bodies: [[UInt8]], module: String, pass: [UInt8]) async throws(BusRefusal) -> [AppendResult] {
        throw BusRefusal(.forbidden, "no module runs apart from this gateway")
    }
}

/// How much one page may hold: whichever is reached first ends it, but a page may always hold one event.
public struct PageLimit: Hashable, Sendable {
    public var events: Int
    /// Of bodies, in all.
    public var bytes: Int

    public init(events: Int, bytes: Int) {
        precondition(events > 0 && bytes > 0, "a page must hold an event")
        self.events = events
        self.bytes = bytes
    }

    /// Two pages of each replay are in memory at once.
    static let replay = PageLimit(events: 2_000, bytes: 1 << 20)
}

/// Part of a replay. A sparse topic may give pages without an event: `scannedThrough` still moves on.
public struct ReplayPage: Hashable, Sendable {
    public var events: [Recorded]
    /// Everything in the range up to here has been looked at; at least the sequence of the last event.
    public var scannedThrough: Int64

    public init(events: [Recorded], scannedThrough: Int64) {
        self.events = events
        self.scannedThrough = scannedThrough
    }
}

/// Where an appended event is in the journal.
public struct AppendResult: Hashable, Sendable {
    public var sequence: Int64
    /// Whether it was already there: the same source and id.
    public var isDuplicate: Bool

    public init(sequence: Int64, isDuplicate: Bool) {
        self.sequence = sequence
        self.isDuplicate = isDuplicate
    }
}
