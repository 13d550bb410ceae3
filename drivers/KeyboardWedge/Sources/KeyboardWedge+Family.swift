public import GatehouseDriverKit

extension KeyboardWedge {
    /// The catalogue's entry. Only what certainly is a scanner set to keyboard mode is claimed: everybody who types has
    /// a keyboard too, and none of those is ever taken. Card readers that type have no identity of their own, and need
    /// an entry in the site file.
    public static let family = DriverFamily(
        name: "keyboard-wedge", hasMemory: false, plug: .evdev,
        usb: [
            USBPattern(vendor: 0x05E0, product: 0x1200),  // Zebra and Symbol
            USBPattern(vendor: 0x0C2E, product: 0x0204),  // Honeywell and Metrologic
            USBPattern(vendor: 0x05F9, product: 0x2206),  // Datalogic
            USBPattern(vendor: 0x067E, product: 0x0801),  // Intermec
            USBPattern(vendor: 0x067E, product: 0x0809),  // Intermec SG20
            USBPattern(vendor: 0x065A, product: 0x0001),  // Opticon
            USBPattern(vendor: 0x065A, product: 0xA001),  // Opticon
        ] + newland,
        settings: KeyboardWedgeSettings.explanations,
        make: { context throws(SettingsProblem) in
            guard context.secret == nil else {
                throw SettingsProblem(key: "secret", reason: "a keyboard-mode scanner has no key: leave the secret out")
            }
            return KeyboardWedge(settings: try KeyboardWedgeSettings(context.settings, role: context.role))
        })

    /// Newland makes nothing but scanners and says the mode in the last byte of the product: 03 is the keyboard.
    private static let newland = (0...0xFF).map { USBPattern(vendor: 0x1EAB, product: UInt16($0) << 8 | 0x03) }
}
