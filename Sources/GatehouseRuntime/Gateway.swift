import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehousePorts
import GatehouseRules
import GatehouseSite
import Glibc
import Logging

/// All devices: which port belongs to which, a session for each, and what is plugged in that nobody speaks to.
actor Gateway {
    private let surroundings: DeviceSession.Surroundings
    private var plan: SitePlan
    private typealias Entry = (session: DeviceSession, recipe: SessionRecipe)
    private var sessions: [String: Entry] = [:]
    /// Second roads: devices that are asked, and may also call.
    private var callers: [String: Entry] = [:]
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
            // The monitor listens already: what is there is known before anybody asks what is new.
            await hear(.rescan)
            watching = Task {
                for await event in hotPlug.events { await hear(event) }
            }
            return
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
        // A share under way ends a session that is listed no more, or is about to begin one.
        await watching?.value
        await withTaskGroup { group in
            for (session, _) in Array(sessions.values) + Array(callers.values) {
                group.addTask { await session.stop(reason: "the gateway stops") }
            }
        }
    }

    /// How every device stands, in the order of their names; what nobody speaks to last.
    func snapshots() async -> [DeviceSnapshot] {
        var rows: [DeviceSnapshot] = []
        for row in idle.values where sessions[row.device] == nil {
            rows.append(row.joined(with: await callers[row.device]?.session.snapshot))
        }
        for (device, entry) in sessions {
            let row = await entry.session.snapshot
            let called = await callers[device]?.session.snapshot
            rows.append(row.joined(with: called))
        }
        rows.sort { $0.device < $1.device }
        let strangers = await surroundings.links.callers.unknown
        return rows + unmanaged.map(Self.row) + strangers.map(Self.row)
    }

    /// The zone in which times are written.
    var zone: Zone { plan.site.zone }

    /// The devices of the site file.
    var devices: [Device] { plan.site.devices }

    /// The rules of a device that has a session, or that the site file names.
    func profile(of device: String) -> DeviceProfile? {
        sessions[device]?.recipe.profile ?? plan.profile(of: device)
    }

    /// Has a device do something; nil when there is no such device.
    func perform(_ command: DeviceCommand, on device: String) async -> CommandAnswer? {
        guard let session = sessions[device]?.session ?? callers[device]?.session else { return nil }
        let answer = await session.perform(command)
        // A device that cannot be asked this way may have called and hear it there.
        guard case .refused = answer, let other = callers[device]?.session, await other.snapshot.state == .online else {
            return answer
        }
        return await other.perform(command)
    }

    private func hear(_ event: HotPlugEvent) async {
        switch event {
        case .appeared(let port): ports[port.devicePath] = port
        case .vanished(let path): ports[path] = nil
        case .rescan:
            do throws(HotPlugError) {
                let found = try await HotPlug.scan()
                ports = Dictionary(found.map { ($0.devicePath, $0) }, uniquingKeysWith: { $1 })
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
        let plugged = ports.values.map { PluggedPort($0, stableName: names[$0.devicePath]) }
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
        // The desk must know who may call before a session waits for the call.
        await admitCallers()
        for claim in outcome.claims { await settle(claim, on: .first) }
        await settleSeconds()
    }

    /// A device that is asked and may also call has a second session, which waits for that.
    private func settleSeconds() async {
        let seconds = plan.callers.values.filter { sessions[$0.device]?.recipe.family.name != $0.family }
        let devices = Set(seconds.map(\.device))
        for (device, entry) in callers where !devices.contains(device) {
            callers[device] = nil
            await entry.session.stop(reason: "taken out of the site file")
        }
        for claim in seconds { await settle(claim, on: .second) }
    }

    private func admitCallers() async {
        let logger = surroundings.logger
        var wakes: [String: @Sendable () async -> Void] = [:]
        for (serial, claim) in plan.callers {
            wakes[serial] = { [weak self] in await self?.wakeCaller(claim) }
        }
        await surroundings.links.callers.admit(wakes, families: plan.families) { stranger in
            logger.notice(
                """
                \(stranger.serial) calls from \(stranger.peer) and is in no site file: nothing is taken from it; \
                `gatehouse devices` shows what to write there
                """)
        }
    }

    private func wakeCaller(_ claim: DeviceDirectory.Claim) async {
        let session = sessions[claim.device].flatMap { $0.recipe.family.name == claim.family ? $0.session : nil }
        await (session ?? callers[claim.device]?.session)?.reachable()
    }

    /// Which of a device's two sessions.
    private enum Road {
        case first, second
    }

    private func entry(of device: String, on road: Road) -> Entry? {
        road == .first ? sessions[device] : callers[device]
    }

    private func keep(_ entry: Entry?, of device: String, on road: Road) {
        if road == .first { sessions[device] = entry } else { callers[device] = entry }
    }

    private func settle(_ claim: DeviceDirectory.Claim, on road: Road) async {
        guard var recipe = plan.recipe(for: claim) else {
            idle[claim.device] = Self.idleRow(claim, trouble: "this build has no driver \(claim.family)")
            return
        }
        recipe.isAdopted = !claim.isConfigured
        if let entry = entry(of: claim.device, on: road) {
            guard !entry.recipe.isSame(as: recipe) else {
                keep((entry.session, recipe), of: claim.device, on: road)
                await entry.session.read(recipe.scans)
                await entry.session.retarget(to: claim.targets, facts: claim.facts)
                return
            }
            keep(nil, of: claim.device, on: road)
            if road == .first {
                var row = Self.idleRow(claim, trouble: "its settings have changed")
                row.state = .offline
                idle[claim.device] = row
            }
            await entry.session.stop(reason: "its settings have changed")
        }
        if recipe.family.hasMemory { recipe.context.lastReading = await lastReading(of: recipe.profile.source) }
        guard !isStopped else { return }
        do throws(SettingsProblem) {
            var generator = SystemRandomNumberGenerator()
            let supervisor = try recipe.supervisor(seed: generator.next())
            let session = DeviceSession(
                supervisor: supervisor, line: recipe.line, sharesLine: recipe.family.sharesLine,
                surroundings: surroundings)
            keep((session, recipe), of: claim.device, on: road)
            if road == .first { idle[claim.device] = nil }
            await session.retarget(to: claim.targets, facts: claim.facts)
        } catch {
            let trouble = "\(error.key): \(error.reason)"
            surroundings.logger.error("device \(claim.device): \(trouble); correct its settings in the site file")
            if road == .first { idle[claim.device] = Self.idleRow(claim, trouble: trouble) }
        }
    }

    private func lastReading(of source: String) async -> JSONValue {
        await Blocking.run { [surroundings] in
            let event = try? surroundings.reader.lastReading(of: source)
            return event.flatMap { try? JSONValue(parsing: $0.body) }?["data"] ?? .null
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

    private static func row(_ stranger: PushDesk.Stranger) -> DeviceSnapshot {
        var row = DeviceSnapshot(
            device: stranger.serial, driver: nil, address: stranger.peer, state: .unmanaged,
            facts: DeviceFacts(serial: stranger.serial))
        row.trouble = "it calls, and the site file does not know it: nothing is taken from it"
        row.suggestion = """
            devices:
              - id: \(stranger.serial)
                driver: \(stranger.family)
                match: { serial: "\(stranger.serial)" }
                role: clock

            """
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
            path: port.devicePath, stableName: stableName ?? port.stableName, transport: port.transport,
            isPOSScanner: port.isPOSScanner, vendor: port.usb?.vendor,
            product: port.usb?.product, serial: port.usb?.serial, place: port.portPath,
            facts: DeviceFacts(vendor: port.usb?.manufacturer, model: port.usb?.productName, serial: port.usb?.serial))
    }
}
