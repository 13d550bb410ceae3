import FCARDWire
import GatehouseDriverKit
import GatehouseModel

/// A visit, from the first question to the pause.
extension FCARD {
    /// How many visits in a row may break off before the link is given up.
    private static let failureLimit = 3
    /// More records than any wand holds.
    private static let capacityLimit: UInt32 = 1 << 20
    /// How often completeness is vouched for when nothing is new.
    private static let vouchInterval = Duration.seconds(15 * 60)

    mutating func beginVisit() {
        link?.visitDue = nil
        link?.portion = nil
        link?.plan = nil
        link?.isBlocked = false
        link?.hasRead = false
        link?.jobs = [.number]
    }

    mutating func endVisit() {
        guard let link else { return }
        countFrames()
        let isAwaited = !(link.clockCommands + link.readCommands + link.beepCommands).isEmpty
        // What cannot be read now is not asked for all the time.
        let pause = link.isBlocked ? settings.poll * 20 : settings.poll
        self.link?.visitDue = now.uptime + (isAwaited && link.failures == 0 ? .zero : pause)
        self.link?.jobs = []
        self.link?.portion = nil
        self.link?.plan = nil
    }

    mutating func visitFailed(_ reason: String) {
        link?.failures += 1
        refuseCommands("the wand answers, but not to the end: \(reason)")
        guard link?.failures ?? 0 < Self.failureLimit else { return giveUp() }
        endVisit()
    }

    /// Nobody answers: switched off, or not there.
    mutating func absent() {
        refuseCommands("the wand does not answer; switch it on")
        guard link?.number != nil else { return endVisit() }
        giveUp()
    }

    private mutating func giveUp() {
        countFrames()
        link?.jobs = []
        link?.portion = nil
        effects.append(.abandonLink(.silent))
    }

    mutating func answered(_ exchange: Exchange, _ reply: FCARDReply) {
        switch (exchange.job, reply) {
        case (.number, .number(let number)): gotNumber(number)
        case (.version, .version(let version)): identify(version: version)
        case (.status, .status(let status)): gotStatus(status)
        case (.time, .time(let time)): gotTime(time, sent: exchange.sent)
        case (.counts, .counts(let counts)): gotCounts(counts, sent: exchange.sent)
        case (.records, .recordsEnd): recordsEnded()
        case (.moveIndex, .done): link?.jobs = [.checkIndex]
        case (.checkIndex, .counts(let counts)): checkIndex(counts)
        case (.setTime, .done): timeSet()
        case (.beep, .done): answerBeep(.done(["beeped": true]))
        default: break
        }
    }

    private mutating func gotNumber(_ number: UInt8) {
        if link?.number != number {
            // Another wand lies at the cable.
            link?.isIntroduced = false
            link?.reportedOffset = nil
            link?.told = []
            link?.hasVouched = false
        }
        link?.number = number
        if link?.isIntroduced != true {
            link?.isIntroduced = true
            identify(version: nil)
            link?.jobs += [.version] + (settings.live ? [.live] : [])
        }
        let beeps: [Job] = link?.beepCommands.isEmpty == false ? [.beep] : []
        link?.jobs += [.status] + beeps + [.time, .counts]
    }

    /// The number is set by people and the wand has no serial number, so it is known by where it is plugged in.
    private mutating func identify(version: String?) {
        guard let number = link?.number else { return }
        effects.append(
            .identified(DeviceFacts(vendor: "FCARD", model: "patrol wand \(number)", serial: nil, firmware: version)))
    }

    private mutating func gotStatus(_ status: FCARDStatus) {
        guard status.battery < settings.batteryWarning else { return }
        faultOnce("battery-low", "the wand's battery is at \(status.battery) %: leave it on its cable")
    }

    private mutating func gotCounts(_ counts: FCARDCounts, sent: Now) {
        guard counts.capacity <= Self.capacityLimit else {
            faultOnce("counts-unreadable", "the wand says that it holds \(counts.capacity) records; nothing is read")
            return visitFailed("its counts make no sense")
        }
        link?.failures = 0
        link?.countedAt = sent.wall
        effects.append(
            .status(DeviceStatus(logUsed: Int(counts.unread), logCapacity: Int(counts.capacity))))
        if counts.isWrapped {
            faultOnce(
                "records-overwritten",
                "the wand's memory of \(counts.capacity) records was full, and the oldest were overwritten before they "
                    + "were read: read it out more often")
        }
        let isWhole = link?.readCommands.isEmpty == false
        let unread = isWhole ? counts.capacity : counts.unread
        guard unread > 0 else { return upToDate() }
        link?.plan = ReadPlan(
            capacity: counts.capacity, start: isWhole ? min(counts.write, counts.capacity) : counts.start,
            remaining: unread, isWhole: isWhole)
        nextPortion()
    }

    /// Nothing is new: all that was there when the counts were asked for is on disk.
    private mutating func upToDate() {
        let isDue = memory.synced.map { now.uptime - $0 >= Self.vouchInterval } ?? true
        if link?.hasRead == true || link?.hasVouched != true || isDue, let counted = link?.countedAt {
            link?.hasVouched = true
            memory.synced = now.uptime
            effects.append(.synced(through: vouched(at: counted)))
        }
        refuseReads("the wand has no room for records")
        finishVisit()
    }

    /// The clock comes last, so that its error still belongs to the records that were read.
    mutating func finishVisit() {
        if wantsTimeSet { link?.jobs.append(.setTime) } else { endVisit() }
    }
}
