public import GatehouseDriverKit
public import GatehouseModel
import ZKTecoWire

/// A ZKTeco time clock that the gateway dials: TCP or UDP, port 4370.
///
/// The terminal's log is the truth; events are a hint that makes it quick. The log is read whole after
/// every connection and every quarter of an hour, and the journal makes the same punch by any road the
/// same event.
public struct ZKTeco: DeviceDriver {
    /// The catalogue's entry.
    public static let family = DriverFamily(
        name: "zkteco", hasMemory: true,
        network: [NetworkDoor(.tcp, port: 4370), NetworkDoor(.udp, port: 4370)],
        probes: [probe], settings: ZKTecoSettings.explained,
        make: { context throws(SettingsProblem) in try ZKTeco(context) })

    /// Live capture dies silently on some terminals: after this long without a word a harmless question is asked.
    static let keepAliveInterval = Duration.seconds(30)
    /// How long after one whole read the next one begins, in case an event was lost.
    static let readInterval = Duration.seconds(15 * 60)

    let context: DriverContext
    let settings: ZKTecoSettings
    var memory: TerminalMemory
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
        settings = try ZKTecoSettings(context)
        // A gateway that stopped between locking and unlocking the terminal must open it when it starts
        // again.
        memory = TerminalMemory(mayBeLocked: context.clearLog == .whenFull)
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
        case .linkClosing: leave()
        case .described, .lineGranted, .requested: break
        case .linkClosed: close()
        }
        proceed()
        if let told = self.link?.frames.toTell(at: now.uptime) { effects.append(told) }
        arm()
        defer { effects = [] }
        return effects
    }

    /// A name for what is handed over next; never used twice, so that late receipts of an earlier link
    /// mean nothing.
    mutating func nextReceipt() -> Receipt {
        lastReceipt += 1
        return Receipt(lastReceipt)
    }

    /// A new link: everything about the last one is void.
    private mutating func open(_ transport: Transport) {
        close()
        link = Link(transport, at: now.uptime)
        guard transport != .serial else {
            fault(
                "unsupported-transport",
                "terminals are reached over TCP or UDP; their serial framing is not published. Give match: { host: … }")
            return abandon(.refused)
        }
        link?.jobs = [.connect]
    }

    /// Forgets the link. Whoever waits for an answer gets one.
    private mutating func close() {
        guard let link else { return }
        for command in link.readCommands + link.clockCommands + (link.read?.commands ?? []) {
            effects.append(.answered(command, .refused("the link to the terminal was lost; try again")))
        }
        if let told = self.link?.frames.rest() { effects.append(told) }
        self.link = nil
        armed = nil
    }

    /// Asks for the earliest time at which something is due, unless that has been asked for already.
    private mutating func arm() {
        guard let link, !link.abandoned else { return }
        var due = [link.lockedUntil.map { $0 - Self.lockMargin }].compactMap { $0 }
        if let exchange = link.exchange {
            due.append(exchange.deadline)
        } else {
            due.append(link.keepAliveDue)
            if link.read == nil { due.append(link.readDue) }
        }
        guard let next = due.min(), next != armed else { return }
        armed = next
        effects.append(.wake(after: max(next - now.uptime, .zero)))
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

    /// Gives the link up, opening the terminal and saying goodbye first, for it serves one client at a
    /// time.
    mutating func abandon(_ reason: AbandonReason) {
        guard link?.abandoned == false else { return }
        leave()
        effects.append(.abandonLink(reason))
    }

    /// Opens the terminal, should it be locked, and says goodbye; nothing more is asked on this link.
    private mutating func leave() {
        guard let link, !link.abandoned else { return }
        if link.established {
            if memory.mayBeLocked { post(.enable) }
            post(.exit)
        }
        self.link?.abandoned = true
        self.link?.exchange = nil
        self.link?.jobs = []
    }

    /// Sends a request whose answer is not waited for.
    private mutating func post(_ command: ZKCommand) {
        guard let replyID = link?.counter.next(), let session = link?.session else { return }
        send(ZKPacket(command, session: session, replyID: replyID))
    }

    /// Puts a packet on the link in the transport's form.
    mutating func send(_ packet: ZKPacket) {
        effects.append(.send(link?.transport == .udp ? packet.bytes : packet.frame))
    }
}
