import Foundation
import GRDB
public import GatehouseModel

/// How long the disk still holds.
public struct DiskForecast: Hashable, Sendable {
    /// How many bytes an hour of events takes, at the rate of the last day.
    public var bytesPerHour: Int64
    /// How many bytes the journal's file system has left.
    public var freeBytes: Int64

    /// The rate of `bytes` written in a time. Less than a minute counts as one: a journal that has just begun says
    /// little.
    public init(freeBytes: Int64, bytesWritten bytes: Int64, in time: Duration) {
        precondition(freeBytes >= 0 && bytes >= 0, "space and growth are counted in whole bytes from zero")
        let seconds = max(60, time.components.seconds)
        let (product, overflows) = bytes.multipliedReportingOverflow(by: 3600)
        bytesPerHour = overflows ? bytes / seconds * 3600 : product / seconds
        self.freeBytes = freeBytes
    }

    /// Whole hours until the disk is full; nil when nothing is written.
    public var hoursLeft: Int64? {
        bytesPerHour > 0 ? freeBytes / bytesPerHour : nil
    }
}

extension Journal {
    /// How long the disk holds at the rate of the last 24 hours (or since the first event, where that is later).
    public func forecast(now: Moment) throws(JournalError) -> DiskForecast {
        let free = Self.freeBytes(at: pool.path)
        return try journalling {
            try pool.read { database in
                let ends = try JournalEnds(in: database)
                let yesterday = now - .seconds(86_400)
                guard let first = try Self.oldest(since: yesterday, between: ends, in: database) else {
                    return DiskForecast(freeBytes: free, bytesWritten: 0, in: .seconds(86_400))
                }
                let events = ends.head.sequence - first.sequence + 1
                let bytesAnEvent = try FileSpace(in: database).used / ends.count
                let time = first.sequence == ends.anchor.sequence + 1 ? now - first.recorded : .seconds(86_400)
                return DiskForecast(freeBytes: free, bytesWritten: events * bytesAnEvent, in: time)
            }
        }
    }

    /// Halves the journal until the first event stored since then is found. Where the clock was set back meanwhile,
    /// it is one near it.
    private static func oldest(
        since moment: Moment, between ends: JournalEnds, in database: Database
    ) throws -> (sequence: Int64, recorded: Moment)? {
        func recorded(_ sequence: Int64) throws -> Moment? {
            try Int64.fetchOne(
                database, sql: "SELECT recorded FROM events WHERE sequence = ?", arguments: [sequence]
            ).map { Moment(milliseconds: $0) }
        }
        var (low, high) = (ends.anchor.sequence + 1, ends.head.sequence + 1)
        while low < high {
            let middle = low + (high - low) / 2
            if try recorded(middle).map({ $0 >= moment }) ?? false { high = middle } else { low = middle + 1 }
        }
        return try low > ends.head.sequence ? nil : recorded(low).map { (low, $0) }
    }

    private static func freeBytes(at file: String) -> Int64 {
        var status = statvfs()
        guard statvfs(file, &status) == 0 else { return 0 }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
