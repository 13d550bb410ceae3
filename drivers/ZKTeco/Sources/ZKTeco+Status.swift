import GatehouseDriverKit
import ZKTecoWire

/// What the terminal's counters tell beside the number to read.
extension ZKTeco {
    mutating func note(_ sizes: ZKFreeSizes) {
        let last = memory.lastSizes
        memory.lastSizes = sizes
        if last?.records != sizes.records || last?.recordCapacity != sizes.recordCapacity {
            let capacity = sizes.recordCapacity > 0 ? sizes.recordCapacity : nil
            effects.append(.status(DeviceStatus(logUsed: sizes.records, logCapacity: capacity)))
        }
        if let last, sizes.records < last.records {
            memory.newestPunch = nil
            fault(
                "log-cleared",
                "the log held \(last.records) punches and holds \(sizes.records): somebody cleared it; it is read whole"
            )
        }
        warnOfFill(sizes)
        if let last, sizes.users > 0, sizes.records == 0, sizes.operations > last.operations {
            faultOnce(
                "no-attendance-log",
                "people use it, but it stores no punches: set the device type to time attendance, or use ADMS push"
            )
        }
    }

    /// Once at 80 and once at 95 per cent, and again only after the fill has fallen below.
    private mutating func warnOfFill(_ sizes: ZKFreeSizes) {
        guard sizes.recordCapacity > 0 else { return }
        let percent = sizes.records * 100 / sizes.recordCapacity
        let mark = percent >= 95 ? 95 : percent >= 80 ? 80 : 0
        defer { memory.warnedFill = mark }
        guard mark > memory.warnedFill else { return }
        fault(
            "log-nearly-full",
            "the log is \(percent) % full, \(sizes.records) of \(sizes.recordCapacity): clear it or "
                + "set clear_log: when_full"
        )
    }
}
