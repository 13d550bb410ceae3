import EvdevWire
import GatehouseDriverKit

/// What one read, or one pause, amounted to.
///
/// One read may hold a thousand bad scans: of each kind the first is shown and the rest counted.
struct WedgeTally {
    private(set) var scans: [[UInt8]] = []
    /// Scans that were dropped, of whatever kind.
    private(set) var bad = 0
    /// How often fewer characters came than make a scan.
    private(set) var short = 0
    private var firsts: [Kind: WedgeFramer.Outcome] = [:]
    private var counts: [Kind: Int] = [:]

    /// The kinds of bad scans, in the order in which they are told.
    private enum Kind: CaseIterable {
        case lost, overlong, unreadable, unfinished
    }

    mutating func count(_ outcome: WedgeFramer.Outcome) {
        switch outcome {
        case .scan(let code): scans.append(code)
        // Typing by hand is no bad scan.
        case .short: short += 1
        case .lost: note(outcome, .lost)
        case .overlong: note(outcome, .overlong)
        case .unreadable: note(outcome, .unreadable)
        case .unfinished: note(outcome, .unfinished)
        }
    }

    private mutating func note(_ outcome: WedgeFramer.Outcome, _ kind: Kind) {
        bad += 1
        firsts[kind] = firsts[kind] ?? outcome
        counts[kind, default: 0] += 1
    }

    /// One fault for each kind, with the number of further ones in its text.
    func faults(settings: KeyboardWedgeSettings) -> [DriverEffect] {
        Kind.allCases.compactMap { kind in
            guard let first = firsts[kind], let count = counts[kind] else { return nil }
            return Self.fault(first, more: count > 1 ? ", and \(count - 1) more after it" : "", settings)
                .map { .faulted($0) }
        }
    }

    /// Says nothing of what was typed: it may have been a password.
    func shortFault(settings: KeyboardWedgeSettings) -> DeviceFault {
        DeviceFault(
            code: "typed-by-hand",
            message: "fewer than \(settings.format.shortest) characters came at a scanner's pace and are no scan; if "
                + "this is a person's keyboard, take it out of the site file; if codes are that short, lower "
                + "settings.shortest; if the scanner types slowly, raise settings.pause")
    }

    /// What happened, and the operator's next move.
    private static func fault(
        _ outcome: WedgeFramer.Outcome, more: String, _ settings: KeyboardWedgeSettings
    ) -> DeviceFault? {
        switch outcome {
        case .scan, .short: return nil
        case .lost(let pending):
            return DeviceFault(
                code: "events-lost",
                message:
                    "the kernel lost keys because they were not read in time\(more); the scan under way (\(pending) "
                    + "bytes of it) was dropped up to its end: scan again, and relieve this machine if it recurs")
        case .overlong(let beginning):
            return DeviceFault(
                code: "scan-overlong",
                message:
                    "a scan of more than \(settings.format.longest) bytes was thrown away up to its end\(more); have "
                    + "the scanner send Enter after each code, or raise settings.longest", raw: beginning)
        case .unreadable(let key, let beginning):
            return DeviceFault(
                code: "key-unknown",
                message: "a scan was dropped because key \(key) means nothing there in the layout "
                    + "\(settings.manner.layout.rawValue)\(more); set settings.layout (or settings.alt_codes) to what "
                    + "the scanner is set to", raw: beginning)
        case .unfinished(let bytes):
            return DeviceFault(
                code: "scan-unfinished",
                message: "a scan broke off and was dropped\(more); check the cable, or set settings.on_pause to end if "
                    + "this scanner sends no Enter", raw: bytes)
        }
    }
}
