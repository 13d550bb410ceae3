extension FoundPort {
    /// Makes sense of a record. Nil for what is no port to a device: virtual consoles, pseudo-terminals,
    /// platform serial ports without hardware behind them, input devices that are no keyboards (mice, buttons, and
    /// the device above the node).
    public init?(_ record: DeviceRecord) {
        guard let devicePath = record.devicePath, Self.isPhysical(record) else { return nil }
        let number = record.ancestors.first { $0.subsystem == "usb-serial" }?.attributes["port_number"].flatMap {
            Int($0)
        }
        let socket = record.properties["ID_PATH"] ?? Self.derivedPath(record.ancestors) ?? record.systemPath
        self.init(
            subsystem: record.subsystem, devicePath: devicePath, systemPath: record.systemPath,
            portPath: (number.map { "\(socket)-port\($0)" } ?? socket) + Self.suffix(record.subsystem),
            portNumber: number, usb: USB(record), driver: record.ancestors.lazy.compactMap(\.driver).first,
            usagePages: ReportDescriptor(record.reportDescriptor).usagePages)
    }

    private static func isPhysical(_ record: DeviceRecord) -> Bool {
        guard !record.systemPath.contains("/devices/virtual/"), !record.ancestors.isEmpty else { return false }
        switch record.subsystem {
        // PORT_UNKNOWN: the 8250 driver makes ttyS0 to ttyS3 whether or not there is a chip.
        case "tty": return record.attributes["type"] != "0"
        case "input": return isKeyboard(record)
        default: return true
        }
    }

    /// By the keys that the device has, as udev's own input_id builtin judges, or by its verdict. The node of a
    /// keyboard also comes as `/dev/input/mouse0` and the like, which are not the ones to open.
    private static func isKeyboard(_ record: DeviceRecord) -> Bool {
        guard record.devicePath?.hasPrefix("/dev/input/event") == true else { return false }
        if record.properties["ID_INPUT_KEYBOARD"] == "1" { return true }
        return record.ancestors.lazy.compactMap { $0.attributes["capabilities/key"] }.first
            .map { KeyCapabilities($0).canType } ?? false
    }

    /// One plug may be a keyboard and a HID device at once, so each kind has names of its own.
    static func suffix(_ subsystem: String) -> String {
        switch subsystem {
        case "input": "-event"
        case "hidraw": "-hidraw"
        default: ""
        }
    }

    /// udev's `ID_PATH`, put together as its path_id builtin does: the USB interface's place below its bus,
    /// then the controller. The bus number is left out, since it depends on the order in which controllers
    /// were found.
    private static func derivedPath(_ ancestors: [DeviceRecord.Ancestor]) -> String? {
        var parts: [String] = []
        var above = ancestors[...]
        while let ancestor = above.first {
            above = above.dropFirst()
            switch ancestor.subsystem {
            case "usb":
                guard let dash = ancestor.name.firstIndex(of: "-") else { continue }
                parts.append("usb-0:" + ancestor.name[ancestor.name.index(after: dash)...])
            case "pci": parts.append("pci-" + ancestor.name)
            case "platform": parts.append("platform-" + ancestor.name)
            case "pnp": parts.append("pnp-" + ancestor.name)
            default: continue
            }
            // Hubs and bridges on the way say nothing that the first does not.
            above = above.drop { $0.subsystem == ancestor.subsystem }
        }
        return parts.isEmpty ? nil : parts.reversed().joined(separator: "-")
    }
}

extension FoundPort.USB {
    /// Nil for a device that is not on USB or does not say what it is.
    init?(_ record: DeviceRecord) {
        guard let device = record.ancestors.first(where: { $0.kind == "usb_device" }),
            let vendor = device.attributes["idVendor"].flatMap({ UInt16($0, radix: 16) }),
            let product = device.attributes["idProduct"].flatMap({ UInt16($0, radix: 16) })
        else { return nil }
        let interface = record.ancestors.first { $0.kind == "usb_interface" }?.attributes["bInterfaceNumber"]
        let serial = device.attributes["serial"] ?? record.properties["ID_SERIAL_SHORT"]
        self.init(
            vendor: vendor, product: product,
            serial: serial.map(Self.cleaned).flatMap { Self.isPlaceholder($0) ? nil : $0 },
            manufacturer: Self.text(device.attributes["manufacturer"] ?? record.properties["ID_VENDOR"]),
            productName: Self.text(device.attributes["product"] ?? record.properties["ID_MODEL"]),
            interface: interface.flatMap { Int($0, radix: 16) } ?? 0)
    }

    /// A device writes what it likes into its descriptors: this keeps letters, digits and a few signs, as
    /// udev does, and a length that fits a message.
    private static func cleaned(_ text: String) -> String {
        let kept = text.unicodeScalars.prefix(126).map { scalar -> Character in
            switch scalar {
            case "0"..."9", "A"..."Z", "a"..."z", ".", "-", "_", ":", "+", "@": Character(scalar)
            default: "_"
            }
        }
        let trimmed = kept.drop { $0 == "_" }.reversed().drop { $0 == "_" }.reversed()
        return String(trimmed)
    }

    private static func text(_ text: String?) -> String? {
        guard let text else { return nil }
        let scalars = text.unicodeScalars.prefix(126).filter { scalar in
            scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
        }
        let trimmed = scalars.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return trimmed.isEmpty ? nil : String(String.UnicodeScalarView(trimmed))
    }

    /// Serial numbers that a maker left in by the thousand: all one digit, one digit behind zeros (`0001`),
    /// or counted up from 0 or 1 (`0123456789`, `12345678`).
    private static func isPlaceholder(_ serial: String) -> Bool {
        let significant = serial.drop { $0 == "0" }
        if significant.count <= 1 || Set(significant).count == 1 { return true }
        return "123456789ABCDEF".hasPrefix(significant.uppercased()) || significant == "1234567890"
    }
}
