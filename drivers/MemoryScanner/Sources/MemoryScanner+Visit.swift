import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

/// A visit, from waking the scanner to letting it sleep.
extension MemoryScanner {
    /// How many visits in a row may break off before the link is given up.
    private static let failureLimit = 3

    mutating func beginVisit() {
        link?.visitBegan = now.uptime
        link?.visitDue = nil
        link?.isAwake = false
        link?.spoilt = 0
        link?.changed = 0
        link?.jobs = [.interrogate]
    }

    /// The next visit comes after the pause, a long transfer making it longer; at once where somebody waits.
    mutating func endVisit() {
        guard let link else { return }
        countFrames()
        let isAwaited = !(link.clockCommands + link.readCommands).isEmpty && link.failures == 0
        let pause = max(settings.poll, (now.uptime - link.visitBegan) * 10)
        self.link?.visitDue = now.uptime + (isAwaited ? .zero : pause)
        self.link?.jobs = []
        self.link?.isAwake = false
    }

    /// What was asked went unanswered though the scanner is there.
    mutating func visitFailed() {
        link?.failures += 1
        refuseCommands("the scanner answers, but not to the end; it is tried again")
        guard link?.failures ?? 0 < Self.failureLimit else {
            countFrames()
            link?.jobs = []
            return effects.append(.abandonLink(.silent))
        }
        endVisit()
    }

    /// Nobody answers: gone from its cradle, or never there. An empty cradle is no fault.
    mutating func absent() {
        refuseCommands("the scanner is not in its cradle")
        guard link?.identity != nil else { return endVisit() }
        countFrames()
        link?.jobs = []
        effects.append(.abandonLink(.silent))
    }

    mutating func answered(_ exchange: Exchange, _ reply: OPNReply) {
        switch (exchange.job, reply) {
        case (.interrogate, .identity(let identity)): gotIdentity(identity)
        case (.parameter(let parameter), .parameter(_, let value)): gotParameter(parameter, value)
        case (.stopClearing, _): link?.jobs.insert(.parameter(.clearAfterUpload), at: 0)
        case (.time, .time(let time)): gotTime(time, sent: exchange.sent)
        case (.data(let confirming), .data(let dump)): gotData(dump, confirming: confirming, sent: exchange.sent)
        case (.clear, _): cleared()
        case (.setTime, _): timeSet()
        case (.powerDown, _): endVisit()
        default: break
        }
    }

    private mutating func gotIdentity(_ identity: OPNIdentity) {
        if link?.identity?.serial != identity.serial {
            // Another scanner lies in the cradle.
            link?.areParametersKnown = false
            link?.obstacle = nil
            link?.hasStoppedClearing = false
            link?.reportedOffset = nil
            link?.told = []
        }
        let isNew = link?.identity == nil || memory.facts.serial != identity.serialText
        link?.identity = identity
        link?.isAwake = true
        memory.facts = Self.facts(of: identity)
        if isNew { effects.append(.identified(memory.facts)) }
        if identity.status == OPNIdentity.batteryLow {
            faultOnce("battery-low", "the scanner's battery is nearly empty: leave it on its cable or in its cradle")
        }
        if link?.areParametersKnown != true {
            link?.areParametersKnown = true
            link?.obstacle = nil
            link?.jobs += [.parameter(.clearAfterUpload), .parameter(.storeTime)]
        }
        let isClockAwaited = link?.clockCommands.isEmpty == false
        link?.jobs += [.time, .data(confirming: false)] + (isClockAwaited ? [.setTime] : []) + [.powerDown]
    }

    static func facts(of identity: OPNIdentity) -> DeviceFacts {
        let firmware = String(decoding: identity.firmware.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
        // The OPN-2001's firmware stream is called RBBV.
        let isOpticon = firmware.hasPrefix("RBBV")
        return DeviceFacts(
            vendor: isOpticon ? "Opticon" : nil, model: isOpticon ? "OPN-2001" : "memory scanner",
            serial: identity.serialText, firmware: firmware)
    }

    private mutating func gotParameter(_ parameter: OPNParameter, _ value: UInt8) {
        switch parameter {
        case .clearAfterUpload where value != 0:
            guard settings.prepare, link?.hasStoppedClearing == false else { return forbidReading() }
            link?.hasStoppedClearing = true
            link?.jobs.insert(.stopClearing, at: 0)
        case .storeTime where value == 0:
            obstruct(
                "no-scan-times",
                "the scanner stores no times (parameter 23 is off), so it is not read: note what it holds, then "
                    + "reset it to the factory's settings (on the OPN-2001 hold Scan and Clear for 10 s)")
        default: break
        }
    }

    /// Whether reading erases must be known before the first reading.
    mutating func parametersUnknown() {
        guard !settings.assumesFactory else { return }
        obstruct(
            "parameters-unknown",
            "the scanner does not say whether it erases its memory at every upload; it is not read, and asked again. "
                + "If it never says, and reading is known not to erase, set settings.assume_factory to true")
    }

    /// Reading would erase what is not on disk yet.
    mutating func forbidReading() {
        obstruct(
            "clears-itself",
            "the scanner erases its memory at every upload (parameter 0F is on), so it is not read: set "
                + "settings.prepare to true to have the gateway turn that off")
    }

    private mutating func obstruct(_ code: String, _ message: String) {
        link?.obstacle = message
        // Asked again at the next visit, when somebody may have put it right.
        link?.areParametersKnown = false
        faultOnce(code, message)
        refuseReads(message)
    }
}
