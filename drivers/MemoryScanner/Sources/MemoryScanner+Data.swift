import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

/// The memory: handed over, stored, and perhaps cleared.
extension MemoryScanner {
    /// How many scans are handed over at once, and how many such batches may be on their way to the disk.
    private static let batch = 200
    private static let batchesUnderWay = 2
    /// How often a memory that changes under the gateway's hands is read again in one visit.
    private static let changeLimit = 4
    /// How often completeness is vouched for when nothing is new.
    private static let vouchInterval = Duration.seconds(15 * 60)

    mutating func gotData(_ dump: OPNDump, confirming: Bool, sent: Now) {
        link?.failures = 0
        link?.spoilt = 0
        let isStored = dump.fingerprint == memory.stored
        if confirming, dump.count == 0 { return cleared() }
        if isStored, confirming || link?.readCommands.isEmpty == true {
            vouch(through: vouched(at: sent.wall), isNew: false)
            return mayClear(dump.count)
        }
        if confirming {
            link?.changed += 1
            guard link?.changed ?? 0 <= Self.changeLimit else { return }
        }
        let through = vouched(at: sent.wall)
        link?.read = MemoryRead(through: through, dump: dump)
        handOver()
    }

    /// Hands over as much as may be on its way at once.
    private mutating func handOver() {
        guard var read = link?.read else { return }
        while read.outstanding.count < Self.batchesUnderWay, read.place < read.dump.records.count {
            let (scans, next) = read.dump.scans(from: read.place, limit: Self.batch)
            guard next > read.place else { break }
            var observations: [Observation] = []
            for scan in scans {
                read.ordinal = scan.stamp == read.stamp ? read.ordinal + 1 : 1
                read.stamp = scan.stamp
                if let observation = MemoryScan.observation(of: scan, number: read.ordinal, of: read.dump) {
                    observations.append(observation)
                } else {
                    faultOnce("scan-empty", "a scan without a code was passed over", raw: scan.bytes)
                }
            }
            read.place = next
            guard !observations.isEmpty else { continue }
            let receipt = nextReceipt()
            read.outstanding.insert(receipt)
            effects.append(.observed(observations, receipt))
        }
        link?.read = read
        if read.outstanding.isEmpty { stored(read) }
    }

    mutating func recorded(_ receipt: Receipt) {
        guard link?.read?.outstanding.remove(receipt) != nil else { return }
        handOver()
    }

    /// All of it is on disk.
    private mutating func stored(_ read: MemoryRead) {
        memory.stored = read.dump.fingerprint
        link?.read = nil
        vouch(through: read.through, isNew: true)
        effects.append(.status(DeviceStatus(logUsed: read.dump.count, logCapacity: nil)))
        for command in link?.readCommands ?? [] {
            effects.append(.answered(command, .done(["scans": .integer(read.dump.count)])))
        }
        link?.readCommands = []
        if context.clearLog == .whenFull, read.dump.count > 0 { link?.jobs.insert(.data(confirming: true), at: 0) }
    }

    /// The memory that has just been read is on disk: it may go, where the site file says so.
    private mutating func mayClear(_ count: Int) {
        guard context.clearLog == .whenFull, count > 0 else { return }
        link?.jobs.insert(.clear, at: 0)
    }

    /// The memory is empty.
    mutating func cleared() {
        if let serial = link?.identity?.serial { memory.stored = OPNDump(serial: serial, scans: []).fingerprint }
        effects.append(.status(DeviceStatus(logUsed: 0, logCapacity: nil)))
    }

    /// Says that all is on disk: when something was stored, and now and then when nothing is new.
    private mutating func vouch(through moment: Moment, isNew: Bool) {
        if !isNew, link?.hasVouched == true, let last = memory.synced, now.uptime - last < Self.vouchInterval {
            return
        }
        link?.hasVouched = true
        memory.synced = now.uptime
        effects.append(.synced(through: moment))
    }
}
