import GatehouseModel
import IClockWire

/// What the device keeps through a restart: its punches, and which of them it need not send any more.
struct PushClockMemory: Sendable {
    struct Entry: Sendable {
        /// From 1, over the whole life of the device.
        var number: Int
        var badge: String
        var time: LocalTime
        var status: Int
        var verify: Int
        /// It was taken by the other side.
        var isAcknowledged = false
        /// It lies in the log and is never sent by itself: what reconciliation is for.
        var isForgotten = false

        var line: IClockAttlog {
            IClockAttlog(
                pin: badge, time: time.text.split(separator: "T").joined(separator: " "), status: "\(status)",
                verify: "\(verify)")
        }

        var identity: String { "\(badge)/\(time.text)/\(status)/\(verify)" }
    }

    private(set) var log: [Entry] = []
    private(set) var acknowledgedCount = 0

    mutating func store(_ badge: String, at time: LocalTime, status: Int, verify: Int, isForgotten: Bool) -> Entry {
        let entry = Entry(
            number: log.count + 1, badge: badge, time: time, status: status, verify: verify, isForgotten: isForgotten)
        log.append(entry)
        return entry
    }

    /// The oldest punches that nobody has taken yet, by their numbers.
    func unsent(_ limit: Int) -> [Int] {
        Array(log.lazy.filter { !$0.isAcknowledged && !$0.isForgotten }.prefix(limit).map(\.number))
    }

    mutating func acknowledge(_ numbers: [Int]) {
        for number in numbers where !log[number - 1].isAcknowledged {
            log[number - 1].isAcknowledged = true
            acknowledgedCount += 1
        }
    }

    func numbers(from: LocalTime, through: LocalTime) -> [Int] {
        log.filter { from <= $0.time && $0.time <= through }.map(\.number)
    }

    func body(_ numbers: [Int]) -> String {
        numbers.map { log[$0 - 1].line.line }.joined()
    }
}
