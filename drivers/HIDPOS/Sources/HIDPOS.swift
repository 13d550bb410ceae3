public import GatehouseDriverKit
public import GatehouseModel
import HIDPOSWire

/// A barcode scanner that reports its codes as the HID Point of Sale tables have it.
///
/// It keeps no code: what is scanned while nobody listens is lost, so the gateway's own journal is the only memory, and
/// there is nothing to acknowledge.
public struct HIDPOS: DeviceDriver {
    private let settings: HIDPOSSettings
    /// What the last description came to; it holds for the next link.
    private var description: Description = .missing
    /// Nil while no link stands, or the device's reports cannot be read.
    private var framer: HIDPOSFramer?
    private var lastReceipt: UInt64 = 0
    private var lastHeard = Duration.zero
    /// Whether a timer is running.
    private var isWakeAsked = false

    /// What is known of the reports' layout.
    private enum Description {
        case missing
        case understood(ScanLayout)
        /// Why not, and the bytes for diagnosis.
        case useless(ScanLayout.Problem, [UInt8])
    }

    public init(settings: HIDPOSSettings) {
        self.settings = settings
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        switch input {
        case .described(let bytes):
            description = Self.description(bytes)
            return []
        case .linkOpened: return open()
        case .received(let report):
            guard framer != nil else { return [] }
            lastHeard = now.uptime
            framer?.receive(report)
            return effects(of: allOutcomes()) + askToWake(at: now)
        case .woke:
            isWakeAsked = false
            let isOver = now.uptime - lastHeard >= settings.timeout
            return (isOver ? effects(of: endOfPatience()) : []) + askToWake(at: now)
        case .linkClosed:
            defer {
                framer = nil
                description = .missing
            }
            // Pulled out in the middle of a scan: what came of it is no code.
            return effects(of: endOfPatience())
        case .command(_, let id):
            return [.answered(id, .refused("a HID POS scanner is only listened to"))]
        case .recorded, .linkClosing, .lineGranted, .requested:
            return []
        }
    }

    private static func description(_ bytes: [UInt8]) -> Description {
        do throws(ScanLayout.Problem) {
            return .understood(try ScanLayout(descriptor: bytes))
        } catch {
            return .useless(error, bytes)
        }
    }

    /// A descriptor that is missing or of no use is told on each plug, since nothing else of this device will be heard.
    private mutating func open() -> [DriverEffect] {
        isWakeAsked = false
        framer = nil
        switch description {
        case .missing: return [.faulted(.noDescription)]
        case .useless(let problem, let bytes): return [.faulted(.description(problem, bytes))]
        case .understood(let layout):
            framer = HIDPOSFramer(layout: layout, longest: settings.longest)
            let isSent = settings.enableReport == .always || settings.enableReport == .auto && layout.hasEnableReport
            return isSent ? [.feature([ScanLayout.enableReportID, 1])] : []
        }
    }

    /// One timer at a time: when it comes and reports went on, it is asked for anew.
    private mutating func askToWake(at now: Now) -> [DriverEffect] {
        guard let framer, framer.isUnfinished, !isWakeAsked else { return [] }
        isWakeAsked = true
        return [.wake(after: max(settings.timeout - (now.uptime - lastHeard), .milliseconds(1)))]
    }

    /// The last report of the scan under way does not come any more.
    private mutating func endOfPatience() -> [HIDPOSFramer.Outcome] {
        framer?.expire().map { [$0] } ?? []
    }

    private mutating func allOutcomes() -> [HIDPOSFramer.Outcome] {
        var outcomes: [HIDPOSFramer.Outcome] = []
        while let outcome = framer?.next() { outcomes.append(outcome) }
        return outcomes
    }

    private mutating func effects(of outcomes: [HIDPOSFramer.Outcome]) -> [DriverEffect] {
        var scans: [Observation] = []
        var faults: [DriverEffect] = []
        var bad = 0
        for outcome in outcomes {
            if case .scan(let scan) = outcome { scans.append(.scan(settings.reading(of: scan))) }
            guard let fault = DeviceFault(outcome, longest: settings.longest) else { continue }
            faults.append(.faulted(fault))
            bad += 1
        }
        var effects: [DriverEffect] = []
        if !scans.isEmpty {
            lastReceipt += 1
            effects.append(.observed(scans, Receipt(lastReceipt)))
        }
        effects += faults
        if scans.count + bad > 0 { effects.append(.frames(good: scans.count, bad: bad)) }
        return effects
    }
}
