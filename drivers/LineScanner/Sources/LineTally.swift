import GatehouseDriverKit
import LineScanWire

/// What one read, or one silence, amounted to.
///
/// A broken line can make thousands of faults in one read: of each kind the first is shown and the rest counted.
struct LineTally {
    private(set) var scans: [Observation] = []
    private(set) var bad = 0
    private var overlong: [[UInt8]] = []
    private var unfinished: [[UInt8]] = []

    mutating func count(_ outcome: LineScanFramer.Outcome) {
        switch outcome {
        case .scan(let scan):
            scans.append(.scan(ScanReading(payload: scan.payload, symbology: scan.symbology)))
        case .overlong(let beginning):
            overlong.append(beginning)
            bad += 1
        case .unfinished(let bytes):
            unfinished.append(bytes)
            bad += 1
        case .stray:
            bad += 1
        }
    }

    func faults(settings: LineScannerSettings) -> [DriverEffect] {
        var faults: [DriverEffect] = []
        if let first = overlong.first {
            let limit = settings.format.longest
            let message =
                "a scan of more than \(limit) bytes was thrown away up to its end\(Self.more(overlong)); set the "
                + "scanner's suffix to match settings.terminator, check the line's rate, or raise settings.longest"
            faults.append(.faulted(DeviceFault(code: "scan-overlong", message: message, raw: first)))
        }
        if let first = unfinished.first {
            let message =
                "a scan of \(first.count) bytes broke off and was dropped\(Self.more(unfinished)); check the cable and "
                + "the scanner's suffix, or set settings.on_silence to end if this scanner sends none"
            faults.append(.faulted(DeviceFault(code: "scan-unfinished", message: message, raw: first)))
        }
        return faults
    }

    private static func more(_ all: [[UInt8]]) -> String {
        all.count > 1 ? ", and \(all.count - 1) more after it" : ""
    }
}
