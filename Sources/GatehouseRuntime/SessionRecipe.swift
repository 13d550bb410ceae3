import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehousePorts
import GatehouseRules
import GatehouseSite

/// Everything that a device's session is made from. While it stays the same, a new site file leaves the session alone.
struct SessionRecipe: Sendable {
    var profile: DeviceProfile
    var family: DriverFamily
    var context: DriverContext
    var line: SerialLine
    var scans: ScanReader
    /// Whether the gateway adopted the device by itself, without a line in the site file.
    var isAdopted = false

    /// A driver and its supervisor, new.
    func supervisor(seed: UInt64) throws(SettingsProblem) -> DeviceSupervisor {
        DeviceSupervisor(profile: profile, driver: try family.make(context), scans: scans, seed: seed)
    }

    /// Whether a session made from the other recipe would treat the device in the same way. What codes stand for is
    /// told to a session as it runs.
    func isSame(as other: SessionRecipe) -> Bool {
        profile.site == other.profile.site && profile.device == other.profile.device
            && profile.hasMemory == other.profile.hasMemory && profile.zone == other.profile.zone
            && profile.clock == other.profile.clock && family.name == other.family.name
            && context.role == other.context.role && context.clearLog == other.context.clearLog
            && context.secret == other.context.secret
            && context.expectedSerial == other.context.expectedSerial && context.settings == other.context.settings
            && line == other.line
    }
}

/// What the site file means for the devices.
struct SitePlan: Sendable {
    let site: Site
    let families: [DriverFamily]
    let directory: DeviceDirectory
    /// With which the site's own codes are known; nil where nobody will scan one.
    let codeKey: CodeKey?
    private let secrets: [String: String]
    private let devices: [String: Device]
    private let scans: ScanReader

    init(site: Site, secrets: [String: String], families: [DriverFamily], codeKey: CodeKey? = nil) {
        self.site = site
        self.codeKey = codeKey
        self.secrets = secrets
        self.families = families
        devices = Dictionary(site.devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var verify: (@Sendable (OwnCode) -> Bool)?
        if let codeKey { verify = { code in codeKey.verifies(code.signed, tag: code.tag) } }
        scans = ScanReader(
            codes: Self.codes(of: site), decodeGB18030: TextDecoding.gb18030, verifyCode: verify)
        let configured = site.devices.map { device in
            DeviceDirectory.Configured(
                device: device.id, family: device.driver == DriverNames.auto ? nil : device.driver,
                match: Self.match(device, families: families))
        }
        directory = DeviceDirectory(configured: configured, families: families)
    }

    /// How to speak to a claimed device; nil where this build has no driver for it.
    func recipe(for claim: DeviceDirectory.Claim) -> SessionRecipe? {
        guard let family = families.first(where: { $0.name == claim.family }) else { return nil }
        let device = devices[claim.device]
        let profile = DeviceProfile(
            site: site.id, device: claim.device, driver: family.name, hasMemory: device?.memory ?? family.hasMemory,
            sharesLine: family.sharesLine, zone: site.zone, clock: device?.clock ?? .report, facts: claim.facts)
        var context = DriverContext(
            zone: site.zone, role: device?.role ?? .both, clock: device?.clock ?? .report,
            clearLog: device?.clearLog ?? .never,
            secret: device?.secret.flatMap { secrets[$0] }, expectedSerial: device?.match.serial,
            settings: device?.settings ?? .object([]))
        if let device, device.driver != family.name, device.driver != DriverNames.auto {
            // The other family's settings and key are for the other road.
            context.secret = nil
            context.settings = .object((device.settings.members ?? []).filter { family.settings[$0.name] != nil })
        }
        return SessionRecipe(
            profile: profile, family: family, context: context, line: device?.line ?? family.line, scans: scans)
    }

    /// The rules of a device of the site file, whether or not this build has its driver.
    func profile(of device: String) -> DeviceProfile? {
        devices[device].map { device in
            DeviceProfile(
                site: site.id, device: device.id, driver: device.driver, hasMemory: device.keepsReadings,
                zone: site.zone,
                clock: device.clock)
        }
    }

    /// The devices that may call in over HTTP, by serial number: those of a family that does, and those of a family
    /// whose devices may also.
    var callers: [String: DeviceDirectory.Claim] {
        var callers: [String: DeviceDirectory.Claim] = [:]
        for device in site.devices {
            guard let serial = device.match.serial, let family = Self.callerFamily(of: device, families: families)
            else { continue }
            callers[serial] = DeviceDirectory.Claim(
                device: device.id, family: family.name,
                targets: [LinkTarget(transport: .push, address: PushDesk.address(of: serial))], facts: DeviceFacts(),
                isConfigured: true)
        }
        return callers
    }

    private static func callerFamily(of device: Device, families: [DriverFamily]) -> DriverFamily? {
        families.first { family in
            guard let manners = family.callers else { return false }
            return family.name == device.driver || manners.alsoFor.contains(device.driver)
        }
    }

    private static func match(_ device: Device, families: [DriverFamily]) -> DeviceMatch {
        let family = families.first { $0.name == device.driver }
        // Beside a host, or of a device that calls, it is the device's own number and not its USB adapter's.
        let isPlugged = device.match.host == nil && device.match.listen == nil && family?.callers == nil
        return DeviceMatch(
            usb: device.match.usb, serial: isPlugged ? device.match.serial : nil, tty: device.match.tty,
            network: network(device.match, family: family))
    }

    private static func network(_ match: Device.Match, family: DriverFamily?) -> [LinkTarget] {
        if family?.callers != nil {
            return match.serial.map { [LinkTarget(transport: .push, address: PushDesk.address(of: $0))] } ?? []
        }
        if let listen = match.listen, let door = NetworkHost(listen), let port = door.port {
            let from = match.host.map { "?from=\($0)" } ?? ""
            let address = "tcp-listen://\(NetworkHost(host: door.host, port: port))\(from)"
            return [LinkTarget(transport: .tcp, address: address)]
        }
        return match.host.map { targets(host: $0, doors: family?.network ?? []) } ?? []
    }

    /// The addresses of a host: its own port with each transport of the family, else the maker's ports.
    private static func targets(host text: String, doors: [NetworkDoor]) -> [LinkTarget] {
        guard let host = NetworkHost(text) else { return [] }
        let doors = doors.isEmpty ? [NetworkDoor(.tcp, port: host.port ?? 0)] : doors
        return doors.compactMap { door in
            PortAddress(door.transport, host: host.host, port: host.port ?? door.port).map {
                LinkTarget(transport: door.transport, address: "\($0)")
            }
        }
    }

    private static func codes(of site: Site) -> [String: RegisteredCode] {
        var codes: [String: RegisteredCode] = [:]
        for person in site.people {
            for badge in person.badges { codes[badge] = RegisteredCode(kind: .person, value: person.id) }
        }
        for condition in site.conditions {
            if let code = condition.code { codes[code] = RegisteredCode(kind: .condition, value: condition.id) }
        }
        // A code that two things share is the checkpoint's: a visit that is not counted is the worse mistake.
        for checkpoint in site.checkpoints {
            if let code = checkpoint.code { codes[code] = RegisteredCode(kind: .checkpoint, value: checkpoint.id) }
        }
        return codes
    }
}
