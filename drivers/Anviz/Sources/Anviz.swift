import AnvizWire
public import GatehouseDriverKit
public import GatehouseModel

/// An Anviz time clock: on RS-485, where several share a line, on RS-232, and on TCP, dialled or dialling in.
///
/// The clock marks records that nobody has fetched as new. They are downloaded, stored, and then exactly so many of
/// the oldest marks are cleared; a punch made meanwhile keeps its mark. Records that the clock sends by itself are a
/// hint that makes it quick, and the same events.
public struct Anviz: DeviceDriver {
    let context: DriverContext
    let settings: AnvizSettings
    var memory = ClockMemory()
    var link: Link?
    /// The time of the input at hand.
    var now = Now(wall: Moment(milliseconds: 0), uptime: .zero)
    /// What follows from the input at hand.
    var effects: [DriverEffect] = []
    private var lastReceipt: UInt64 = 0
    private var armed: Duration?

    /// Checks the device's settings; the first that cannot be used is thrown.
    public init(_ context: DriverContext) throws(SettingsProblem) {
        self.context = context
        settings = try AnvizSettings(context)
        memory.newest = context.lastReading["deviceTime"]?.text.flatMap { LocalTime($0) }
        // A clock of which nothing is known here is read whole: its old records may have lost their marks to others.
        if case .object = context.lastReading { memory.lastFullRead = .zero }
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        self.now = now
        switch input {
        case .linkOpened(let transport): open(transport)
        case .lineGranted:
            link?.isMine = true
            link?.turn = 0
        case .received(let bytes): receive(bytes)
        case .recorded(let receipt, _): recorded(receipt)
        case .woke:
            armed = nil
            checkDeadline()
        case .command(let command, let id): take(command, id)
        case .linkClosed: close()
        case .linkClosing, .described, .requested: break
        }
        proceed()
        if let told = self.link?.frames.toTell(at: now.uptime) { effects.append(told) }
        arm()
        defer { effects = [] }
        return effects
    }

    /// A name for what is handed over next; never used twice, so that late receipts of an earlier link mean nothing.
    mutating func nextReceipt() -> Receipt {
        lastReceipt += 1
        return Receipt(lastReceipt)
    }

    /// A new link: everything about the last one is void.
    private mutating func open(_ transport: Transport) {
        close()
        let jobs: [Job] =
            (settings.login == nil ? [] : [.authenticate]) + [.serial, .configuration, .model, .getTime]
        let device = settings.id ?? (transport == .tcp ? 0 : 1)
        link = Link(transport, device: device, jobs: jobs, at: now.uptime)
        if let interval = settings.fullRead { link?.fullReadDue = (memory.lastFullRead ?? .zero) + interval }
        if memory.lastFullRead == nil { link?.fullReadDue = now.uptime }
        guard transport == .tcp || device != 0 else {
            fault(
                "id-needed",
                "on a serial line every device would answer id 0 at once; give settings: { id: … } as in "
                    + "the clock's menu")
            return abandon(.refused)
        }
        effects.append(.wantLine)
    }

    /// Forgets the link. Whoever waits for an answer gets one.
    private mutating func close() {
        guard let link else { return }
        for command in link.readCommands + link.clockCommands + (link.read?.commands ?? []) {
            effects.append(.answered(command, .refused("the link to the clock was lost; try again")))
        }
        if let told = self.link?.frames.rest() { effects.append(told) }
        self.link = nil
        armed = nil
    }

    /// Asks to be woken when the reply at hand is overdue, unless that has been asked for already.
    private mutating func arm() {
        guard let deadline = link?.exchange?.deadline, deadline != armed else { return }
        armed = deadline
        effects.append(.wake(after: max(deadline - now.uptime, .zero)))
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

    /// Gives the link up; nothing more is asked on it.
    mutating func abandon(_ reason: AbandonReason) {
        guard link?.abandoned == false else { return }
        link?.abandoned = true
        link?.exchange = nil
        link?.jobs = []
        effects.append(.abandonLink(reason))
    }

    private mutating func take(_ command: DeviceCommand, _ id: CommandID) {
        switch command {
        case .identify: refuse(id, "nothing in the protocol makes a clock beep or blink")
        case .message: refuse(id, "nothing in the protocol shows a text on a clock")
        case .syncClock, .readLog:
            guard let link, !link.abandoned else { return refuse(id, "the clock is not connected") }
            guard link.clockCommands.count + link.readCommands.count < 32 else {
                return refuse(id, "too many commands wait already; try again")
            }
            if command == .syncClock { self.link?.clockCommands.append(id) } else { self.link?.readCommands.append(id) }
            effects.append(.wantLine)
        }
    }

    private mutating func refuse(_ id: CommandID, _ reason: String) {
        effects.append(.answered(id, .refused(reason)))
    }
}
