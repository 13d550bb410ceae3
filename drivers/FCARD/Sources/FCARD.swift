import FCARDWire
public import GatehouseDriverKit
public import GatehouseModel

/// A patrol wand of FCARD on its cable: it stores which cards it touched and when, and keeps an index of how far it has
/// been read.
///
/// The gateway asks now and then how many records are new, reads them in portions, each twice, and moves the index over
/// a portion only when all of it is on disk. Nothing is ever erased.
public struct FCARD: DeviceDriver {
    let context: DriverContext
    let settings: FCARDSettings
    var memory = WandMemory()
    var link: WandLink?
    /// The time of the input at hand.
    var now = Now(wall: Moment(milliseconds: 0), uptime: .zero)
    /// What follows from the input at hand.
    var effects: [DriverEffect] = []
    /// Given to each request, so that a late reply to an earlier one is known as such.
    var infoCode: UInt16 = 0x0FFF
    private var lastReceipt: UInt64 = 0
    private var armed: Duration?

    /// Checks the device's settings; the first that cannot be used is thrown.
    public init(_ context: DriverContext) throws(SettingsProblem) {
        self.context = context
        settings = try FCARDSettings(context)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        self.now = now
        switch input {
        case .linkOpened:
            close()
            link = WandLink(at: now.uptime)
            beginVisit()
        case .received(let bytes): received(bytes)
        case .recorded(let receipt, _): recorded(receipt)
        case .woke:
            armed = nil
            checkDeadlines()
        case .command(let command, let id): take(command, id)
        case .linkClosing: leave()
        case .linkClosed: close()
        case .described, .lineGranted, .requested: break
        }
        proceed()
        arm()
        defer { effects = [] }
        return effects
    }

    /// A name for what is handed over next; never used twice, so that late receipts of an earlier link mean nothing.
    mutating func nextReceipt() -> Receipt {
        lastReceipt += 1
        return Receipt(lastReceipt)
    }

    /// Turns live mode off again.
    private mutating func leave() {
        guard let link else { return }
        if settings.live, link.number != nil {
            let off = FCARDRequest.live(false).frame(address: settings.address, infoCode: nextInfoCode())
            effects.append(.send(off.bytes))
        }
        self.link?.exchange = nil
        self.link?.jobs = []
        self.link?.visitDue = nil
        self.link?.portion = nil
    }

    /// The maker's host takes them from 1000 to F000 hexadecimal.
    mutating func nextInfoCode() -> UInt16 {
        infoCode = infoCode >= 0xF000 ? 0x1000 : infoCode + 1
        return infoCode
    }

    /// Forgets the link. Whoever waits for an answer gets one.
    private mutating func close() {
        guard link != nil else { return }
        refuseCommands("the link to the wand was lost; try again")
        countFrames()
        link = nil
        armed = nil
    }

    /// Asks for the earliest time at which something is due, unless that has been asked for already.
    private mutating func arm() {
        guard let link else { return }
        let due = [link.exchange?.deadline, link.visitDue].compactMap { $0 }
        // A timer that comes too early is asked for again then.
        guard let next = due.min(), armed.map({ next < $0 }) ?? true else { return }
        armed = next
        effects.append(.wake(after: max(next - now.uptime, .zero)))
    }

    /// Counts frames out, so that a bad line shows.
    mutating func countFrames() {
        if let told = self.link?.frames.rest() { effects.append(told) }
    }

    /// Tells what is wrong, once a link.
    mutating func faultOnce(_ code: String, _ message: String, raw: [UInt8] = []) {
        guard link?.told.insert(code).inserted == true else { return }
        effects.append(.faulted(DeviceFault(code: code, message: message, raw: Array(raw.prefix(1024)))))
    }
}
