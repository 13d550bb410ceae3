import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehousePorts
import GatehouseSite
import Glibc
import Logging

/// All devices: which port belongs to which, a session for each, and what is plugged in that nobody speaks to.
actor Gateway {
    private let surroundings: DeviceSession.Surroundings
    private var plan: SitePlan
    private var sessions: [String: (session: DeviceSession, recipe: SessionRecipe)] = [:]
    /// Devices that cannot have a session, and why.
    private var idle: [String: DeviceSnapshot] = [:]
    private var unmanaged: [DeviceDirectory.Unmanaged] = []
    private var ports: [String: FoundPort] = [:]
    private var watching: Task<Void, Never>?
    private var hotPlug: HotPlug?
    private var isStopped = false
    private var isSharing = false
    private var mustShareAgain = false

    init(plan: SitePlan, surroundings: DeviceSession.Surroundings) {
        self.plan = plan
        self.surroundings = surroundings
    }

    /// Begins with the devices that are there, and with what the hot-plug monitor says from now on.
    func start() async {
        do throws(HotPlugError) {
            let hotPlug = try await HotPlug()
            self.hotPlug = hotPlug
            watching = Task {
                for await event in hotPlug.events { await hear(event) }
            }
        } catch {
            surroundings.logger.warning("no hot-plug: \(error); devices of the site file are still tried by path")
        }
        await share()
    }

    /// The devices' new rules. Sessions that they do not touch go on undisturbed.
    func apply(_ plan: SitePlan) async {
        self.plan = plan
        await share()
    }

    /// Closes every port and returns when what the devices gave is on disk.
    func stop() async {
        isStopped = true
        watching?.cancel()
        await hotPlug?.stop()
        await withTaskGroup { group in
            for (session, _) in sessions.values {
                group.addTask { await session.stop(reason: "the gateway stops") }
            }
        }
    }

    /// How every device stands, in the order of their names; unmanaged ports last.
    func snapshots() async -> [DeviceSnapshot] {
        var rows = Array(idle.values)
        for (session, _) in sessions.values { rows.append(await session.snapshot) }
        rows.sort { $0.device < $1.device }
        return rows + unmanaged.map(Self.row)
    }

    /// The zone in which times are written.
    var zone: Zone { plan.site.zone }

    /// The rules of a device that has a session, or that the site file names.
    func profile(of device: String) -> DeviceProfile? {
        sessions[device]?.recipe.profile ?? plan.profile(of: device)
    }

    /// Has a device do something; nil when there is no such device.
    func perform(_ command: DeviceCommand, on device: String) async -> CommandAnswer? {
        await sessions[device]?.session.perform(command)
    }

    private func hear(_ event: HotPlugEvent) async {
        switch event {
        case .appeared(let port): ports[port.devicePath] = port
        case .vanished(let path): ports[path] = nil
        case .rescan:
            do throws(HotPlugError) {
                ports = Dictionary(try await HotPlug.scan().map { ($0.devicePath, $0) }, uniquingKeysWith: { $1 })
            } catch {
                surroundings.logger.warning("cannot list the ports: \(error)")
            }
        }
        await share()
    }

    /// Shares the ports out anew: new devices get a session, the others hear where they are now.
    private func share() async {
        mustShareAgain = true
        // What changes while a share waits for a session is taken up by the same share, not by a second one beside it.
        guard !isSharing else { return }
        isSharing = true
        while mustShareAgain && !isStopped {
            mustShareAgain = false
            await shareOnce()
        }
        isSharing = false
    }

    private func shareOnce() async {
        let names = FoundPort.stableNames(ports.values)
        let plugged = ports.values.filter { $0.subsystem == "tty" }.map {
            PluggedPort($0, stableName: names[$0.devicePath])
        }
        let outcome = plan.directory.plan(for: plugged, resolve: Self.resolve)
        tell(of: outcome.unmanaged)
        unmanaged = outcome.unmanaged
        idle = [:]
        let claimed = Set(outcome.claims.map(\.device))
        for (device, entry) in sessions where !claimed.contains(device) {
            // One that the gateway adopted by itself is only away; one that the site file named is no more.
            if entry.recipe.isAdopted {
                await entry.session.retarget(to: [])
            } else {
                sessions[device] = nil
                await entry.session.stop(reason: "taken out of the site file")
            }
        }
        for claim in outcome.claims { await settle(claim) }
    }

    private func settle(_ claim: DeviceDirectory.Claim) async {
        guard var recipe = plan.recipe(for: claim) else {
            idle[claim.device] = Self.idleRow(claim, trouble: "this build has no driver \(claim.family)")
            return
        }
        recipe.isAdopted = !claim.isConfigured
        if let entry = sessions[claim.device] {
            guard !entry.recipe.isSame(as: recipe) else {
                sessions[claim.device]?.recipe = recipe
                await entry.session.read(codes: recipe.scans.codes)
                await entry.session.retarget(to: claim.targets, facts: claim.facts)
                return
            }
            sessions[claim.device] = nil
            await entry.session.stop(reason: "its settings have changed")
        }
        do throws(SettingsProblem) {
            var generator = SystemRandomNumberGenerator()
            let supervisor = try recipe.supervisor(seed: generator.next())
            let session = DeviceSession(supervisor: supervisor, line: recipe.line, surroundings: surroundings)
            sessions[claim.device] = (session, recipe)
            await session.retarget(to: claim.targets, facts: claim.facts)
        } catch {
            let trouble = "\(error.key): \(error.reason)"
            surroundings.logger.error("device \(claim.device): \(trouble); correct its settings in the site file")
            idle[claim.device] = Self.idleRow(claim, trouble: trouble)
        }
    }

    private func tell(of unmanaged: [DeviceDirectory.Unmanaged]) {
        let known = Set(self.unmanaged.map(\.port))
        for new in unmanaged where !known.contains(new.port) {
            surroundings.logger.notice(
                "\(new.port.path): \(new.reason); `gatehouse devices` shows what to write into the site file")
        }
    }

    private static func idleRow(_ claim: DeviceDirectory.Claim, trouble: String) -> DeviceSnapshot {
        var row = DeviceSnapshot(
            device: claim.device, driver: claim.family, address: claim.targets.first?.address, state: .faulted,
            facts: claim.facts)
        row.trouble = trouble
        return row
    }

    private static func row(_ unmanaged: DeviceDirectory.Unmanaged) -> DeviceSnapshot {
        var facts = unmanaged.port.facts
        facts.serial = unmanaged.port.serial
        var row = DeviceSnapshot(
            device: unmanaged.port.stableName, driver: nil, address: unmanaged.port.path, state: .unmanaged,
            facts: facts)
        row.trouble = unmanaged.reason
        row.suggestion = unmanaged.suggestion
        return row
    }

    private static func resolve(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension PluggedPort {
    init(_ port: FoundPort, stableName: String?) {
        self.init(
            path: port.devicePath, stableName: stableName ?? port.stableName, vendor: port.usb?.vendor,
            product: port.usb?.product, serial: port.usb?.serial, place: port.portPath,
            facts: DeviceFacts(vendor: port.usb?.manufacturer, model: port.usb?.productName, serial: port.usb?.serial))
    }
}
