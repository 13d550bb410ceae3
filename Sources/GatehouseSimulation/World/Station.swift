import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// One device of the simulated site, what is around it, and the gateway's end of it.
struct Station: Sendable {
    let profile: DeviceProfile
    let family: DriverFamily
    let drawn: SimulatedStation
    /// How good the line is on each transport while things go wrong.
    var lines: [Transport: LineFaults.Plan]
    /// Whether a serial device is known by its serial number, so that a plug elsewhere is found; else by its path.
    let isKnownBySerial: Bool
    var random: SplitMix64

    var device: any SimulatedDevice
    /// The connection that the device believes in.
    var deviceLink: Int?
    /// What its last connection was.
    var deviceTransport: Transport?
    /// The device has one timer; an earlier one is void.
    var deviceTimer = 0

    /// The cable is in.
    var isPlugged = true
    /// Which port it is plugged into.
    var place: Int
    /// Nothing answers there although the device is well, as TCP on some terminals.
    var deadTransports: Set<Transport> = []
    /// The device takes no connection until then.
    var refusesUntil = Duration.zero
    var isCorrected = false

    /// The gateway's side; nil while the gateway is down.
    var session: Session?

    /// When each record of the device was made, by its number less one.
    var madeAt: [Duration] = []
    /// Records that were neither acknowledged nor erased when last looked at.
    var unsettled: [Int] = []
    var settledCount = 0
    /// Records that were not in the journal when last looked for.
    var missing: [Int] = []

    /// What the site file says now.
    var context: DriverContext { isCorrected ? drawn.context : drawn.mistaken ?? drawn.context }
    var isNetworked: Bool { !drawn.transports.contains(.serial) }

    /// Where the gateway finds it.
    var targets: [LinkTarget] {
        guard isNetworked else {
            return isPlugged || !isKnownBySerial
                ? [LinkTarget(transport: .serial, address: "/dev/ttyACM\(isKnownBySerial ? place : 0)")] : []
        }
        return drawn.transports.map { LinkTarget(transport: $0, address: "\($0.rawValue)://\(profile.device):4370") }
    }

    /// What the journal knows a record of this device by.
    func identity(_ id: String) -> MemoryJournal.Identity {
        MemoryJournal.Identity(source: profile.source, id: id)
    }
}

/// The gateway's end of one device, as the production shell keeps it; it is gone when the gateway crashes.
struct Session: Sendable {
    struct StoreJob: Sendable {
        var events: [Event]
        var token: StoreToken
    }

    /// Names the session in the whole world; what belongs to another one is void.
    let life: Int
    var supervisor: DeviceSupervisor
    /// The link asked for last and not closed since, open or not.
    var wanted: LinkNumber?
    var link: OpenLink?
    var alarm: Duration?
    var jobs: [StoreJob] = []
    /// Events handed over and not on disk.
    var unstored = 0
    var isStoring = false
    var openCommands: Set<CommandID> = []

    init(life: Int, supervisor: DeviceSupervisor) {
        self.life = life
        self.supervisor = supervisor
    }
}

/// A connection as both ends see it.
struct OpenLink: Sendable {
    enum Way: Sendable {
        case toDevice, toGateway
    }

    let number: LinkNumber
    /// Names the connection in the whole world, beyond one gateway's life.
    let serial: Int
    let transport: Transport
    var toDevice: LineFaults
    var toGateway: LineFaults
    /// When an arrival has been put on the agenda for.
    var expected: [Duration?] = [nil, nil]
    /// The device hung up: what it sent before still arrives.
    var endsWhenDrained = false
    /// The cable was pulled: a stream that lost something never recovers.
    var isSevered = false
    /// The gateway reads nothing more until the disk has caught up.
    var isHeld = false
    /// What a device that calls has sent and that is no whole request yet; and its requests without an answer.
    var calls = HTTPStream()
    var unanswered: Set<RequestID> = []

    subscript(way: Way) -> LineFaults {
        get { way == .toDevice ? toDevice : toGateway }
        set { if way == .toDevice { toDevice = newValue } else { toGateway = newValue } }
    }
}
