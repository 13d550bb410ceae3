public import GatehouseDriverKit
import GatehouseModel

/// How the site file says a device is found.
public struct DeviceMatch: Hashable, Sendable {
    public var usb: USBPattern?
    public var serial: String?
    /// A path, perhaps a symbolic link.
    public var tty: String?
    /// Addresses on the network, in the order to try.
    public var network: [LinkTarget]

    public init(usb: USBPattern? = nil, serial: String? = nil, tty: String? = nil, network: [LinkTarget] = []) {
        self.usb = usb
        self.serial = serial
        self.tty = tty
        self.network = network
    }
}

/// Decides which plugged port belongs to which device: those of the site file first, then the ones that a driver is
/// certain of.
public struct DeviceDirectory: Sendable {
    /// A device of the site file.
    public struct Configured: Hashable, Sendable {
        public var device: String
        /// Nil for `auto`.
        public var family: String?
        public var match: DeviceMatch

        public init(device: String, family: String?, match: DeviceMatch) {
            self.device = device
            self.family = family
            self.match = match
        }
    }

    /// A device, the family that speaks to it, and where it is; no targets while it is away.
    public struct Claim: Hashable, Sendable {
        public var device: String
        public var family: String
        public var targets: [LinkTarget]
        public var facts: DeviceFacts
        /// Whether the site file names the device.
        public var isConfigured: Bool

        public init(
            device: String, family: String, targets: [LinkTarget], facts: DeviceFacts = DeviceFacts(),
            isConfigured: Bool
        ) {
            self.device = device
            self.family = family
            self.targets = targets
            self.facts = facts
            self.isConfigured = isConfigured
        }
    }

    /// A port that nobody speaks to, why, and what to write into the site file.
    public struct Unmanaged: Hashable, Sendable {
        public var port: PluggedPort
        public var reason: String
        public var suggestion: String
    }

    /// Who speaks to what.
    public struct Plan: Hashable, Sendable {
        public var claims: [Claim] = []
        public var unmanaged: [Unmanaged] = []
    }

    private let configured: [Configured]
    private let families: [DriverFamily]

    public init(configured: [Configured], families: [DriverFamily]) {
        self.configured = configured
        self.families = families
    }

    /// Shares the ports out. `resolve` gives the device file that a path stands for, itself where it is no link.
    public func plan(for ports: [PluggedPort], resolve: (String) -> String = { $0 }) -> Plan {
        var plan = Plan()
        var free = ports.sorted { ($0.place, $0.path) < ($1.place, $1.path) }
        var shared: [SharedPort] = []
        // Whoever names a serial number or a path has the first choice; a bare vendor and product take what is left.
        let byCertainty = configured.enumerated().sorted { left, right in
            (rank(left.element), left.offset) < (rank(right.element), right.offset)
        }
        var claimed: [Int: Claim] = [:]
        for (index, device) in byCertainty {
            let port = take(for: device, from: &free, shared: &shared, resolve: resolve)
            claimed[index] = claim(device, port: port)
        }
        plan.claims = claimed.sorted { $0.key < $1.key }.map(\.value)
        for port in free {
            adopt(port, into: &plan)
        }
        return plan
    }

    /// A line that devices of one family hang on together.
    private struct SharedPort {
        var family: String
        var port: PluggedPort
    }

    /// The port of a device: one that nobody has, or, for families that share a line, the one that a device of the
    /// same family with the same match has.
    private func take(
        for device: Configured, from free: inout [PluggedPort], shared: inout [SharedPort],
        resolve: (String) -> String
    ) -> PluggedPort? {
        let family = families.first { $0.name == device.family }
        if let family, family.sharesLine {
            let line = shared.first { $0.family == family.name && matches(device, $0.port, resolve: resolve) }
            if let line { return line.port }
        }
        guard let index = free.firstIndex(where: { matches(device, $0, resolve: resolve) }) else { return nil }
        let port = free.remove(at: index)
        if let family, family.sharesLine { shared.append(SharedPort(family: family.name, port: port)) }
        return port
    }

    private func rank(_ device: Configured) -> Int {
        device.match.serial != nil || device.match.tty != nil ? 0 : 1
    }

    private func matches(_ device: Configured, _ port: PluggedPort, resolve: (String) -> String) -> Bool {
        let match = device.match
        // One scanner may be a keyboard and a HID device at once: its family says which of the two is read.
        if let family = families.first(where: { $0.name == device.family }), family.plug != port.transport {
            return false
        }
        if let tty = match.tty { return tty == port.path || resolve(tty) == port.path }
        guard match.usb != nil || match.serial != nil else { return false }
        if let usb = match.usb {
            guard let vendor = port.vendor, let product = port.product else { return false }
            guard usb.matches(vendor: vendor, product: product) else { return false }
        }
        return match.serial == nil || match.serial == port.serial
    }

    private func claim(_ device: Configured, port: PluggedPort?) -> Claim {
        var targets = device.match.network
        if let tty = device.match.tty {
            let plug = families.first { $0.name == device.family }?.plug
            targets.append(LinkTarget(transport: plug ?? port?.transport ?? .serial, path: tty))
        } else if let port {
            targets.append(port.target)
        }
        let family = device.family ?? port.flatMap { certain(of: $0).first?.name } ?? "auto"
        return Claim(
            device: device.device, family: family, targets: targets, facts: port?.facts ?? DeviceFacts(),
            isConfigured: true)
    }

    private func certain(of port: PluggedPort) -> [DriverFamily] {
        let fitting = families.filter { $0.plug == port.transport }
        if port.isPOSScanner { return fitting }
        guard let vendor = port.vendor, let product = port.product else { return [] }
        return fitting.filter { $0.usb.contains { $0.matches(vendor: vendor, product: product) } }
    }

    private func adopt(_ port: PluggedPort, into plan: inout Plan) {
        let candidates = certain(of: port)
        guard candidates.count == 1, let family = candidates.first else {
            // Half of what sends reports is a mouse, and a board's own keyboard is nobody's scanner.
            guard port.transport == .serial || (port.transport == .evdev && port.vendor != nil) else { return }
            let reason =
                if candidates.count > 1 {
                    "claimed by \(candidates.map(\.name).joined(separator: " and "))"
                } else if port.transport == .evdev {
                    "it types like a keyboard, and is left alone unless the site file names it"
                } else {
                    "no driver is certain of it; `gatehouse identify \(port.path)` finds out what it is"
                }
            plan.unmanaged.append(
                Unmanaged(port: port, reason: reason, suggestion: suggestion(for: port, family: candidates.first?.name))
            )
            return
        }
        plan.claims.append(
            Claim(
                device: Self.deviceName(family: family.name, port: port), family: family.name,
                targets: [port.target], facts: port.facts, isConfigured: false))
    }

    /// A device id for a port that the site file does not know: the family and what the port is known by, in the
    /// characters that ids allow.
    static func deviceName(family: String, port: PluggedPort) -> String {
        let name = "\(family)-\(port.stableName)"
        let safe = name.utf8.map { byte in
            Identifier.isValid(String(decoding: [byte], as: UTF8.self)) ? byte : UInt8(ascii: "-")
        }
        return String(decoding: safe.prefix(64), as: UTF8.self)
    }

    private func suggestion(for port: PluggedPort, family: String?) -> String {
        let driver = family ?? (port.transport == .evdev ? "keyboard-wedge" : "line-scanner")
        var match: [String] = []
        if let usb = port.usb { match.append("usb: \"\(usb)\"") }
        if let serial = port.serial { match.append("serial: \"\(serial.filter { $0 != "\"" && $0 != "\\" })\"") }
        if match.isEmpty { match.append("tty: \(port.path)") }
        return """
            devices:
              - id: \(Self.deviceName(family: driver, port: port))
                driver: \(driver)
                match: { \(match.joined(separator: ", ")) }
                role: both

            """
    }
}
