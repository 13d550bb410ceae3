import GatehouseDriverKit
import GatehouseModel
import IClockWire

/// What is known while the device calls in regularly.
struct PushLink: Sendable {
    /// When the device last asked anything.
    var lastHeard: Duration
    /// Whether the link has been given up already.
    var isAbandoned = false
    /// Faults told on this link.
    var told: Set<String> = []
    /// What the device says of itself, as told.
    var facts: DeviceFacts?
    /// Its handshake carried another key than the site file has: nothing is taken of it.
    var isBarred = false
    /// It speaks the access-control flavour, and knows no attendance commands.
    var isAccessControl = false
    /// Whether its settings have been asked for.
    var hasAskedSettings = false
    /// Data posts that wait for the journal, oldest first; the first is in work.
    var uploads: [PushUpload] = []
    /// What the last status said.
    var status: DeviceStatus?

    init(at uptime: Duration) {
        lastHeard = uptime
    }
}

/// One data post on its way to the journal, batch by batch.
struct PushUpload: Sendable {
    let request: RequestID
    let table: IClockRequest.Table
    let stamp: String?
    let body: [UInt8]
    private(set) var cursor = 0
    /// Lines that held something: the number that the answer repeats.
    private(set) var lines = 0
    /// Handed over and not on disk yet.
    var outstanding: Set<Receipt> = []
    /// Lines that could not be read, and the first of them.
    var unreadable = 0
    var firstUnreadable: [UInt8] = []
    /// Whether something was told that must be on disk before the answer.
    var owesBarrier = false

    init(_ request: RequestID, _ table: IClockRequest.Table, stamp: String?, body: [UInt8]) {
        self.request = request
        self.table = table
        self.stamp = stamp
        self.body = body
    }

    /// Whether every line has been looked at.
    var isRead: Bool { cursor >= body.count }

    /// The next lines, `limit` at most; empty ones are passed over.
    mutating func next(_ limit: Int) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        while cursor < body.count, found.count < limit {
            let end = body[cursor...].firstIndex(of: 0x0A) ?? body.endIndex
            if end > cursor { found += IClockText.lines(body[cursor..<end]) }
            cursor = end + 1
        }
        lines += found.count
        return found
    }

    mutating func note(unreadable line: ArraySlice<UInt8>) {
        if unreadable == 0 { firstUnreadable = Array(line.prefix(1024)) }
        unreadable += 1
    }
}

/// What outlives a link; after a restart of the gateway it begins with what the journal's newest punch says.
struct PushMemory: Sendable {
    /// The device's own stamp of the last upload that is on disk.
    var attendanceStamp: String?
    var operationStamp: String?
    /// The newest punch in the journal when the driver was made.
    var newestKnown: LocalTime?
    /// Commands to the device that have not ended, oldest first.
    var orders: [PushOrder] = []
    /// The number of the last one; 0: none yet.
    var lastOrder: Int64 = 0
    var reconciliation = Reconciliation()
    /// Who waits for the clock to be set, and until when.
    var clockCommands: [CommandID] = []
    var clockDeadline = Duration.zero
    /// The zone that the device was given last.
    var offsetGiven: Int?
    /// How far ahead the clock was when that was last told.
    var toldAhead: Duration?
    /// Marks of operations told, so that a log that is sent again is not told again; a ring.
    private(set) var operations: [UInt64] = []
    private var nextOperation = 0

    /// How many operations are remembered.
    private static let operationLimit = 512

    init(lastReading: JSONValue) {
        let native = lastReading["native"]
        attendanceStamp = native?["stamp"]?.text.flatMap { IClockOptions.isStamp($0) ? $0 : nil }
        operationStamp = native?["operationStamp"]?.text.flatMap { IClockOptions.isStamp($0) ? $0 : nil }
        newestKnown = lastReading["deviceTime"]?.text.flatMap { LocalTime($0) }
    }

    /// Whether this operation is told for the first time.
    mutating func isNews(_ line: ArraySlice<UInt8>) -> Bool {
        let mark = line.mark
        guard !operations.contains(mark) else { return false }
        if operations.count < Self.operationLimit {
            operations.append(mark)
        } else {
            operations[nextOperation] = mark
        }
        nextOperation = (nextOperation + 1) % Self.operationLimit
        return true
    }
}

extension Sequence<UInt8> {
    /// 64 bits that stand for these bytes (FNV-1a), the same in every run.
    var mark: UInt64 {
        reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
