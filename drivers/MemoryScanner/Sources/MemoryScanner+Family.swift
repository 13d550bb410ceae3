public import GatehouseDriverKit
import GatehouseModel
import OPN2001Wire

extension MemoryScanner {
    /// The catalogue's entry. The OPN-2001 has its own USB identity; the CS1504 sits behind any serial adapter and
    /// needs an entry in the site file.
    public static let family = DriverFamily(
        name: "memory-scanner", hasMemory: true, usb: [USBPattern(vendor: 0x065A, product: 0x0009)],
        probes: [probe, probe], line: line, settings: MemoryScannerSettings.explanations,
        make: { context throws(SettingsProblem) in try MemoryScanner(context) })

    private static let line = SerialLine(rate: 9600, parity: .odd)

    /// Asked twice, as the first time may only wake it.
    private static let probe = Probe(
        lines: [line], question: OPNRequest.interrogate.bytes, patience: .milliseconds(300)
    ) { bytes, _ in
        var reader = OPNReader()
        reader.expect(.interrogate)
        reader.receive(bytes)
        while let outcome = reader.next() {
            if case .reply(.identity(let identity)) = outcome { return Recognition(facts: facts(of: identity)) }
        }
        return nil
    }
}
