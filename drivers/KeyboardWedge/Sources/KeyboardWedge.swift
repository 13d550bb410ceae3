import EvdevWire
public import GatehouseDriverKit
public import GatehouseModel

/// A scanner or card reader in keyboard mode: it types each code, and hears nothing.
///
/// It keeps no code: what is typed while nobody listens is lost, so the gateway's own journal is the only memory, and
/// there is nothing to acknowledge.
public struct KeyboardWedge: DeviceDriver {
    /// How long after the pause the gateway waits for keys that are there and not read yet.
    private static let settling = Duration.milliseconds(25)

    private let settings: KeyboardWedgeSettings
    private var framer: WedgeFramer
    private var lastReceipt: UInt64 = 0
    /// When keys last came, by the clock that never goes back.
    private var lastHeard = Duration.zero
    /// Whether a timer is running.
    private var isWakeAsked = false
    /// The pause is over by the timer, and what waits to be read has been given its chance.
    private var hasSettled = false
    /// Typing by hand is told once, and again after a scan: a person types for hours.
    private var hasToldShort = false

    public init(settings: KeyboardWedgeSettings) {
        self.settings = settings
        framer = WedgeFramer(manner: settings.manner, format: settings.format)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        switch input {
        case .linkOpened:
            framer = WedgeFramer(manner: settings.manner, format: settings.format)
            isWakeAsked = false
            return []
        case .received(let bytes):
            lastHeard = now.uptime
            hasSettled = false
            framer.receive(bytes)
            return effects(of: allOutcomes()) + askToWake(at: now)
        case .woke:
            return (isPauseOver(at: now) ? effects(of: endOfPause()) : []) + askToWake(at: now)
        case .linkClosed:
            isWakeAsked = false
            // Pulled out in the middle of a scan: what came of it is no code, even where a pause would have ended it.
            return effects(of: remains())
        case .command(_, let id):
            return [.answered(id, .refused("a keyboard-mode scanner only talks"))]
        case .recorded, .linkClosing, .described, .lineGranted, .requested:
            return []
        }
    }

    /// Whether the scanner was silent for the pause.
    ///
    /// A gateway that was away for a moment may hear its timer before the keys that came meanwhile, so once the pause
    /// is over it waits a little more: what can be read is read by then.
    private mutating func isPauseOver(at now: Now) -> Bool {
        isWakeAsked = false
        guard now.uptime - lastHeard >= settings.format.pause else { return false }
        defer { hasSettled = true }
        return hasSettled
    }

    /// One timer at a time: when it comes and the keys went on, it is asked for anew.
    private mutating func askToWake(at now: Now) -> [DriverEffect] {
        guard framer.isUnfinished, !isWakeAsked else { return [] }
        let wait =
            hasSettled
            ? Self.settling : max(settings.format.pause - (now.uptime - lastHeard), .milliseconds(1))
        isWakeAsked = true
        return [.wake(after: wait)]
    }

    /// What the pause makes of the scan under way, as the settings say.
    private mutating func endOfPause() -> [WedgeFramer.Outcome] {
        framer.expire(settings.format.onPause).map { [$0] } ?? []
    }

    /// What was under way when the link ended; a key or two are not worth a word.
    private mutating func remains() -> [WedgeFramer.Outcome] {
        guard let last = framer.expire(.drops) else { return [] }
        if case .short = last { return [] }
        return [last]
    }

    private mutating func allOutcomes() -> [WedgeFramer.Outcome] {
        var outcomes: [WedgeFramer.Outcome] = []
        while let outcome = framer.next() { outcomes.append(outcome) }
        return outcomes
    }

    /// All scans of one read are handed over together, so that they are one batch for the journal.
    private mutating func effects(of outcomes: [WedgeFramer.Outcome]) -> [DriverEffect] {
        var tally = WedgeTally()
        for outcome in outcomes { tally.count(outcome) }
        var effects: [DriverEffect] = []
        if !tally.scans.isEmpty {
            hasToldShort = false
            lastReceipt += 1
            effects.append(.observed(tally.scans.map { settings.observation(of: $0) }, Receipt(lastReceipt)))
        }
        effects += tally.faults(settings: settings)
        if tally.short > 0, !hasToldShort {
            hasToldShort = true
            effects.append(.faulted(tally.shortFault(settings: settings)))
        }
        if tally.scans.count + tally.bad > 0 { effects.append(.frames(good: tally.scans.count, bad: tally.bad)) }
        return effects
    }
}
