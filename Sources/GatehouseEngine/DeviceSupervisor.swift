public import GatehouseDriverKit
public import GatehouseModel

/// Looks after one device: opens its link, plays its bytes to the driver, turns what the driver saw into events,
/// tells it what is on disk, and tries again after trouble with growing pauses.
///
/// A plain value. Its shell carries out the effects, in order, and says `woke` when `nextDeadline` has come.
public struct DeviceSupervisor: Sendable {
    /// What the link is doing.
    enum Link: Hashable, Sendable {
        /// Not plugged in, or no address known.
        case absent
        /// Waiting for the next try.
        case pausing(until: Duration)
        case opening(LinkNumber, LinkTarget)
        case open(LinkNumber, LinkTarget, since: Duration)
        /// Closed for good.
        case stopped
    }

    /// What was handed over to be stored and the driver will hear of.
    struct Handover: Hashable, Sendable {
        var receipt: Receipt
        var isKnown: Bool
    }

    public internal(set) var snapshot: DeviceSnapshot
    var normaliser: Normaliser
    var driver: any DeviceDriver
    var link = Link.absent
    var targets: [LinkTarget] = []
    /// Which of the targets is tried next.
    var cursor = 0
    var backoff: Backoff
    /// When the driver asked to be woken, in uptime.
    var driverDeadline: Duration?
    /// Whose turn it is on the line.
    var turn = Turn.never
    /// What the driver is waiting for: the receipts of events that are on their way to the disk, and whether the site
    /// knows everybody and everything in them.
    var receipts: [StoreToken: Handover] = [:]
    var lastToken: UInt64 = 0
    var lastLink: UInt64 = 0
    /// Whether `device.connected` has been said for this link.
    var isAnnounced = false
    /// What USB says of the device.
    var plugged: DeviceFacts
    /// What the driver says of the device.
    var said = DeviceFacts()

    /// The seed serves the pauses' jitter and the identifiers of events.
    public init(profile: DeviceProfile, driver: any DeviceDriver, scans: ScanReader, seed: UInt64) {
        self.driver = driver
        plugged = profile.facts
        normaliser = Normaliser(profile: profile, scans: scans, seed: seed)
        backoff = Backoff(generator: SplitMix64(seed: ~seed))
        snapshot = DeviceSnapshot(
            device: profile.device, driver: profile.driver, address: nil, state: .offline, facts: profile.facts)
    }

    /// The uptime at which `woke` is due; nil when nothing is waited for.
    public var nextDeadline: Duration? {
        switch link {
        case .pausing(let until): until
        case .open: [driverDeadline, turn.due].compactMap(\.self).min()
        case .absent, .opening, .stopped: nil
        }
    }

    /// Who the device is, as far as known: the driver's word before the plug's.
    var facts: DeviceFacts {
        DeviceFacts(
            vendor: said.vendor ?? plugged.vendor, model: said.model ?? plugged.model,
            serial: said.serial ?? plugged.serial, firmware: said.firmware)
    }

    /// How codes are read from now on; the link and the driver are left alone.
    public mutating func read(_ scans: ScanReader) {
        normaliser.scans = scans
    }

    /// The device file that a link which stands leads to, where it is one.
    public func path(of number: LinkNumber) -> String? {
        if case .open(number, let target, _) = link { target.path } else { nil }
    }

    /// How many handed-over stores are not on disk yet.
    public var unstored: Int { receipts.count }

    /// Takes one input and returns what follows from it.
    public mutating func handle(_ input: SupervisorInput, at now: Now) -> [SupervisorEffect] {
        switch input {
        case .targets(let targets, let facts): return retarget(to: targets, facts: facts, at: now)
        case .reachable: return reachable(at: now)
        case .opened(let number, let descriptor, let isShared):
            return opened(number, descriptor: descriptor, isShared: isShared, at: now)
        case .granted(let number): return granted(number, at: now)
        case .requested(let number, let request, let id): return requested(request, id, on: number, at: now)
        case .openFailed(let number, let reason): return openFailed(number, reason: reason, at: now)
        case .received(let number, let bytes): return received(bytes, on: number, at: now)
        case .closed(let number, let reason): return closed(number, reason: reason, at: now)
        case .stored(let token): return stored(token, at: now)
        case .woke: return woke(at: now)
        case .command(let command, let id): return asked(command, id, at: now)
        case .stop(let reason): return stop(reason: reason, at: now)
        }
    }

    private mutating func received(_ bytes: [UInt8], on number: LinkNumber, at now: Now) -> [SupervisorEffect] {
        guard case .open(number, _, _) = link else { return [] }
        return play(.received(bytes), at: now)
    }

    private mutating func stored(_ token: StoreToken, at now: Now) -> [SupervisorEffect] {
        guard let handover = receipts.removeValue(forKey: token) else { return [] }
        snapshot.lastEvent = Timestamp(now.wall, in: normaliser.profile.zone)
        guard case .open = link else { return [] }
        return play(.recorded(handover.receipt, known: handover.isKnown), at: now)
    }

    private mutating func woke(at now: Now) -> [SupervisorEffect] {
        switch link {
        case .pausing(let until) where until <= now.uptime:
            return open(at: now)
        case .open:
            return takeDueTurn(at: now) + wakeDriver(at: now)
        case .absent, .pausing, .opening, .stopped:
            return []
        }
    }

    private mutating func wakeDriver(at now: Now) -> [SupervisorEffect] {
        guard case .open = link, let due = driverDeadline, due <= now.uptime else { return [] }
        driverDeadline = nil
        return play(.woke, at: now)
    }

    private mutating func requested(
        _ request: DeviceRequest, _ id: RequestID, on number: LinkNumber, at now: Now
    ) -> [SupervisorEffect] {
        guard case .open(number, _, _) = link else { return [] }
        return play(.requested(request, id), at: now)
    }

    private mutating func asked(_ command: DeviceCommand, _ id: CommandID, at now: Now) -> [SupervisorEffect] {
        guard case .open = link else {
            let device = normaliser.profile.device
            return [.answered(id, .refused("\(device) is not connected: \(snapshot.trouble ?? "no link yet")"))]
        }
        return play(.command(command, id), at: now)
    }
}
