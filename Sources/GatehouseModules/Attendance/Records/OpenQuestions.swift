import GatehouseModel
import GatehouseModuleKit

/// The records that may say something else once clocks vouch for other moments: what is told of a clock every few
/// minutes must not be held against everybody's records.
///
/// They are kept by the hour of the last moment that matters to them. Some may have ceased to ask since.
struct OpenQuestions: Sendable {
    /// Pending, or something that is not said where no clock could tell, or that was not said for that reason.
    static let statuses: RecordStatus = [.late, .early, .missingIn, .missingOut, .absent, .unproven, .pending]
    private static let halfHour: Int64 = 30 * 60_000

    private var keys: [Int64: Set<RecordKey>] = [:]
    /// The hours of which there are any, in order.
    private var hours: [Int64] = []

    init() {}

    /// Keeps the record, if it asks.
    mutating func note(_ record: AttendanceRecord) {
        guard !record.isOvertime, !record.status.isDisjoint(with: Self.statuses) else { return }
        let last = max(record.closes.milliseconds, record.expectedEnd.milliseconds + Self.halfHour)
        let hour = Self.hour(last)
        if keys[hour] == nil { hours.insert(hour, at: place(of: hour)) }
        keys[hour, default: []].insert(record.key)
    }

    /// Those to whom a moment from then on may matter.
    func keys(from moment: Moment) -> Set<RecordKey> {
        hours[place(of: Self.hour(moment.milliseconds))...].reduce(into: []) { $0.formUnion(keys[$1] ?? []) }
    }

    private static func hour(_ milliseconds: Int64) -> Int64 {
        (milliseconds >= 0 ? milliseconds : milliseconds - 3_599_999) / 3_600_000
    }

    /// The place of the first hour that is not before that one.
    private func place(of hour: Int64) -> Int {
        var (low, high) = (0, hours.count)
        while low < high {
            let middle = (low + high) / 2
            if hours[middle] < hour { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
