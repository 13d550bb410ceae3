public import GatehouseDriverKit
public import GatehouseModel
public import OSDPWire

/// An OSDP card reader or keypad, one of several on an RS-485 line.
///
/// A reader says something only when it is asked, and its events have neither time nor number: the driver asks often,
/// repeats an unanswered question byte for byte so that the reader repeats its answer, and hands each event over once.
/// Once a key is known nothing but the secure channel is used.
public struct OSDPReader: DeviceDriver {
    /// After this long without an answer a reader is offline; it forgets a session after as long.
    static let offlineLimit = Duration.seconds(8)
    /// How often tamper and power are asked for besides what the reader says by itself.
    static let statusInterval = Duration.seconds(60)
    /// Readings that may be on their way to the disk before no more are asked for.
    static let unrecordedLimit = 16

    let context: DriverContext
    let settings: OSDPSettings
    let cipher: BlockCipher
    let random: @Sendable (Int) -> [UInt8]
    var memory = OSDPMemory()
    var link: OSDPLink?
    var keyPad = KeyPad()
    /// When what is typed counts as whole.
    var keyPadDue: Duration?
    /// Who waits at which reader for what became of their reading.
    var unrecorded: [Receipt: Awaiting] = [:]
    /// The time of the input at hand.
    var now = Now(wall: Moment(milliseconds: 0), uptime: .zero)
    /// What follows from the input at hand.
    var effects: [DriverEffect] = []
    private var lastReceipt: UInt64 = 0
    private var armed: Duration?

    /// A person at a reader.
    struct Awaiting: Hashable, Sendable {
        var reader: UInt8
        var since: Duration
    }

    /// Checks the device's settings; the first that cannot be used is thrown.
    ///
    /// - Parameters:
    ///   - context: What the site file says.
    ///   - cipher: AES-128.
    ///   - random: As many bytes as asked for, which nobody can foresee.
    public init(
        _ context: DriverContext, cipher: BlockCipher, random: @escaping @Sendable (Int) -> [UInt8]
    ) throws(SettingsProblem) {
        self.context = context
        self.cipher = cipher
        self.random = random
        settings = try OSDPSettings(context)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        self.now = now
        switch input {
        case .linkOpened: open()
        case .lineGranted: takeTurn()
        case .received(let bytes): receive(bytes)
        case .recorded(let receipt, let known): recorded(receipt, known: known)
        case .woke:
            armed = nil
            checkDeadlines()
        case .command(let command, let id): take(command, id)
        case .linkClosing: endTurn(again: settings.pollPeriod)
        case .linkClosed: close()
        case .described, .requested: break
        }
        arm()
        defer { effects = [] }
        return effects
    }

    /// A name for what is handed over next, never used twice.
    mutating func nextReceipt() -> Receipt {
        lastReceipt += 1
        return Receipt(lastReceipt)
    }

    private mutating func open() {
        close()
        link = OSDPLink(at: now.uptime)
        effects.append(.wantLine)
    }

    /// Forgets the link. Whoever waits for an answer gets one.
    private mutating func close() {
        guard let link else { return }
        let reason = "the link to the reader was lost; try again"
        if case .order(let order) = link.exchange?.job { refuse(order, reason) }
        // A command may have several orders, and is answered once: refusing one takes the others away.
        while let order = self.link?.orders.popLast() { refuse(order, reason) }
        if let told = self.link?.frames.rest() { effects.append(told) }
        self.link = nil
        keyPad = KeyPad()
        keyPadDue = nil
        unrecorded = [:]
        armed = nil
    }

    /// Asks for the earliest time at which something is due, unless that has been asked for already.
    private mutating func arm() {
        guard let link, !link.isAbandoned else { return }
        var due = [keyPadDue].compactMap { $0 }
        if link.hasTurn, let exchange = link.exchange, exchange.sent != nil { due.append(exchange.deadline) }
        guard let next = due.min(), next != armed else { return }
        armed = next
        effects.append(.wake(after: max(next - now.uptime, .zero)))
    }

    private mutating func checkDeadlines() {
        if let due = keyPadDue, due <= now.uptime { keysPaused() }
        checkPatience()
    }

    /// Tells what is wrong. Raw bytes are cut to what a person can look at.
    mutating func fault(_ code: String, _ message: String, raw: [UInt8] = []) {
        effects.append(.faulted(DeviceFault(code: code, message: message, raw: Array(raw.prefix(1024)))))
    }

    /// As `fault`, but once a link.
    mutating func faultOnce(_ code: String, _ message: String, raw: [UInt8] = []) {
        guard link?.told.insert(code).inserted == true else { return }
        fault(code, message, raw: raw)
    }

    /// Gives the link up. The line is passed on first, for others wait for it.
    mutating func abandon(_ reason: AbandonReason) {
        guard link?.isAbandoned == false else { return }
        endTurn(again: .seconds(1))
        link?.isAbandoned = true
        effects.append(.abandonLink(reason))
    }
}
