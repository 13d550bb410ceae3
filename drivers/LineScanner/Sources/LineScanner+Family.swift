public import GatehouseDriverKit

extension LineScanner {
    /// The catalogue's entry. Only identities that are certainly scanners in serial mode are claimed; scanners on
    /// generic bridge chips (CH340, CP210x, STM32) share their identity with everything else and need an entry in the
    /// site file.
    public static let family = DriverFamily(
        name: "line-scanner", hasMemory: false,
        usb: [
            USBPattern(vendor: 0x05E0, product: 0x1701),  // Zebra and Symbol
            USBPattern(vendor: 0x1EAB, product: 0x1306),  // Newland
            USBPattern(vendor: 0x1EAB, product: 0x8306),  // Newland HR2160
            USBPattern(vendor: 0x065A, product: 0xA002),  // Opticon
            USBPattern(vendor: 0x1FBB, product: 0x3850),  // Cino S680
            USBPattern(vendor: 0x27DD, product: 0x0002),  // Mindeo
            USBPattern(vendor: 0x0C2E, product: 0x0CAA),  // Honeywell Voyager 1450g
        ],
        probes: [probe], settings: LineScannerSettings.explanations,
        make: { context throws(SettingsProblem) in
            guard context.secret == nil else {
                throw SettingsProblem(key: "secret", reason: "a line scanner has no key: leave the secret out")
            }
            return LineScanner(settings: try LineScannerSettings(context.settings))
        })
}
