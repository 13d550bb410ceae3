import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// Clearing the log when it is nearly full, where the site allows it: lock the terminal, read, wait for
/// the journal, count again, clear, unlock. A terminal clears all or nothing, so nobody may punch in
/// between.
extension ZKTeco {
    /// The terminal unlocks itself after this time, whatever becomes of the gateway.
    static let lockSeconds: UInt32 = 120
    /// The log is not cleared in the last moments of the lock.
    static let lockMargin = Duration.seconds(20)
    /// The fill from which a log is cleared, in per cent.
    private static let clearingFill = 90

    /// After a complete read: begins clearing, or under the lock goes on with it.
    mutating func considerClearing(after log: ZKAttendanceLog) {
        guard link?.abandoned == false else { return }
        if link?.lockedUntil != nil {
            link?.lockedCount = log.punches.count
            // What could not be understood would be lost.
            link?.jobs.append(log.unreadable.isEmpty ? .sizes(.recount) : .enable)
            return
        }
        guard context.clearLog == .whenFull, log.unreadable.isEmpty, let sizes = memory.lastSizes,
            now.uptime >= memory.clearingRest ?? .zero, sizes.recordCapacity > 0,
            sizes.records * 100 >= sizes.recordCapacity * Self.clearingFill
        else { return }
        memory.mayBeLocked = true
        memory.clearingRest = now.uptime + Self.readInterval
        link?.jobs.append(.disable)
    }

    /// Locked: what was punched since the last read is read now.
    mutating func locked(_ reply: ZKPacket) {
        guard reply.command == .ok else {
            link?.jobs.append(.enable)
            return fault(
                "clear-failed", "the terminal refused to be locked, so its log is not cleared", raw: reply.bytes)
        }
        link?.lockedUntil = now.uptime + .seconds(Int64(Self.lockSeconds))
        link?.readDue = now.uptime
    }

    /// The last look. Anything but exactly what is on disk keeps the log.
    mutating func recounted(_ sizes: ZKFreeSizes) {
        guard let until = link?.lockedUntil, now.uptime < until - Self.lockMargin,
            sizes.records == link?.lockedCount
        else {
            link?.jobs.append(.enable)
            return fault("clear-failed", "the terminal's log changed while it was locked, so it is not cleared")
        }
        link?.jobs.append(.clear)
    }

    /// Cleared or not, the terminal is opened.
    mutating func cleared(_ reply: ZKPacket) {
        if reply.command == .ok {
            // Ours, so that the lower count is no surprise.
            memory.lastSizes?.records = 0
            memory.newestPunch = nil
            let capacity = memory.lastSizes.map(\.recordCapacity)
            effects.append(.status(DeviceStatus(logUsed: 0, logCapacity: capacity)))
            link?.jobs.append(.refreshCleared)
        } else {
            fault("clear-failed", "the terminal refused to clear its log", raw: reply.bytes)
        }
        link?.jobs.append(.enable)
    }

    /// Open again; without a confirmation it is asked once more on the next connection.
    mutating func enabled(_ reply: ZKPacket) {
        link?.lockedUntil = nil
        link?.lockedCount = nil
        if reply.command == .ok { memory.mayBeLocked = false }
    }

    /// A read that failed under the lock ends the lock.
    mutating func unlockAfterFailure() {
        if link?.lockedUntil != nil { link?.jobs.append(.enable) }
    }

    /// The lock runs out before the journal has everything: the terminal is opened, and the log stays.
    mutating func checkLock() {
        guard let until = link?.lockedUntil, now.uptime >= until - Self.lockMargin else { return }
        link?.lockedUntil = nil
        link?.jobs.append(.enable)
        fault(
            "clear-failed",
            "the journal did not take the terminal's log in time, so it is not cleared; it is tried again later")
    }
}
