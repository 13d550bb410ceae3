extension FoundPort {
    /// The name by which a port's device is known again: its USB serial number, so that it may move to
    /// another socket; without one the socket itself. Never the number in `/dev/ttyUSB0`, which is the
    /// order of plugging in.
    ///
    /// Two devices may still claim the same serial number: `stableNames(_:)` sees the whole set.
    public var stableName: String {
        guard let usb, let serial = usb.serial else { return portPath }
        var name = "usb-\(hex(usb.vendor)):\(hex(usb.product))-\(serial)"
        if usb.interface > 0 { name += "-if\(usb.interface)" }
        if let portNumber, portNumber > 0 { name += "-port\(portNumber)" }
        return name + Self.suffix(subsystem)
    }

    /// The stable name of every port by its device path. Where several share one, because their maker gave
    /// all of them the same serial number, each goes by its socket.
    public static func stableNames(_ ports: some Sequence<FoundPort>) -> [String: String] {
        let byName = Dictionary(grouping: ports, by: \.stableName)
        var names: [String: String] = [:]
        for (name, sharers) in byName {
            for port in sharers {
                names[port.devicePath] = sharers.count == 1 ? name : port.portPath
            }
        }
        return names
    }

    private func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
