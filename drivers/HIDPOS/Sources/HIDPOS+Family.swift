public import GatehouseDriverKit

extension HIDPOS {
    /// The catalogue's entry. What a device is, its report descriptor says, so no identity is listed: every device with
    /// the usage page of bar code scanners is claimed.
    public static let family = DriverFamily(
        name: "hid-pos", hasMemory: false, plug: .hidraw, settings: HIDPOSSettings.explanations,
        make: { context throws(SettingsProblem) in
            guard context.secret == nil else {
                throw SettingsProblem(key: "secret", reason: "a HID POS scanner has no key: leave the secret out")
            }
            return HIDPOS(settings: try HIDPOSSettings(context.settings))
        })
}
