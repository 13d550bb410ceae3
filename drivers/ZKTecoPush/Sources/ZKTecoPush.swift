public import GatehouseDriverKit
public import GatehouseModel
import IClockWire

/// A ZKTeco time clock that calls in over HTTP: ADMS, "cloud server", iclock push.
///
/// The device sends its punches and forgets them when it hears `OK`; so `OK` is said when they are on disk, never
/// before. Questions for commands carry what the gateway wants of the device: its settings, counts of its log, and
/// parts of the log again where a count does not agree.
public struct ZKTecoPush: DeviceDriver {
    /// Before this the host's clock is not set, and no device may set its own by it.
    private static let saneWall = Moment(seconds: 1_735_689_600)

    let context: DriverContext
    let settings: ZKTecoPushSettings
    /// What survives a link.
    var memory: PushMemory
    var link: PushLink?
    /// The time of the input at hand.
    var now = Now(wall: Moment(milliseconds: 0), uptime: .zero)
    /// What follows from the input at hand.
    var effects: [DriverEffect] = []
    private var lastReceipt: UInt64 = 0
    private var armed: Duration?

    /// Checks the device's settings; the first that cannot be used is thrown.
    public init(_ context: DriverContext) throws(SettingsProblem) {
        self.context = context
        settings = try ZKTecoPushSettings(context)
        memory = PushMemory(lastReading: context.lastReading)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        self.now = now
        switch input {
        case .linkOpened(let transport): open(transport)
        case .requested(let request, let id): take(request, id)
        case .recorded(let receipt, _): recorded(receipt)
        case .woke:
            armed = nil
            checkDeadlines()
        case .command(let command, let id): take(command, id)
        case .linkClosing: refuseUploads()
        case .linkClosed: close()
        case .described, .received, .lineGranted: break
        }
        arm()
        defer { effects = [] }
        return effects
    }

    /// A name for what is handed over next; never used twice, so that late receipts of an earlier link mean nothing.
    mutating func nextReceipt() -> Receipt {
        lastReceipt += 1
        return Receipt(lastReceipt)
    }

    /// Whether an answer carries the time: devices set their clocks by it, so only where that is wanted, and only by a
    /// clock that is set.
    var tellsTime: Bool {
        guard now.wall >= Self.saneWall else { return false }
        return switch settings.date {
        case .always: true
        case .never: false
        case .policy: context.clock == .sync || !memory.clockCommands.isEmpty
        }
    }

    mutating func respond(_ id: RequestID, _ text: String, status: Int = 200) {
        effects.append(.respond(id, DeviceResponse(status: status, body: Array(text.utf8), tellsTime: tellsTime)))
    }

    /// Tells what is wrong. Raw bytes are cut to what a person can look at.
    mutating func fault(_ code: String, _ message: String, raw: some Sequence<UInt8> = [UInt8]()) {
        effects.append(.faulted(DeviceFault(code: code, message: message, raw: Array(raw.prefix(1024)))))
    }

    /// As `fault`, but once a link.
    mutating func faultOnce(_ code: String, _ message: String, raw: some Sequence<UInt8> = [UInt8]()) {
        guard link?.told.insert(code).inserted == true else { return }
        fault(code, message, raw: raw)
    }

    private mutating func open(_ transport: Transport) {
        close()
        link = PushLink(at: now.uptime)
        guard transport == .push else {
            fault("unsupported-transport", "these terminals call in over HTTP; take driver zkteco to dial them")
            link?.isAbandoned = true
            effects.append(.abandonLink(.refused))
            return
        }
        // The link stands because a request has come, and it was brought here by the number that it gives.
        if let serial = context.expectedSerial { identify(DeviceFacts(vendor: "ZKTeco", serial: serial)) }
        memory.reconciliation.hasten(to: now.uptime + Self.roundPause)
    }

    /// Forgets the link: what it was sent on it unanswered, the device sends again.
    private mutating func close() {
        guard link != nil else { return }
        link = nil
        armed = nil
        endRound(refusing: "the terminal has gone; try again when it calls in")
        memory.orders = []
        answerClock(.refused("the terminal has gone; try again when it calls in"))
    }

    /// How long a device that calls in may be silent: some questions' worth, and time for an upload.
    private var silenceLimit: Duration { max(settings.poll * 4, .seconds(120)) }

    private mutating func checkDeadlines() {
        expireClockCommands()
        guard let link, !link.isAbandoned, link.uploads.isEmpty, now.uptime >= link.lastHeard + silenceLimit else {
            return
        }
        self.link?.isAbandoned = true
        effects.append(.abandonLink(.silent))
    }

    /// Asks for the time at which something is due. While the timer stands a later one is soon enough: it is asked for
    /// when this one has run out.
    private mutating func arm() {
        guard let link, !link.isAbandoned else { return }
        var due = link.lastHeard + silenceLimit
        if !memory.clockCommands.isEmpty { due = min(due, memory.clockDeadline) }
        due = max(due, now.uptime + .seconds(5))
        if let armed, armed <= due { return }
        armed = due
        effects.append(.wake(after: due - now.uptime))
    }
}
