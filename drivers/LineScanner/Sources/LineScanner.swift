public import GatehouseDriverKit
public import GatehouseModel
import LineScanWire

/// A barcode or QR scanner, or a card reader, that sends each code as a line of text and hears nothing.
///
/// It keeps no scan: what is sent while nobody listens is lost, so the gateway's own journal is the only memory, and
/// there is nothing to acknowledge.
public struct LineScanner: DeviceDriver {
    private let settings: LineScannerSettings
    private var framer: LineScanFramer
    private var lastReceipt: UInt64 = 0
    private var lastHeard = Duration.zero
    private var isWakeAsked = false

    public init(settings: LineScannerSettings) {
        self.settings = settings
        framer = LineScanFramer(format: settings.format)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        switch input {
        case .linkOpened:
            framer = LineScanFramer(format: settings.format)
            isWakeAsked = false
            return []
        case .received(let bytes):
            lastHeard = now.uptime
            framer.receive(bytes)
            return effects(of: allOutcomes()) + askToWake(at: now)
        case .woke:
            isWakeAsked = false
            return (silenceIsOver(at: now) ? effects(of: endOfSilence()) : []) + askToWake(at: now)
        case .linkClosing, .described, .lineGranted, .requested:
            return []
        case .linkClosed:
            // Pulled out in the middle of a scan: what came of it is no code, even where silence would have ended it.
            return effects(of: framer.expire(.drops).map { [$0] } ?? [])
        case .command(_, let id):
            return [.answered(id, .refused("a line scanner only talks"))]
        case .recorded:
            return []
        }
    }

    private func silenceIsOver(at now: Now) -> Bool {
        now.uptime - lastHeard >= settings.silence
    }

    private mutating func askToWake(at now: Now) -> [DriverEffect] {
        guard framer.isUnfinished, !isWakeAsked else { return [] }
        isWakeAsked = true
        return [.wake(after: max(settings.silence - (now.uptime - lastHeard), .milliseconds(1)))]
    }

    private mutating func endOfSilence() -> [LineScanFramer.Outcome] {
        framer.expire(settings.onSilence).map { [$0] } ?? []
    }

    private mutating func allOutcomes() -> [LineScanFramer.Outcome] {
        var outcomes: [LineScanFramer.Outcome] = []
        while let outcome = framer.next() { outcomes.append(outcome) }
        return outcomes
    }

    /// All scans of one read are handed over together, so that they are one batch for the journal.
    private mutating func effects(of outcomes: [LineScanFramer.Outcome]) -> [DriverEffect] {
        var tally = LineTally()
        for outcome in outcomes { tally.count(outcome) }
        var effects: [DriverEffect] = []
        if !tally.scans.isEmpty {
            lastReceipt += 1
            effects.append(.observed(tally.scans, Receipt(lastReceipt)))
        }
        effects += tally.faults(settings: settings)
        if tally.scans.count + tally.bad > 0 { effects.append(.frames(good: tally.scans.count, bad: tally.bad)) }
        return effects
    }
}
