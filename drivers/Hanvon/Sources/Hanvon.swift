public import GatehouseDriverKit
public import GatehouseModel
import HanvonWire

/// A Hanvon FaceID clock: asked for its records by time on TCP 9922, or dialling in and delivering them.
///
/// The clock has no mark for what is new. Each read begins a little before the last one, everything is read again now
/// and then and whenever the device's clock has jumped, and the journal makes a record that comes twice one event. A
/// record that the clock delivers is answered when it is on disk.
public struct Hanvon: DeviceDriver {
    /// The catalogue's entry.
    public static let family = DriverFamily(
        name: "hanvon", hasMemory: true, network: [NetworkDoor(.tcp, port: 9922)], probes: [probe],
        settings: HanvonSettings.explained,
        make: { context throws(SettingsProblem) in try Hanvon(context) })

    let context: DriverContext
    let settings: HanvonSettings
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
        settings = try HanvonSettings(context)
        memory.newest = context.lastReading["deviceTime"]?.text.flatMap { LocalTime($0) }
        memory.readFrom = memory.newest
        // Whether all before the last reading came to disk is not known; the site may choose to believe it.
        memory.fullReadDue = settings.fullRead == nil && memory.readFrom != nil ? nil : .zero
        memory.isRead = memory.fullReadDue == nil
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        self.now = now
        switch input {
        case .linkOpened(let transport): open(transport)
        case .received(let bytes): receive(bytes)
        case .recorded(let receipt, _): recorded(receipt)
        case .woke:
            armed = nil
            checkDeadlines()
        case .command(let command, let id): take(command, id)
        case .linkClosed: close()
        case .linkClosing, .described, .requested, .lineGranted: break
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
        link = Link(settings, at: now.uptime)
        if case .pull = link?.mode { link?.jobs = [.serial] }
        guard transport != .tcp else { return }
        fault("unsupported-transport", "these clocks speak over TCP: give match: { host: … } or { listen: … }")
        abandon(.refused)
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

    /// Asks for the earliest time at which something is due, unless that has been asked for already.
    private mutating func arm() {
        guard let link, !link.abandoned else { return }
        var due: Duration?
        switch link.mode {
        case .undecided(let until): due = until
        case .push: due = link.firstWordDue
        case .pull: due = link.exchange?.deadline ?? (link.read == nil ? link.pollDue : nil)
        }
        guard let due, due != armed else { return }
        armed = due
        effects.append(.wake(after: max(due - now.uptime, .zero)))
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
            if case .push = link.mode { return refuse(id, "the clock delivers its records and cannot be asked") }
            guard link.clockCommands.count + link.readCommands.count < 32 else {
                return refuse(id, "too many commands wait already; try again")
            }
            if command == .syncClock { self.link?.clockCommands.append(id) } else { self.link?.readCommands.append(id) }
        }
    }

    private mutating func refuse(_ id: CommandID, _ reason: String) {
        effects.append(.answered(id, .refused(reason)))
    }
}
