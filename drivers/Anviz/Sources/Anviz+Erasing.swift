import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// Erasing the memory when it is nearly full, where the site allows it.
///
/// The clock erases all or nothing and cannot be locked. So: read everything, wait for the disk, count again, and erase
/// only what is exactly as it was read, while nobody punches.
extension Anviz {
    /// How long nobody must have punched.
    private static var quiet: Duration { .seconds(60) }

    /// The last look. Anything but exactly what is on disk keeps the memory.
    mutating func considerErasing(_ counts: AnvizCounts) {
        guard let read = link?.read, case .all = read.kind else { return }
        link?.read = nil
        guard counts.records == read.taken, counts.newRecords == 0 else {
            return fault(
                "clear-failed",
                "somebody punched while the clock's memory was read, so it is not cleared; it is tried "
                    + "again later")
        }
        // Tried again soon rather than fall between somebody's punch and its count.
        guard now.uptime - memory.lastSeen >= Self.quiet else {
            memory.erasingRest = now.uptime + Self.quiet
            return
        }
        link?.read = read
        link?.jobs.append(.eraseAll(read.taken))
    }

    /// Done, or not; more than expected means that a punch is gone.
    mutating func erased(_ result: AnvizResult, _ count: Int, _ frame: AnvizFrame) {
        link?.read = nil
        guard result == .ok else {
            return fault(
                "clear-failed", "the clock refused to clear its memory: \(result.text)", raw: frame.bytes)
        }
        if let erased = AnvizNumber.read(frame.data), erased > count {
            fault(
                "records-lost",
                "\(count) records were to be cleared and the clock cleared \(erased): somebody punched "
                    + "in that moment, and that punch is gone", raw: frame.bytes)
        }
        // Ours, so that the lower count is no surprise.
        memory.lastCounts?.records = 0
        effects.append(.status(DeviceStatus(logUsed: 0, logCapacity: settings.capacity)))
    }
}
