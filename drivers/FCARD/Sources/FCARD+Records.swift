import FCARDWire
import GatehouseDriverKit
import GatehouseModel

/// Reading: portion by portion, each twice, then to the disk, then the index.
extension FCARD {
    /// The most records of one portion.
    private static let portionLimit: UInt32 = 100
    /// How many readings of a portion may go wrong.
    private static let vainLimit = 8

    mutating func nextPortion() {
        guard let next = link?.plan?.next(limit: Self.portionLimit) else { return planDone() }
        link?.portion = Portion(first: next.first, count: next.count)
        link?.jobs = [.records]
    }

    /// A packet of records. What was not asked for, or has come already, is passed over.
    mutating func arrived(_ records: [FCARDRecord]) {
        guard var portion = link?.portion else { return }
        for record in records where record.serial >= portion.first && record.serial - portion.first < portion.count {
            if portion.arrived[record.serial] == nil { portion.arrived[record.serial] = record }
        }
        link?.portion = portion
    }

    /// The wand has sent what it had, or has fallen silent.
    mutating func recordsEnded() {
        guard var portion = link?.portion else { return }
        if portion.missing != nil {
            portion.vain += portion.arrived.count > portion.known ? 0 : 1
            portion.known = portion.arrived.count
            // In a reading of the whole memory, places that were never written may not be sent at all.
            let limit = link?.plan?.isWhole == true ? 2 : Self.vainLimit
            guard portion.vain > limit else { return ask(portion) }
            return incomplete(portion)
        }
        guard let earlier = portion.earlier, earlier == portion.arrived else {
            // The sum of a packet is one byte: one damaged packet in 256 passes for sound. Two readings that agree are
            // believed.
            portion.vain += portion.earlier == nil ? 0 : 1
            portion.earlier = portion.arrived
            portion.arrived = [:]
            portion.known = 0
            guard portion.vain > Self.vainLimit else { return ask(portion) }
            return visitFailed("two readings of its records do not agree")
        }
        handOver(portion)
    }

    private mutating func ask(_ portion: Portion) {
        link?.portion = portion
        link?.jobs = [.records]
    }

    /// Some places do not come. Those that have come are handed over, but the index stays where it is from here on.
    private mutating func incomplete(_ portion: Portion) {
        if link?.plan?.isWhole != true {
            link?.isBlocked = true
            faultOnce(
                "records-missing",
                "the wand does not send record \(portion.missing?.first ?? 0) of those it says are new; the others are "
                    + "taken, and all are asked for again later")
        }
        var portion = portion
        // A single reading is believed only where the other agrees as far as it went.
        if let earlier = portion.earlier { portion.arrived = portion.arrived.filter { earlier[$0.key] == $0.value } }
        handOver(portion)
    }

    private mutating func handOver(_ portion: Portion) {
        var portion = portion
        let records = portion.arrived.values.sorted { $0.serial < $1.serial }
        let number = link?.number ?? 0
        let observations = records.filter { !$0.isEmpty }.map {
            WandRecord.observation(of: $0, wand: number, format: settings.format)
        }
        guard !observations.isEmpty else {
            link?.portion = portion
            return stored()
        }
        link?.plan?.handedOver += observations.count
        let receipt = nextReceipt()
        portion.receipt = receipt
        link?.portion = portion
        effects.append(.observed(observations, receipt))
    }

    mutating func recorded(_ receipt: Receipt) {
        guard link?.portion?.receipt == receipt else { return }
        link?.portion?.receipt = nil
        stored()
    }

    /// All of the portion is on disk: the wand may be told.
    private mutating func stored() {
        link?.hasRead = true
        if link?.isBlocked == true || link?.plan?.isWhole == true { return passPortion() }
        link?.jobs = [.moveIndex]
    }

    /// A request that was damaged behind its sum's back may have moved the index elsewhere, past records that nobody
    /// has read: then it is moved again.
    mutating func checkIndex(_ counts: FCARDCounts) {
        guard var portion = link?.portion else { return }
        let wanted = portion.first + (portion.count - 1)
        // The last place and none at all mean the same.
        if counts.read == wanted || (counts.read == 0 && wanted == counts.capacity) { return passPortion() }
        portion.vain += 1
        guard portion.vain <= Self.vainLimit else { return visitFailed("its read index is not where it was moved to") }
        link?.portion = portion
        link?.jobs = [.moveIndex]
    }

    private mutating func passPortion() {
        guard let portion = link?.portion else { return }
        link?.plan?.pass(first: portion.first, count: portion.count)
        link?.portion = nil
        nextPortion()
    }

    /// All portions are read. Whether more has come since, the counts tell.
    private mutating func planDone() {
        if link?.plan?.isWhole == true {
            let count = link?.plan?.handedOver ?? 0
            for command in link?.readCommands ?? [] {
                effects.append(.answered(command, .done(["records": .integer(count)])))
            }
            link?.readCommands = []
        }
        link?.plan = nil
        if link?.isBlocked == true { return finishVisit() }
        link?.jobs = [.counts]
    }
}
