import GatehouseModel
import ZKTecoWire

/// What the simulated clock keeps through a restart: its users and its log, and, for the tests, what became of each
/// punch.
struct ClockMemory: Sendable {
    /// A punch and how far the gateway has got with it.
    struct Entry: Sendable {
        /// From 1, over the whole life of the clock.
        var number: Int
        var punch: ZKPunch
        /// It lay in a log that was read to its end.
        var isRead = false
        /// Its live event was acknowledged.
        var isAcknowledged = false
    }

    /// The most punches that are remembered after the log was erased.
    static let erasedLimit = 1_000_000

    private(set) var users: [ZKUser] = []
    private(set) var log: [Entry] = []
    private(set) var erased: [Entry] = []
    private(set) var made = 0
    private(set) var readCount = 0
    private(set) var acknowledgedCount = 0
    private var uids: [String: UInt16] = [:]
    let capacity: Int

    init(capacity: Int, userCount: Int) {
        precondition((1...10_000_000).contains(capacity), "a log holds 1 to ten million punches")
        self.capacity = capacity
        for number in 0..<userCount { enrol("\(10_001 + number)") }
    }

    var isFull: Bool { log.count >= capacity }

    /// Adds a user with the next free number; nil when 65535 are there.
    @discardableResult
    mutating func enrol(_ badge: String) -> UInt16? {
        if let uid = uids[badge] { return uid }
        guard let uid = UInt16(exactly: users.count + 1) else { return nil }
        users.append(ZKUser(uid: uid, name: Array("Person \(badge)".utf8.prefix(24)), userID: badge))
        uids[badge] = uid
        return uid
    }

    func uid(of badge: String) -> UInt16? { uids[badge] }

    mutating func store(_ punch: ZKPunch) -> Entry {
        precondition(!isFull, "a full log takes no punch")
        made += 1
        let entry = Entry(number: made, punch: punch)
        log.append(entry)
        return entry
    }

    mutating func erase() {
        let room = Self.erasedLimit - erased.count
        erased += log.prefix(max(room, 0))
        log = []
    }

    /// The first `count` entries of the log have been handed out whole.
    mutating func markRead(first count: Int) {
        for index in log.indices.prefix(count) where !log[index].isRead {
            log[index].isRead = true
            readCount += 1
        }
    }

    mutating func markAcknowledged(number: Int) {
        // Numbers in the log are consecutive; an erased entry has been marked as read before.
        guard let first = log.first?.number, log.indices.contains(number - first) else { return }
        if !log[number - first].isAcknowledged { acknowledgedCount += 1 }
        log[number - first].isAcknowledged = true
    }
}
